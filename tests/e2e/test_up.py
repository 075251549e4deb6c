"""`cocoon up` as people run it: one command, a network, an answer; then nothing is left running."""

import json
import os
import signal
import subprocess
import time

import pytest

from engine import MODEL
from network import MY_FIRST_PORT, ROOT, Process, binary, fetch, free_port, wait_until

COMMAND_SECONDS = 60


class Up(Process):
    """`cocoon up --json` until stopped; its events as they come."""

    def __init__(self, folder, *arguments, env=None):
        self.folder = folder
        super().__init__([binary("cocoon"), "up", "--json", "--dir", str(folder / "up"), "--listen",
                          f"127.0.0.1:{free_port()}", "--ports", str(MY_FIRST_PORT), *arguments], folder / "up.log",
                         env=env)

    def events(self):
        return [json.loads(line) for line in self.lines]

    def wait_ready(self, timeout=60):
        def found():
            if not self.alive():
                self.fail(f"ended with {self.process.poll()}: {self.lines}")
            return [event for event in self.events() if event["event"] == "ready"]
        self.ready = wait_until(found, "the ready event", timeout)[0]
        return self

    def interrupt(self):
        self.signal(signal.SIGINT)
        return self.process.wait(40)

    def command(self, *arguments):
        """(exit code, standard output) of another `cocoon` command that looks at this network."""
        done = subprocess.run([binary("cocoon"), *arguments, "--dir", str(self.folder / "up")], capture_output=True,
                              text=True, timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"cocoon {arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture
def up(tmp_path):
    started = []

    def start(*arguments):
        started.append(Up(tmp_path, *arguments))
        return started[-1]
    yield start
    for process in started:
        if process.alive():
            process.interrupt()


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def process_ids(value):
    """Every number in the ready event's `pids`, whatever its form."""
    if isinstance(value, dict):
        value = value.values()
    return [value] if isinstance(value, int) else [pid for one in value for pid in process_ids(one)]


def ask(base_url, model):
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 24})
    status, _, answer = fetch(base_url.removeprefix("http://").removesuffix("/v1"), "/v1/chat/completions", "POST",
                              body, {"Content-Type": "application/json"}, timeout=60)
    assert status == 200, answer
    return json.loads(answer)


def test_a_network_comes_up_answers_and_goes_away(up, engine):
    network = up("--engine", engine.url, "--workers", "2").wait_ready()
    assert network.ready["simulated_evidence"] is True and network.ready["settled"] is True
    pids = process_ids(network.ready["pids"])
    assert len(pids) >= 4 and all(is_running(pid) for pid in pids)
    answer = ask(network.ready["base_url"], MODEL)
    assert answer["usage"]["cost"] > 0

    chat = network.command("chat", "Why is the sky blue?", "--json")
    assert any(json.loads(line) for line in chat.splitlines())
    assert "one two three" in network.command("chat", "Why is the sky blue?")
    models = json.loads(network.command("models", "--json"))
    assert [one["id"] for one in models["data"]] == [MODEL]
    bench = json.loads(network.command("bench", "--requests", "6", "--at-once", "3", "--json"))
    assert (bench["answered"], bench["failed"]) == (6, 0) and bench["nanotons_per_million_tokens"] > 0
    assert "6 of 6" in network.command("bench", "--requests", "6")
    for command in (["status"], ["attest", "show"], ["doctor"]):
        assert isinstance(json.loads(network.command(*command, "--json")), dict)
        people = network.command(*command)
        assert people.strip()
    assert "simulated" in network.command("attest", "show").lower()
    assert "simulated" in network.command("status").lower()

    began = time.monotonic()
    assert network.interrupt() == 0
    assert time.monotonic() - began < 20
    assert [pid for pid in pids if is_running(pid)] == []
    assert network.events()[-1]["event"] == "stopped"


def test_a_second_start_goes_on_where_the_first_ended(up, engine):
    first = up("--engine", engine.url).wait_ready()
    folder = first.folder / "up"
    ask(first.ready["base_url"], MODEL)
    assert first.interrupt() == 0
    secrets = {name: (folder / name).read_bytes() for name in ("simulated-root.key", "proxy.key", "client.secret")}
    for name in secrets:
        assert (folder / name).stat().st_mode & 0o077 == 0
    second = up("--engine", engine.url).wait_ready()
    assert {name: (folder / name).read_bytes() for name in secrets} == secrets
    before = tokens_at_proxy(second)
    assert before > 0
    ask(second.ready["base_url"], MODEL)
    wait_until(lambda: tokens_at_proxy(second) > before, "the second answer in the books")
    assert second.interrupt() == 0


def tokens_at_proxy(network):
    text = (network.folder / "up" / "proxy.toml").read_text()
    address = [line.split('"')[1] for line in text.splitlines() if line.startswith("http_listen")][0]
    return sum(row["used_tokens"] for row in json.loads(fetch(address, "/jsonstats")[2])["clients"])


def test_an_engine_that_is_not_there_is_named(up):
    url = f"http://127.0.0.1:{free_port()}"
    network = up("--engine", url)
    assert network.process.wait(60) != 0
    assert url.removeprefix("http://") in network.log_text() + "".join(network.lines)


def demo_engine():
    """Whether the demo engine is in the cache; nothing is downloaded here."""
    return subprocess.run([str(ROOT / "tools" / "engine"), "path"], capture_output=True, timeout=60).returncode == 0


@pytest.mark.skipif(not demo_engine(), reason="the demo engine is not fetched: run tools/engine fetch")
def test_the_demo_engine_really_answers(up):
    network = up("--engine-tool", str(ROOT / "tools" / "engine")).wait_ready(120)
    pids = process_ids(network.ready["pids"])
    answer = ask(network.ready["base_url"], network.ready["model"])
    assert answer["choices"][0]["message"]["content"].strip()
    assert answer["usage"]["completion_tokens"] > 0 and answer["usage"]["cost"] > 0
    assert network.interrupt() == 0
    assert [pid for pid in pids if is_running(pid)] == []


def test_the_simulator_is_a_command():
    def sim(*arguments):
        return subprocess.run([binary("cocoon"), "sim", *arguments], capture_output=True, text=True, check=False,
                              timeout=COMMAND_SECONDS)

    played = sim("--seeds", "1..2")
    assert played.returncode == 0 and "seeds 1 to 2" in played.stdout, played
    nothing = sim()
    assert nothing.returncode == 2 and "cocoon sim --seeds 1..100" in nothing.stderr, nothing
