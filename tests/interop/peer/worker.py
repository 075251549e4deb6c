"""A third-party worker: connects to a proxy, goes through its handshake and answers queries as a `handler` says. The
handlers here answer properly, fail, or lie."""

import asyncio
import json
import time

from . import http_message, tl, tokens
from .link import ERROR, Link, LinkClosed, QueryError

OWNER = "UQAuz15H1ZHrZ_psVrAra7HealMIVeFq0wguqlmFno1f3B-m"  # any well-formed address
MODEL = "Qwen/Qwen3-8B@abc123def456:" + "0" * 64


class Request:
    """One query at the worker and the ways to answer it. Sends the old forms at version 0, the Ex forms above."""

    def __init__(self, worker, message):
        self.worker = worker
        self.message = message
        self.id = message.request_id
        self.http = tl.decode(message.query)
        self.started = time.time()
        self.debug = bool(message.get("enable_debug"))

    @property
    def json(self):
        return json.loads(self.http.payload)

    @property
    def coefficient(self):
        return self.message.coefficient

    def final_info(self, used):
        times = self.worker.version >= 2
        return tl.Object("proxy.queryFinalInfo", tokens_used=used,
                         worker_debug='{"type":"worker_stats"}' if self.debug else None,
                         worker_start_time=self.started if times else None,
                         worker_end_time=time.time() if times else None)

    async def _send(self, kind, answer, used):
        """kind is "" or "Part"; `used` ends the answer."""
        if self.worker.version == 0:
            await self.worker.link.send(tl.Object(
                f"proxy.queryAnswer{kind}", answer=answer, is_completed=used is not None, request_id=self.id,
                tokens_used=used or tokens.NONE))
        else:
            await self.worker.link.send(tl.Object(
                f"proxy.queryAnswer{kind}Ex", request_id=self.id, answer=answer,
                final_info=self.final_info(used) if used else None))

    async def head(self, response, used=None):
        """The first message; complete if it says what was used."""
        await self._send("", tl.encode(response), used)

    async def part(self, data, used=None):
        await self._send("Part", data, used)

    async def fail(self, code, text, used=tokens.NONE, kind=""):
        if self.worker.version == 0:
            await self.worker.link.send(tl.Object(f"proxy.queryAnswer{kind}Error", error_code=code, error=text,
                                                  request_id=self.id, tokens_used=used))
        else:
            await self.worker.link.send(tl.Object("proxy.queryAnswerErrorEx", request_id=self.id, error_code=code,
                                                  error=text, final_info=self.final_info(used)))

    async def answer_json(self, value, status=200, used=None):
        usage = value.get("usage") or {}
        used = used or tokens.from_usage(usage, self.coefficient, self.worker.multipliers)
        await self.head(http_message.response(status, json.dumps(value).encode()), used)


class Worker:
    """`handler(request)` is an async function, run as a task of its own for every query. `versions` None names none."""

    def __init__(self, stream, handler, versions=(1, 2), owner=OWNER, model=MODEL, coefficient=1000, proxy_count=1,
                 max_active=200, is_test=True, description=None, believes=(0, 0, 0), check_addresses=None,
                 multipliers=(10_000,) * 4):
        self.link = Link(stream, "connect", answer=self._answer)
        self.handler = handler
        self.versions = versions
        self.owner = owner
        self.model = model
        self.coefficient = coefficient
        self.proxy_count = proxy_count
        self.max_active = max_active
        self.is_test = is_test
        self.description = description
        self.believes = believes
        self.check_addresses = check_addresses
        self.multipliers = multipliers
        self.version = None
        self.connected = None
        self.compared = None
        self.requests = []
        self.payments = []
        self.violations = []
        self.failures = []  # exceptions of the handler
        self.model_changes = []
        self._paid = asyncio.Condition()
        self._tasks = set()

    async def start(self, disabled=False):
        """The whole handshake."""
        await self.link.start()
        await self.connect()
        await self.compare_balance()
        await self.complete_handshake(disabled)
        return self

    def params(self):
        low, high = self.versions or (None, None)
        description = self.description if (high or 0) >= 4 else None
        return tl.Object("worker.params", worker_owner_address=self.owner, model=self.model,
                         coefficient=self.coefficient, is_test=self.is_test, proxy_cnt=self.proxy_count,
                         max_active_requests=self.max_active, min_proto_version=low, max_proto_version=high,
                         machine_description_json=description)

    async def connect(self):
        self.connected = await self.link.query(tl.Object("worker.connectToProxy", params=self.params()))
        if self.connected.tl_name != "worker.connectedToProxy":
            raise AssertionError(f"answer to connect: {self.connected}")
        self.version = self.connected.params.proto_version or 0
        low, high = self.versions or (0, 0)
        self.expect(low <= self.version <= high, f"version {self.version} was not offered")
        self.expect(self.connected.params.is_test == self.is_test, "another test mode")
        if self.check_addresses:
            self.check_addresses(self.connected)
        return self.connected

    async def compare_balance(self):
        chain, charged, most = self.believes
        self.compared = await self.link.query(tl.Object(
            "worker.compareBalanceWithProxy", tokens_committed_to_blockchain=chain, tokens_committed_to_db=charged,
            max_tokens=most))
        return self.compared

    async def complete_handshake(self, disabled=False):
        answer = await self.link.query(tl.Object("worker.proxyHandshakeComplete", is_disabled=disabled))
        self.expect(answer.tl_name == "worker.proxyHandshakeCompleted", f"handshake ended with {answer}")
        self._spawn(self._read_messages())

    def expect(self, holds, what):
        if not holds:
            self.violations.append(what)

    def _spawn(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def set_disabled(self, disabled):
        await self.link.send(tl.Object("worker.enabledDisabled", disabled=int(disabled)))

    async def set_coefficient(self, coefficient):
        await self.link.send(tl.Object("worker.newCoefficient", new_coefficient=coefficient))
        self.coefficient = coefficient

    async def update_payment_status(self):
        return await self.link.query(tl.Object("worker.updatePaymentStatus"), 60)

    async def wait_payments(self, count, timeout=30.0):
        async with self._paid:
            await asyncio.wait_for(self._paid.wait_for(lambda: len(self.payments) >= count), timeout)
        return self.payments

    async def _answer(self, value):
        if value.tl_name != "worker.changeModel":
            raise QueryError(ERROR, f"a worker does not answer {value.tl_name}")
        self.model_changes.append(value.new_model)
        return tl.Object("worker.changedModel")

    async def _read_messages(self):
        try:
            await self._take_messages()
        except AttributeError as error:
            self.violations.append(repr(error))

    async def _take_messages(self):
        while (message := await self.link.messages.get()) is not None:
            name = message.tl_name
            if name in ("proxy.runQuery", "proxy.runQueryEx"):
                self.expect((name == "proxy.runQuery") == (self.version == 0), f"{name} at version {self.version}")
                self.expect(message.get("private_key") is None or self.version >= 3, "private_key below version 3")
                self.expect(all(message.request_id != one.id for one in self.requests), "a request id twice")
                request = Request(self, message)
                self.requests.append(request)
                self._spawn(self._handle(request))
            elif name == "proxy.workerRequestPayment":
                await self._take_payment(message)
            else:
                self.violations.append(f"unexpected {name}")

    async def _handle(self, request):
        try:
            await self.handler(request)
        except LinkClosed:
            pass
        except Exception as error:  # a broken handler is the test's fault and must show
            self.failures.append(error)

    async def _take_payment(self, message):
        self.expect(any(message.request_id == one.id for one in self.requests), "payment for an unknown request")
        if self.payments:
            self.expect(message.db_tokens >= self.payments[-1].db_tokens, "earned tokens went down")
        async with self._paid:
            self.payments.append(message)
            self._paid.notify_all()

    async def close(self):
        for task in list(self._tasks):
            task.cancel()
        await self.link.close()


def usage(prompt, completion):
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def completion(text, prompt=20, made=10):
    return {"id": "chatcmpl-peer", "object": "chat.completion", "created": 1, "model": MODEL.partition("@")[0],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": usage(prompt, made)}


async def echo(request):
    """Repeats the last message: one JSON answer, or a stream of its words if the request asks for one."""
    body = request.json
    text = body["messages"][-1]["content"]
    if body.get("stream"):
        await stream_events(request, text.split())
    else:
        await request.answer_json(completion(text))


async def stream_events(request, words, pace=0.0, prompt=20):
    """Server-sent events as an engine sends them: one per word, usage, [DONE]."""
    await request.head(http_message.response(200, b"", "text/event-stream", complete=False))
    for word in words:
        choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
        await request.part(event({"object": "chat.completion.chunk", "choices": [choice]}))
        await asyncio.sleep(pace)
    total = usage(prompt, len(words))
    used = tokens.from_usage(total, request.coefficient, request.worker.multipliers)
    await request.part(event({"object": "chat.completion.chunk", "choices": [], "usage": total}))
    await request.part(b"data: [DONE]\n\n", used)


def event(value):
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def failing(code, text, used=tokens.NONE):
    async def handler(request):
        await request.fail(code, text, used)
    return handler


def lying(used):
    """Answers properly but reports the given tokens."""
    async def handler(request):
        await request.answer_json(completion("trust me"), used=used)
    return handler


async def silent(_request):
    """Never answers."""
