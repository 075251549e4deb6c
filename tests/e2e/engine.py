"""A small OpenAI-like engine whose behaviour a test decides: whole answers, streams with a pace or a gate, and every
way to fail. It keeps the bytes of what it was asked."""

import asyncio
import json
import threading
from dataclasses import dataclass, field

MODEL = "e2e-model"
READ_LIMIT = 1 << 26
START_TIMEOUT = 10.0


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: dict  # lower-case names
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Behaviour:
    """How requests are answered. `gate`: after `before_gate` words the engine waits until the test opens it.
    `die_after`: the connection breaks off after so many words (0: before the head)."""

    text: str = "one two three four five"
    prompt_tokens: int = 20
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    status: int = 200
    raw: bytes | None = None  # these bytes instead of an HTTP answer, then the end
    body: bytes | None = None  # this body instead of a JSON answer
    pace: float = 0.0
    before_gate: int | None = None
    delay_gate: bool = False  # wait for the gate before anything is answered
    die_after: int | None = None
    pieces: list | None = None  # these byte strings as the pieces of an event stream, then its end
    flood_bytes: int = 0  # an event stream of so many bytes without a line's end
    reported_tokens: int | None = None  # what usage says instead of the truth


def usage(behaviour, words):
    words = words if behaviour.reported_tokens is None else behaviour.reported_tokens
    value = {"prompt_tokens": behaviour.prompt_tokens, "completion_tokens": words,
             "total_tokens": behaviour.prompt_tokens + words}
    if behaviour.cached_tokens:
        value["prompt_tokens_details"] = {"cached_tokens": behaviour.cached_tokens}
    if behaviour.reasoning_tokens:
        value["completion_tokens_details"] = {"reasoning_tokens": behaviour.reasoning_tokens}
    return value


def chunk(model, chat, word=None, **members):
    if chat:
        choice = {"index": 0, "delta": {} if word is None else {"content": word},
                  "finish_reason": "stop" if word is None else None}
    else:
        choice = {"index": 0, "text": word or "", "finish_reason": "stop" if word is None else None}
    value = {"id": "cmpl-e2e", "object": "chat.completion.chunk" if chat else "text_completion", "created": 1,
             "model": model, "choices": [choice], **members}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def embeddings(request, behaviour):
    texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
    return {"object": "list", "model": request["model"],
            "data": [{"object": "embedding", "index": number, "embedding": [0.5, float(len(text))]}
                     for number, text in enumerate(texts)],
            "usage": {"prompt_tokens": behaviour.prompt_tokens, "total_tokens": behaviour.prompt_tokens}}


def ranking(request, behaviour):
    return {"id": "rerank-e2e", "model": request["model"], "usage": {"total_tokens": behaviour.prompt_tokens},
            "results": [{"index": number, "relevance_score": 1 / (number + 1), "document": {"text": text}}
                        for number, text in enumerate(request["documents"])]}


def images(request, behaviour):
    return {"created": 1, "data": [{"b64_json": "aW1hZ2U="}] * request.get("n", 1),
            "usage": {"input_tokens": behaviour.prompt_tokens, "output_tokens": 7,
                      "total_tokens": behaviour.prompt_tokens + 7,
                      "input_tokens_details": {"text_tokens": behaviour.prompt_tokens, "image_tokens": 0}}}


NUMBERS = {"/v1/embeddings": embeddings, "/v1/rerank": ranking, "/v1/images/generations": images}


def response(model, behaviour, words):
    """A whole object of the Responses API."""
    text = {"type": "output_text", "text": behaviour.text, "annotations": [], "logprobs": []}
    return {"id": "resp-e2e", "object": "response", "created_at": 1, "status": "completed", "model": model,
            "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
            "output": [{"type": "message", "id": "m", "status": "completed", "role": "assistant", "content": [text]}],
            "usage": {"input_tokens": behaviour.prompt_tokens, "input_tokens_details": {"cached_tokens": 0},
                      "output_tokens": len(words), "output_tokens_details": {"reasoning_tokens": 0},
                      "total_tokens": behaviour.prompt_tokens + len(words)}}


@dataclass
class Engine:
    """Runs in a thread of its own from start() to stop(). `port` 0 takes a free one and keeps it."""

    port: int = 0
    behaviour: Behaviour = field(default_factory=Behaviour)
    asked: list = field(default_factory=list)
    broken_off: int = 0  # answers whose reader went away
    gate: threading.Event = field(default_factory=threading.Event)
    metrics: str | None = None  # the page of /metrics; 404 without one
    context: int | None = None  # what the list of models says about it
    sent_words: int = 0
    flooded: int = 0  # bytes of floods that were taken

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(ready)), daemon=True)
        self._thread.start()
        if not ready.wait(START_TIMEOUT):
            raise TimeoutError("the engine did not start")
        return self

    def stop(self):
        """Closes the port and every connection."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join(START_TIMEOUT)

    async def _run(self, ready):
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self._readers = {}  # by writer; their end shows that the other side is gone
        connections = set()

        async def serve(reader, writer):
            connections.add(asyncio.current_task())
            self._readers[writer] = reader
            try:
                while await self._exchange(reader, writer):
                    pass
            except (ConnectionError, asyncio.IncompleteReadError):
                self.broken_off += 1
            except asyncio.CancelledError:
                pass
            finally:
                connections.discard(asyncio.current_task())
                del self._readers[writer]
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", self.port, limit=READ_LIMIT)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stopped.wait()
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _exchange(self, reader, writer):
        """One request and its answer; whether the connection lives on."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError:
            return False
        method, path, _ = head[0].split(" ")
        headers = dict((name.lower(), value.strip()) for name, _, value in
                       (line.partition(":") for line in head[1:] if line))
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if method == "GET" and path == "/metrics":
            page = self.metrics
            await self._whole(writer, 200 if page is not None else 404, (page or "").encode(), "text/plain")
            return True
        if method == "GET":
            await self._whole(writer, 200, json.dumps({"object": "list", "data": [self._model()]}).encode())
            return True
        asked = Asked(method, path, headers, body)
        self.asked.append(asked)
        return await self._answer(writer, asked, self.behaviour)

    def _model(self):
        return {"id": MODEL} if self.context is None else {"id": MODEL, "max_model_len": self.context}

    async def _whole(self, writer, status, body, content_type="application/json"):
        writer.write(f"HTTP/1.1 {status} Status\r\nContent-Type: {content_type}\r\n"
                     f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    async def _answer(self, writer, asked, behaviour):
        if behaviour.delay_gate:
            await self._wait_gate(writer)
        if behaviour.raw is not None:
            writer.write(behaviour.raw)
            await writer.drain()
            return False
        if behaviour.body is not None:
            await self._whole(writer, behaviour.status, behaviour.body)
            return True
        if behaviour.status != 200:
            error = {"error": {"message": "the engine says no", "type": "invalid_request_error", "code": "no"}}
            await self._whole(writer, behaviour.status, json.dumps(error).encode())
            return True
        if behaviour.pieces is not None or behaviour.flood_bytes:
            return await self._pieces(writer, behaviour)
        if asked.path == "/v1/audio/transcriptions":
            text = {"text": behaviour.text, "usage": {"type": "tokens", "input_tokens": behaviour.prompt_tokens,
                                                      "output_tokens": len(behaviour.text.split()),
                                                      "total_tokens": behaviour.prompt_tokens + 5}}
            await self._whole(writer, 200, json.dumps(text).encode())
            return True
        request = asked.json
        if asked.path in NUMBERS:
            await self._whole(writer, 200, json.dumps(NUMBERS[asked.path](request, behaviour)).encode())
            return True
        if asked.path == "/v1/responses":
            return await self._response(writer, request, behaviour)
        chat = asked.path == "/v1/chat/completions"
        if request.get("stream"):
            return await self._stream(writer, request, chat, behaviour)
        if behaviour.die_after is not None:
            return False
        message = ({"message": {"role": "assistant", "content": behaviour.text}} if chat else {"text": behaviour.text})
        await self._whole(writer, 200, json.dumps({
            "id": "cmpl-e2e", "object": "chat.completion" if chat else "text_completion", "created": 1,
            "model": request["model"], "choices": [{"index": 0, "finish_reason": "stop", **message}],
            "usage": usage(behaviour, len(behaviour.text.split()))}).encode())
        return True

    async def _stream(self, writer, request, chat, behaviour):
        if behaviour.die_after == 0:
            return False
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")

        async def send(data):
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()

        words = behaviour.text.split()
        for number, word in enumerate(words):
            if number == behaviour.die_after:
                return False
            if number == behaviour.before_gate:
                await self._wait_gate(writer)
            await send(chunk(request["model"], chat, word + " "))
            self.sent_words = number + 1
            if behaviour.pace:
                await asyncio.sleep(behaviour.pace)
        await send(chunk(request["model"], chat))
        if (request.get("stream_options") or {}).get("include_usage"):
            value = {"id": "cmpl-e2e", "object": "chat.completion.chunk" if chat else "text_completion", "created": 1,
                     "model": request["model"], "choices": [], "usage": usage(behaviour, len(words))}
            await send(b"data: " + json.dumps(value).encode() + b"\n\n")
        await send(b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _pieces(self, writer, behaviour):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")

        async def send(data):
            writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            await writer.drain()
        for piece in behaviour.pieces or []:
            await send(piece)
            await asyncio.sleep(behaviour.pace)
        megabyte = b"x" * (1 << 20)
        for _ in range(behaviour.flood_bytes >> 20):
            await send(megabyte)
            self.flooded += len(megabyte)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    async def _response(self, writer, request, behaviour):
        words = behaviour.text.split()
        whole = response(request["model"], behaviour, words)
        if not request.get("stream"):
            await self._whole(writer, 200, json.dumps(whole).encode())
            return True
        events = [{"type": "response.created", "response": {**whole, "output": [], "usage": None}}]
        events += [{"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0,
                    "logprobs": [], "delta": word + " "} for word in words]
        events.append({"type": "response.completed", "response": whole})
        body = b"".join(b"event: " + event["type"].encode() + b"\ndata: " +
                        json.dumps({**event, "sequence_number": number}).encode() + b"\n\n"
                        for number, event in enumerate(events))
        await self._whole(writer, 200, body, "text/event-stream")
        return True

    async def _wait_gate(self, writer):
        while not self.gate.is_set():
            if writer.transport.is_closing() or self._readers[writer].at_eof():
                raise ConnectionResetError
            await asyncio.sleep(0.005)
