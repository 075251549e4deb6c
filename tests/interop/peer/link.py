"""One framed connection of the network: frames with sequence numbers, opening, queries and answers, one-way messages,
keep-alive. Used by every role; it can also break the rules on request (raw frames, wrong numbers)."""

import asyncio
import os
import struct

from . import tl
from .streams import Buffered, StreamClosed

MOST_PAYLOAD = 1 << 24
QUERY_TIMEOUT = 30.0
OPEN_TIMEOUT = 10.0
ERROR, PROTOVIOLATION, NOTREADY, TIMEOUT, CANCELLED = 602, 621, 651, 652, 653


class LinkClosed(Exception):
    """The connection is gone; the text says why."""


class QueryError(Exception):
    """A tcp.queryError, received or to be sent."""

    def __init__(self, code, message):
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


def new_id():
    return int.from_bytes(os.urandom(8), "little", signed=True)


class Link:
    """`side` is "connect" (sends tcp.connect and pings) or "accept". After start(): query(), send(), messages (a queue of
    one-way objects; None at the end). `answer`, if set, is an async function from a received query object to its answer;
    it may raise QueryError. `trace` keeps (direction, packet object) of every frame."""

    def __init__(self, stream, side, answer=None, ping_every=10.0, idle_limit=None):
        self.stream = stream
        self.side = side
        self.answer = answer
        self.ping_every = ping_every
        self.idle_limit = idle_limit if idle_limit is not None else (60.0 if side == "accept" else 20.0)
        self.buffered = Buffered(stream)
        self.sent = 0
        self.received = 0
        self.messages = asyncio.Queue()
        self.closed = asyncio.Event()
        self.close_reason = ""
        self.trace = []
        self.pongs = 0
        self._waiting = {}
        self._tasks = set()
        self._writing = asyncio.Lock()

    async def start(self, timeout=OPEN_TIMEOUT):
        """Opens: tcp.connect and tcp.connected, then the reader."""
        try:
            await asyncio.wait_for(self._open(), timeout)
        except (StreamClosed, tl.TlError) as error:
            await self.close(str(error))
            raise LinkClosed(f"while opening: {error}") from error
        self._spawn(self._read_loop())
        if self.side == "connect":
            self._spawn(self._ping_loop())
        return self

    async def _open(self):
        if self.side == "connect":
            number = new_id()
            await self.send_packet(tl.Object("tcp.connect", id=number))
            packet = await self._read_packet()
            if packet.tl_name != "tcp.connected" or packet.id != number:
                raise tl.TlError(f"bad_opening: {packet}")
        else:
            packet = await self._read_packet()
            if packet.tl_name != "tcp.connect":
                raise tl.TlError(f"bad_opening: {packet}")
            await self.send_packet(tl.Object("tcp.connected", id=packet.id))

    def _spawn(self, work):
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def send_frame(self, payload, number=None):
        """A frame with the next sequence number, or with a wrong one."""
        async with self._writing:
            if number is None:
                number = self.sent
            self.sent += 1
            try:
                await self.stream.write(struct.pack("<Ii", len(payload), number) + payload)
            except StreamClosed as error:
                raise LinkClosed(str(error)) from error

    async def send_packet(self, packet):
        self.trace.append(("out", packet))
        await self.send_frame(tl.encode(packet))

    async def send(self, value):
        """A one-way message: an object or, to be hostile, bytes."""
        data = value if isinstance(value, bytes) else tl.encode(value)
        await self.send_packet(tl.Object("tcp.packet", data=data))

    async def query(self, value, timeout=QUERY_TIMEOUT):
        """The answer object; QueryError, LinkClosed or asyncio.TimeoutError otherwise."""
        if self.closed.is_set():
            raise LinkClosed(self.close_reason)
        number = new_id()
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            data = value if isinstance(value, bytes) else tl.encode(value)
            await self.send_packet(tl.Object("tcp.query", id=number, data=data))
            return await asyncio.wait_for(future, timeout)
        finally:
            self._waiting.pop(number, None)

    async def next_message(self, timeout=QUERY_TIMEOUT):
        message = await asyncio.wait_for(self.messages.get(), timeout)
        if message is None:
            self.messages.put_nowait(None)
            raise LinkClosed(self.close_reason)
        return message

    async def _read_packet(self):
        size, number = struct.unpack("<Ii", await self.buffered.exactly(8))
        if not 4 <= size <= MOST_PAYLOAD:
            raise tl.TlError(f"bad_frame_size: {size}")
        if number != self.received:
            raise tl.TlError(f"bad_sequence: {number} instead of {self.received}")
        self.received += 1
        packet = tl.decode(await self.buffered.exactly(size))
        self.trace.append(("in", packet))
        return packet

    async def _read_loop(self):
        try:
            while True:
                await self._take(await asyncio.wait_for(self._read_packet(), self.idle_limit))
        except asyncio.TimeoutError:
            reason = "idle"
        except (StreamClosed, tl.TlError, LinkClosed) as error:
            reason = str(error)
        await self.close(reason)

    async def _take(self, packet):
        name = packet.tl_name
        if name == "tcp.ping":
            await self.send_packet(tl.Object("tcp.pong", id=packet.id))
        elif name == "tcp.pong":
            self.pongs += 1
        elif name == "tcp.packet":
            self.messages.put_nowait(tl.decode(packet.data))
        elif name == "tcp.query":
            self._spawn(self._answer_query(packet.id, tl.decode(packet.data)))
        elif name == "tcp.queryAnswer":
            self._settle(packet.id, tl.decode(packet.data), None)
        elif name == "tcp.queryError":
            self._settle(packet.id, None, QueryError(packet.code, packet.message))
        elif name not in ("tcp.connect", "tcp.connected"):
            raise tl.TlError(f"not_a_packet: {name}")

    def _settle(self, number, value, error):
        future = self._waiting.pop(number, None)
        if future is None or future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(value)

    async def _answer_query(self, number, value):
        try:
            if self.answer is None:
                raise QueryError(PROTOVIOLATION, "no queries here")
            data = tl.encode(await self.answer(value))
            reply = tl.Object("tcp.queryAnswer", id=number, data=data)
        except QueryError as error:
            reply = tl.Object("tcp.queryError", id=number, code=error.code, message=error.message)
        try:
            await self.send_packet(reply)
        except LinkClosed:
            pass

    async def _ping_loop(self):
        try:
            while True:
                await asyncio.sleep(self.ping_every)
                await self.send_packet(tl.Object("tcp.ping", id=new_id()))
        except LinkClosed:
            pass

    async def close(self, reason="closed by us"):
        if self.closed.is_set():
            return
        self.close_reason = reason
        self.closed.set()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkClosed(reason))
        self._waiting.clear()
        self.messages.put_nowait(None)
        for task in list(self._tasks):
            if task is not asyncio.current_task():
                task.cancel()
        await self.stream.close()

    async def wait_closed(self, timeout=10.0):
        """Why the connection ended."""
        await asyncio.wait_for(self.closed.wait(), timeout)
        return self.close_reason
