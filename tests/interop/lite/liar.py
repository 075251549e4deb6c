"""A lite server of one's own between a client and a real one. It passes everything on, but for what its `lie` changes."""

import asyncio
import base64
import os
import struct
import threading

from . import answers
from .adnl import AdnlError, Channel, public_of


class Lie:
    """What to do with questions and answers. The default does nothing; lies override."""

    def question(self, function, question):
        """Another question for the real server, or None to ask nothing."""
        return question

    def answer(self, function, question, answer):
        """What the client gets: bytes, a list of answers, a Delay, or None for silence."""
        return answer

    def end(self, number):
        """Whether to close the connection instead of answering its question of this number, from 0."""
        return False


class Delay:
    def __init__(self, seconds, answer):
        self.seconds, self.answer = seconds, answer


class RawFrame:
    """Bytes in place of a frame, encrypted as frames are."""

    def __init__(self, data):
        self.data = data


class Liar:
    """Serves on a thread of its own until stop(). `lie` may be exchanged at any time."""

    def __init__(self, upstream_port, upstream_key, lie=None):
        self.upstream = upstream_port, base64.b64decode(upstream_key)
        self.lie = lie or Lie()
        self.seed = os.urandom(32)
        self.key = base64.b64encode(public_of(self.seed)).decode()
        self.connections = 0
        self.asked = []  # functions, in order
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        assert ready.wait(10)

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.create_task, self._end())
        self.thread.join(10)

    async def _end(self):
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.loop.stop()

    @property
    def server(self):
        """As an entry of a configuration."""
        return self.port, self.key

    @property
    def name(self):
        return f"127.0.0.1:{self.port}"

    async def _serve(self, reader, writer):
        self.connections += 1
        near = far = None
        try:
            near = await Channel.accept(reader, writer, self.seed)
            far = await Channel.connect("127.0.0.1", *self.upstream, asyncio.open_connection)
            near.write(b"")
            await Conversation(self, near, far).run()
        except (AdnlError, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for channel in (near, far):
                if channel:
                    channel.close()
            writer.close()


class Conversation:
    """One client's connection and the one to the real server behind it."""

    def __init__(self, liar, near, far):
        self.liar, self.near, self.far = liar, near, far
        self.open = {}  # query id: question
        self.count = 0

    async def run(self):
        sides = [asyncio.ensure_future(self._questions()), asyncio.ensure_future(self._answers())]
        try:
            done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            for side in done:
                side.result()
        finally:
            for side in sides:
                side.cancel()

    async def _questions(self):
        while True:
            payload = await self.near.read()
            if payload[:4] != answers.QUERY:
                self.far.write(payload)
                continue
            query_id = payload[4:36]
            lite = answers.Reader(payload[36:]).bytes()
            assert lite[:4] == answers.LITE_QUERY
            question = answers.Reader(lite[4:]).bytes()
            if self.liar.lie.end(self.count):
                return
            self.count += 1
            function = answers.function_of(question)
            self.liar.asked.append(function)
            self.open[query_id] = function, question
            asked = self.liar.lie.question(function, question)
            if asked is not None:
                inner = answers.tl_bytes(answers.LITE_QUERY + answers.tl_bytes(asked))
                self.far.write(answers.QUERY + query_id + inner)

    async def _answers(self):
        while True:
            payload = await self.far.read()
            if payload[:4] != answers.ANSWER:
                self.near.write(payload)
                continue
            query_id = payload[4:36]
            function, question = self.open[query_id]
            told = self.liar.lie.answer(function, question, answers.Reader(payload[36:]).bytes())
            for one in told if isinstance(told, list) else [told]:
                self._tell(query_id, one)
            await self.near.writer.drain()

    def _tell(self, query_id, one):
        if isinstance(one, Delay):
            asyncio.get_running_loop().call_later(one.seconds, self._tell, query_id, one.answer)
        elif isinstance(one, RawFrame):
            self.near.write_raw(one.data)
        elif one is not None:
            self.near.write(answers.ANSWER + query_id + answers.tl_bytes(one))


def damaged_frame(payload):
    """A whole frame whose checksum is wrong."""
    body = os.urandom(32) + payload + bytes(32)
    return RawFrame(struct.pack("<I", len(body)) + body)
