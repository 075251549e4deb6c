"""Too much, too long, too slow, too little: each with a bound on memory, a clear end, and others who don't notice."""

import concurrent.futures
import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import time

import pytest

from caller import Call, ask, chat
from engine import Behaviour, Engine
from house import House
from network import Network, assert_balanced, fetch, free_port, wait_until, wait_workers

MIB = 1 << 20
# Grown by so much at most, whatever passes through. Sanitizers keep freed memory back: they are told to keep little.
BOUND = 160 * MIB
FLOOD = 256 * MIB


@pytest.fixture
def lean_house(tmp_path, monkeypatch):
    options = os.environ.get("ASAN_OPTIONS", "")
    monkeypatch.setenv("ASAN_OPTIONS", (options + ":" if options else "") + "quarantine_size_mb=8:malloc_context_size=0")
    # The usual limit of descriptors: what a role needs beyond it, it asks the system for.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    house = House(tmp_path)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield house
    house.stop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def resident(process):
    with open(f"/proc/{process.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def roles(house):
    return {"client": house.client, "proxy": house.proxy, "worker": house.worker}


class Watch:
    """How much each role has grown since the watch began, at most."""

    def __init__(self, house):
        self.house = house
        self.before = {name: resident(process) for name, process in roles(house).items()}
        self.most = dict.fromkeys(self.before, 0)

    def look(self):
        for name, process in roles(self.house).items():
            self.most[name] = max(self.most[name], resident(process) - self.before[name])
        return self.most

    def assert_bounded(self, bound=BOUND):
        assert max(self.look().values()) < bound, {name: f"{grown // MIB} MiB" for name, grown in self.most.items()}


def wait_until_still(watch, look):
    """Until what `look` returns has not changed for two seconds."""
    seen, since = look(), time.monotonic()

    def still():
        nonlocal seen, since
        watch.look()
        if (now := look()) != seen:
            seen, since = now, time.monotonic()
        return time.monotonic() - since > 2
    wait_until(still, "the engine to be left unread")


def read_all(call):
    """How many bytes of the answer were still to come."""
    got = 0
    while piece := call.answer.read1(1 << 20):
        got += len(piece)
    call.connection.close()
    return got


def test_an_engine_that_never_ends_its_line(lean_house):
    """More than any role may hold, without a line feed: it passes, byte by byte, and nothing keeps it."""
    house = lean_house
    assert ask(house.client)[0] == 200
    watch = Watch(house)
    house.engine.behaviour = Behaviour(flood_bytes=FLOOD)
    call = Call(house.client, patience=300, stream=True, timeout=600)
    assert call.status == 200
    got = 0
    while piece := call.answer.read1(1 << 20):
        got += len(piece)
        if got % (64 * MIB) < len(piece):
            watch.look()
    call.connection.close()
    assert got == FLOOD
    watch.assert_bounded()
    house.engine.behaviour = Behaviour()
    assert ask(house.client)[0] == 200
    assert_balanced(house.proxy)


def test_a_reader_who_stops_for_a_while(lean_house):
    """The engine waits for the caller: nothing piles up anywhere, others are served, and nothing is lost."""
    house = lean_house
    assert ask(house.client)[0] == 200
    watch = Watch(house)
    house.engine.behaviour = Behaviour(flood_bytes=FLOOD)
    slow = Call(house.client, patience=300, stream=True, timeout=600)
    assert slow.status == 200
    wait_until_still(watch, lambda: house.engine.flooded)
    assert house.engine.flooded < 32 * MIB, "what the kernel's buffers hold"
    house.engine.behaviour = Behaviour()
    assert ask(house.client)[0] == 200
    assert read_all(slow) == FLOOD
    watch.assert_bounded(32 * MIB)
    assert_balanced(house.proxy)


def test_a_proxy_that_pauses(lean_house):
    """The engine waits for the network: nothing piles up at the worker, and nothing is lost."""
    house = lean_house
    watch = Watch(house)
    house.engine.behaviour = Behaviour(flood_bytes=FLOOD)
    call = Call(house.client, patience=300, stream=True, timeout=600)
    house.proxy.signal(signal.SIGSTOP)
    try:
        wait_until_still(watch, lambda: house.engine.flooded)
    finally:
        house.proxy.signal(signal.SIGCONT)
    assert read_all(call) == FLOOD
    watch.assert_bounded()
    assert watch.most["worker"] < 48 * MIB
    assert_balanced(house.proxy)


def test_a_gateway_that_pauses(lean_house):
    """Nothing piles up for it at the proxy; another gateway is served, and nothing is lost."""
    house = lean_house
    other = house.network.client([house.proxy.options["clients_listen"]], name="other").wait_http_ready()
    watch = Watch(house)
    house.engine.behaviour = Behaviour(flood_bytes=FLOOD)
    call = Call(house.client, patience=300, stream=True, timeout=600)
    house.client.signal(signal.SIGSTOP)
    try:
        wait_until_still(watch, lambda: house.engine.flooded)
        house.engine.behaviour = Behaviour()
        assert ask(other)[0] == 200
    finally:
        house.client.signal(signal.SIGCONT)
    assert read_all(call) == FLOOD
    watch.assert_bounded(32 * MIB)
    assert_balanced(house.proxy)


def test_callers_who_never_read(lean_house):
    house = lean_house
    house.engine.behaviour = Behaviour(text="word " * 2000)
    callers = []
    for _ in range(20):
        caller = socket.create_connection(house.client.http.rsplit(":", 1))
        body = chat(stream=True).encode()
        caller.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                       + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        callers.append(caller)
    wait_until(lambda: house.client.stats()["stats"]["answered"] >= 20, "their answers to be taken from the network")
    house.engine.behaviour = Behaviour()
    assert ask(house.client)[0] == 200
    for caller in callers:
        caller.close()
    assert_balanced(house.proxy)


def test_a_request_of_64_megabytes(lean_house):
    house = lean_house
    watch = Watch(house)
    with socket.create_connection(house.client.http.rsplit(":", 1)) as caller:
        caller.settimeout(30)
        caller.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 67108864\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(64):
                caller.sendall(b"x" * MIB)
        with contextlib.suppress(ConnectionError):
            assert caller.recv(4096).startswith(b"HTTP/1.1 413")
    watch.assert_bounded()
    assert house.engine.asked == []
    assert ask(house.client)[0] == 200


def test_ten_thousand_idle_connections(lean_house):
    """They are let in, cost little, and are closed for saying nothing; callers who speak are served beside them."""
    house = lean_house
    watch = Watch(house)
    host, port = house.client.http.rsplit(":", 1)
    idle = []
    try:
        for number in range(9_900):
            idle.append(socket.create_connection((host, int(port)), source_address=(f"127.0.1.{1 + number % 20}", 0)))
            if number % 3300 == 3299:
                assert ask(house.client)[0] == 200
        watch.assert_bounded()
        wait_until(lambda: idle[0].recv(1024, socket.MSG_DONTWAIT) is not None, "the first of them to be closed", 40)
    finally:
        for one in idle:
            one.close()
    assert ask(house.client)[0] == 200


@pytest.mark.parametrize("pieces", [
    [b"data: {\"choices\":[{\"delta\":{\"content\":\"ha"], [b"data: "], [b"\xff\xfe\x00"], [b"data: 17\n\n"], [],
], ids=["half an event", "half a line", "no text", "a number", "nothing"])
def test_streams_that_end_in_the_middle(lean_house, pieces):
    """The engine says that it is finished: what it sent is passed on unchanged, and costs what can be counted."""
    lean_house.engine.behaviour = Behaviour(pieces=pieces)
    call = Call(lean_house.client, stream=True)
    assert (call.status, call.rest()) == (200, b"".join(pieces))
    assert assert_balanced(lean_house.proxy) < 10_000
    lean_house.engine.behaviour = Behaviour()
    assert ask(lean_house.client)[0] == 200


def test_an_engine_that_lies_about_usage(lean_house):
    house = lean_house
    house.engine.behaviour = Behaviour(reported_tokens=10**9)
    status, answer = ask(house.client, max_tokens=10)
    assert status == 200
    assert house.worker.stats()["stats"]["doubtful_usage"] == 1
    # A token for each byte of the answer at most; the proxy holds it to what was reserved.
    assert answer["usage"]["cost"] <= 20 * 1000
    assert_balanced(house.proxy)


def test_a_crowd_waits_for_the_only_slot(tmp_path):
    """Nobody is refused, and nobody is forgotten."""
    engine = Engine().start()
    network = Network(tmp_path)
    try:
        proxy = network.proxy()
        network.worker(engine.url, [proxy.options["workers_listen"]], max_active=1)
        wait_workers(proxy)
        alice = network.client([proxy.options["clients_listen"]], name="alice",
                               master_secret_file=str(tmp_path / "alice.secret")).wait_http_ready()
        engine.behaviour = Behaviour(pace=0.02)
        with concurrent.futures.ThreadPoolExecutor(24) as crowd:
            answers = [crowd.submit(lambda: Call(alice, stream=True).rest()) for _ in range(24)]
            wait_until(lambda: proxy.stats()["stats"]["waiting"] > 0, "somebody to wait")
            assert all(answer.result().endswith(b"data: [DONE]\n\n") for answer in answers)
        assert proxy.stats()["stats"]["waiting"] == 0
        assert_balanced(proxy)
    finally:
        network.stop()
        engine.stop()


# ---- the disk ----

@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)], check=False,
                          capture_output=True)
    if done.returncode != 0:
        pytest.skip("needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_disk_that_is_full(tmp_path, small_disk):
    """Nothing is acknowledged that is not booked; once there is room again, all goes on."""
    house = House(tmp_path / "house", database=str(small_disk / "proxy.db"))
    try:
        assert ask(house.client)[0] == 200
        filler = small_disk / "filler"
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 1024)
        statuses = set()
        for _ in range(200):
            statuses.add(ask(house.client, timeout=2)[0])
            if statuses - {200}:
                break
        assert statuses - {200} <= {502, 503, 504}, statuses
        assert fetch(house.proxy.http, "/readyz")[0] == 503
        filler.unlink()
        wait_until(lambda: fetch(house.proxy.http, "/readyz")[0] == 200, "the proxy to write again")
        wait_until(lambda: ask(house.client)[0] == 200, "the network to serve again")
        acknowledged = house.client.stats()["stats"]["spent_nanotons"]
        house.proxy.kill()
        again = house.network.proxy(name="proxy-again", **house.proxy.options)
        assert assert_balanced(again) >= acknowledged > 0
    finally:
        house.stop()


def refused_start(network, **options):
    """What a proxy said that did not start."""
    with pytest.raises(AssertionError) as refusal:
        network.proxy(name=f"refused-{free_port()}", **options)
    return str(refusal.value)


def test_a_database_in_use_or_damaged(tmp_path):
    network = Network(tmp_path)
    try:
        first = network.proxy()
        database = first.options["database"]
        assert "in use by another process" in refused_start(network, database=database)
        assert first.stop() == 0
        shutil.copy(database, database + ".backup")
        size = os.path.getsize(database)
        with open(database, "r+b") as file:
            file.seek(4096)
            file.write(os.urandom(size - 4096))
        said = refused_start(network, database=database)
        assert "is damaged" in said and "backup" in said and ".recover" in said
        shutil.move(database + ".backup", database)
        for rest in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(database + rest)
        assert network.proxy(name="restored", database=database).alive()
        with open(tmp_path / "other.db", "wb") as file:
            file.write(b"no database at all" * 1000)
        assert "other.db" in refused_start(network, database=str(tmp_path / "other.db"))
    finally:
        network.stop()
