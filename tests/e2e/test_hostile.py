"""Hostile peers at both public ports of our proxy, and a hostile proxy: each bad connection is refused and counted, the
process lives on, and another connection doesn't notice."""

import asyncio
import contextlib
import struct

import pytest

from engine import MODEL, Engine
from network import Network, assert_balanced, port_of, wait_until, wait_workers
from peer import cert, dial, hostile, http_message, streams, tl
from peer.client import Client
from peer.link import Link, LinkClosed, QueryError
from peer.worker import Worker

HOST = "127.0.0.1"
PORTS = ["clients_listen", "workers_listen"]
GONE = (LinkClosed, streams.StreamClosed, QueryError, OSError)


class Besieged:
    """Our proxy and worker, and a third-party client that has been connected all the time."""

    def __init__(self, folder):
        self.network = Network(folder)
        self.engine = Engine().start()
        self.proxy = self.network.proxy()
        self.worker = self.network.worker(self.engine.url, [self.proxy.options["workers_listen"]])
        wait_workers(self.proxy)

    def refusals(self):
        """Everything that the proxy counts as refused, whatever its name."""
        stats = self.proxy.stats()
        ended = {name: count for name, count in stats["connections"]["closed"].items() if name != "closed"}
        return (sum(stats["stats"]["refusals"].values()) + sum(ended.values())
                + sum(stats["connections"]["unopened"].values()) + sum(self.proxy.peers()["refused"].values()))

    async def wait_counted(self, before):
        await asyncio.to_thread(wait_until, lambda: self.refusals() > before, "the refusal to be counted", 5)

    def stop(self):
        self.network.stop()
        self.engine.stop()


@pytest.fixture(scope="module")
def besieged(tmp_path_factory):
    besieged = Besieged(tmp_path_factory.mktemp("besieged"))
    yield besieged
    besieged.stop()


@contextlib.asynccontextmanager
async def witness(besieged):
    """A client that is served before and after, on one connection; our worker's link holds, too."""
    near = await Client((await dial.public(HOST, port_of(besieged.proxy, "clients_listen")))[0]).start()

    async def served():
        answer = await (await near.ask(MODEL, http_message.chat("still here", MODEL))).wait()
        assert answer.error is None
    await served()
    yield near
    await served()
    assert near.violations == [] and not near.link.closed.is_set()
    assert besieged.proxy.alive()
    await near.close()
    await asyncio.to_thread(wait_workers, besieged.proxy)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("name", hostile.FRAMES)
async def test_frames(besieged, name, port):
    async with witness(besieged):
        before = await asyncio.to_thread(besieged.refusals)
        link = Link((await dial.public(HOST, port_of(besieged.proxy, port)))[0], "connect")
        await link.start()
        await hostile.FRAMES[name](link)
        await link.wait_closed()
        await besieged.wait_counted(before)


@pytest.mark.parametrize("name", hostile.CLIENT)
async def test_clients(besieged, name):
    """Numbers may be absurd without being refused (a huge max_tokens is cut): what matters is that all go on."""
    async with witness(besieged):
        stream, _ = await dial.public(HOST, port_of(besieged.proxy, "clients_listen"))
        enemy = await Client(stream).start()
        await hostile.CLIENT[name](enemy, MODEL)
        with contextlib.suppress(*GONE):
            await enemy.link.query(tl.Object("client.getWorkerTypesV2"), 10)
        await enemy.close()
    await asyncio.to_thread(assert_balanced, besieged.proxy)
    assert besieged.worker.alive()


@pytest.mark.parametrize("name", hostile.WORKER)
async def test_workers(besieged, name):
    model = f"hostile/{name.replace(' ', '-')}"
    async with witness(besieged):
        stream, _ = await dial.public(HOST, port_of(besieged.proxy, "workers_listen"))
        enemy = await Worker(stream, hostile.WORKER[name], versions=(0, 4), model=model).start()
        await asyncio.to_thread(wait_workers, besieged.proxy, 1, model)
        stream, _ = await dial.public(HOST, port_of(besieged.proxy, "clients_listen"))
        near = await Client(stream).start()
        answer = await near.ask(model, http_message.chat("x", model), timeout=2.0)
        await answer.wait()
        if answer.tokens is not None:
            assert 0 <= answer.tokens.total <= 1_000_000
        # The inside of an answer is the client's to judge: our proxy passes the bytes on.
        assert near.violations == [] or name == "answer is no http.response"
        await near.close()
        await enemy.close()
    await asyncio.to_thread(assert_balanced, besieged.proxy)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("name", hostile.CERTIFICATES)
async def test_certificates(besieged, name, port):
    choices, always = hostile.CERTIFICATES[name]
    async with witness(besieged):
        before = await asyncio.to_thread(besieged.refusals)
        opened = False
        with contextlib.suppress(*GONE, asyncio.TimeoutError):
            stream, _ = await dial.public(HOST, port_of(besieged.proxy, port), cert.make(**choices))
            link = await Link(stream, "connect").start()
            opened = True
            await link.close()
        if always or port == "workers_listen":
            assert not opened
            await besieged.wait_counted(before)


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("name", hostile.PROOFS)
async def test_proofs_of_work(besieged, name, port):
    async with witness(besieged):
        before = await asyncio.to_thread(besieged.refusals)
        refused = 0
        for _ in range(8):  # a guess is right once in 16
            try:
                stream, _ = await dial.public(HOST, port_of(besieged.proxy, port), solve=hostile.PROOFS[name])
                await stream.close()
            except GONE:
                refused += 1
        assert refused > 0
        assert besieged.refusals() > before


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("data", [
    b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01" + bytes(600), b"\xff" * 64,
], ids=["nothing", "http", "tls", "ones"])
async def test_strangers_who_skip_the_proof_of_work(besieged, port, data):
    async with witness(besieged):
        plain = await streams.connect_plain(HOST, port_of(besieged.proxy, port))
        await plain.write(data)
        if data:
            with contextlib.suppress(streams.StreamClosed):
                while await asyncio.wait_for(plain.read_some(), 10):
                    pass
        await plain.close()


@pytest.mark.parametrize("option", ["clients_router_listen", "workers_router_listen"])
@pytest.mark.parametrize("data", [
    struct.pack("<I", 0), struct.pack("<I", 2**32 - 1), struct.pack("<I", 64) + bytes(64),
], ids=["empty", "endless", "no frame"])
async def test_router_frames(besieged, option, data):
    async with witness(besieged):
        plain = await streams.connect_plain(HOST, port_of(besieged.proxy, option))
        await plain.write(data)
        with contextlib.suppress(streams.StreamClosed):
            assert await asyncio.wait_for(plain.read_some(), 10) == b""
        await plain.close()


async def flood_stream(port):
    return streams.PlainStream(*await asyncio.open_connection(HOST, port, local_addr=("127.0.0.2", 0)))


async def test_a_flood_of_connections_that_say_nothing(besieged):
    async with witness(besieged):
        # From another address: each may have only a few connections that are not open yet.
        silent = [await flood_stream(port_of(besieged.proxy, "clients_listen")) for _ in range(200)]
        late = await Client((await dial.public(HOST, port_of(besieged.proxy, "clients_listen")))[0]).start()
        await late.update_payment_status()
        await late.close()
        for one in silent:
            await one.close()


