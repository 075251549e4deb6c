"""A third-party client: connects to a proxy, authorises, asks, and checks that what comes back keeps the protocol. What
does not is noted in `violations`; tests expect that list to be empty."""

import asyncio
import hashlib
import os
from dataclasses import dataclass, field

from . import http_message, tl
from .link import Link, LinkClosed

OWNER = "UQCdj43bBDyeJlfe6FVSpWLfsDMp4YHbmz5lca5-tNz-fx20"  # any well-formed address: nothing is on a chain here
ANSWER_TIMEOUT = 30.0
FIRST = {"client.queryAnswer", "client.queryAnswerEx"}
PART = {"client.queryAnswerPart", "client.queryAnswerPartEx"}
FAILED = {"client.queryAnswerError", "client.queryAnswerPartError", "client.queryAnswerErrorEx"}
LEGACY = {"client.queryAnswer", "client.queryAnswerPart", "client.queryAnswerError", "client.queryAnswerPartError"}


@dataclass
class Answer:
    """What has come in for one request so far."""

    request_id: bytes
    head: tl.Object | None = None
    parts: list = field(default_factory=list)
    error: tuple | None = None  # (code, text)
    final_info: tl.Object | None = None  # Ex forms
    tokens: tl.Object | None = None
    payment: tl.Object | None = None
    forms: list = field(default_factory=list)  # names of the messages, in order
    arrived: asyncio.Queue = field(default_factory=asyncio.Queue)  # body bytes; None at the end
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    paid: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def body(self):
        return (self.head.payload if self.head else b"") + b"".join(self.parts)

    async def wait(self, timeout=ANSWER_TIMEOUT):
        await asyncio.wait_for(self.finished.wait(), timeout)
        return self

    async def wait_payment(self, timeout=ANSWER_TIMEOUT):
        await asyncio.wait_for(self.paid.wait(), timeout)
        return self.payment


class Client:
    """`versions` is (min, max), or None to name none as the oldest clients did. `check_addresses`, if given, is called
    with client.connectedToProxy and raises if the contract addresses in it are wrong."""

    def __init__(self, stream, versions=(1, 2), owner=OWNER, secret=b"", is_test=True, config_version=1,
                 check_addresses=None):
        self.link = Link(stream, "connect")
        self.versions = versions
        self.owner = owner
        self.secret = secret
        self.is_test = is_test
        self.config_version = config_version
        self.check_addresses = check_addresses
        self.version = None
        self.connected = None
        self.authorized = None
        self.answers = {}
        self.payments = []
        self.violations = []
        self._reader = None

    async def start(self):
        """Opens, connects and authorises."""
        await self.link.start()
        await self.connect()
        await self.authorize()
        return self

    def params(self):
        low, high = self.versions or (None, None)
        return tl.Object("client.params", client_owner_address=self.owner, is_test=self.is_test,
                         min_proto_version=low, max_proto_version=high)

    async def connect(self):
        request = tl.Object("client.connectToProxy", params=self.params(), min_config_version=self.config_version)
        self.connected = await self.link.query(request)
        if self.connected.tl_name != "client.connectedToProxy":
            raise AssertionError(f"answer to connect: {self.connected}")
        params = self.connected.params
        self.version = params.proto_version or 0
        low, high = self.versions or (0, 0)
        self.expect(low <= self.version <= high, f"version {self.version} was not offered")
        self.expect(params.is_test == self.is_test, "another test mode")
        if self.check_addresses:
            self.check_addresses(self.connected)
        return self.connected

    async def authorize(self):
        auth = self.connected.auth
        if auth.tl_name == "client.proxyConnectionAuthShort":
            if auth.secret_hash == hashlib.sha256(self.secret).digest():
                request = tl.Object("client.authorizeWithProxyShort", data=self.secret)
            else:
                request = tl.Object("client.authorizeWithProxyLong")
        else:
            request = tl.Object("client.authorizeWithProxyLong")
        self.authorized = await self.link.query(request)
        self._reader = asyncio.get_running_loop().create_task(self._read())
        return self.authorized

    def expect(self, holds, what):
        if not holds:
            self.violations.append(what)

    async def ask(self, model, body, path="/v1/chat/completions", **options):
        """Sends a request and returns its Answer at once; see run_query for the options."""
        return await self.run_query(model, tl.encode(http_message.request(body, path)), **options)

    async def run_query(self, model, query, max_tokens=1000, max_coefficient=4000, timeout=120.0, request_id=None,
                        debug=False, public_key=None, config_version=None):
        """`query` is the encoded http.request. Numbers may be absurd: they go out as they are."""
        request_id = request_id or os.urandom(32)
        fields = {"model_name": model, "query": query, "max_coefficient": max_coefficient, "max_tokens": max_tokens,
                  "timeout": timeout, "request_id": request_id,
                  "min_config_version": self.config_version if config_version is None else config_version}
        answer = Answer(request_id)
        self.answers[request_id] = answer
        if self.version == 0:
            message = tl.Object("client.runQuery", **fields)
        else:
            if self.version >= 3:
                public_key = public_key or bytes(32)
            message = tl.Object("client.runQueryEx", **fields, enable_debug=debug, public_key=public_key)
        await self.link.send(message)
        return answer

    async def update_payment_status(self):
        return await self.link.query(tl.Object("client.updatePaymentStatus"), 60)

    async def worker_types(self):
        return await self.link.query(tl.Object("client.getWorkerTypes"), 10)

    async def worker_types_v2(self):
        return await self.link.query(tl.Object("client.getWorkerTypesV2"), 10)

    async def _read(self):
        try:
            while True:
                message = await asyncio.wait_for(self.link.messages.get(), None)
                if message is None:
                    break
                self._take(message)
        except (tl.TlError, AttributeError) as error:
            self.violations.append(f"{message.tl_name}: {error!r}")
        finally:
            for answer in self.answers.values():
                if not answer.finished.is_set():
                    answer.error = answer.error or (653, f"connection closed: {self.link.close_reason}")
                    self._finish(answer)

    def _take(self, message):
        name = message.tl_name
        if name == "proxy.signedPayment":
            return
        answer = self.answers.get(message.request_id)
        if answer is None:
            self.violations.append(f"{name} for a request that was not made")
            return
        if name == "proxy.clientRequestPayment":
            self._take_payment(answer, message)
            return
        if name not in FIRST | PART | FAILED:
            self.violations.append(f"unexpected {name}")
            return
        self.expect(not answer.finished.is_set(), f"{name} after the end")
        # The proxy's own errors come in the old form from older proxies at every version.
        self.expect(name in FAILED or (name in LEGACY) == (self.version == 0), f"{name} at version {self.version}")
        answer.forms.append(name)
        if name in FAILED:
            answer.error = (message.error_code, message.error)
            self._finish(answer, message)
            return
        self._take_answer(answer, message)

    def _take_answer(self, answer, message):
        if message.tl_name in FIRST:
            self.expect(answer.head is None, "a second first answer")
            answer.head = tl.decode(message.answer)
            data = answer.head.payload
        else:
            self.expect(answer.head is not None, "a part before the first answer")
            data = message.answer
            answer.parts.append(data)
        if data:
            answer.arrived.put_nowait(data)
        ends = message.is_completed if message.tl_name in LEGACY else message.final_info is not None
        if ends:
            self._finish(answer, message)

    def _finish(self, answer, message=None):
        if message is not None and message.tl_name in LEGACY:
            answer.tokens = message.request_tokens_used
        elif message is not None and message.final_info is not None:
            answer.final_info = message.final_info
            answer.tokens = message.final_info.tokens_used
            times = message.final_info.proxy_start_time is not None
            self.expect(times == (self.version >= 2), f"times in the final info at version {self.version}")
        answer.arrived.put_nowait(None)
        answer.finished.set()

    def _take_payment(self, answer, message):
        self.expect(answer.finished.is_set(), "payment before the end of the answer")
        self.expect(not answer.paid.is_set(), "a second payment for one request")
        if self.payments:
            self.expect(message.db_tokens >= self.payments[-1].db_tokens, "charged tokens went down")
        self.payments.append(message)
        answer.payment = message
        answer.paid.set()

    async def close(self):
        await self.link.close()
        if self._reader:
            try:
                await asyncio.wait_for(self._reader, 1)
            except (asyncio.TimeoutError, LinkClosed):
                pass
