"""Client, proxy and worker with clocks ten minutes off. The chain's time is the chain's: money moves as always. Between
roles certificates have dates: who is too far off is refused in words that name the clock, and works again once it is set."""

import os
import signal

import pytest

from engine import MODEL
from network import fetch, wait_until
from test_up import Up, ask

PROGRAMS = {"worker-1": "cocoon-worker-dev", "proxy": "cocoon-proxy-dev", "client": "cocoon"}
TEN_MINUTES = 600
BODY = '{"model": "%s", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 24}' % MODEL


@pytest.fixture
def up(tmp_path, clocks):
    started = []

    def start(*arguments):
        started.append(Up(tmp_path, *arguments, env=clocks.environment))
        return started[-1]
    yield start
    for process in started:
        if process.alive():
            process.interrupt()


@pytest.mark.parametrize("offset", [-TEN_MINUTES, TEN_MINUTES])
def test_roles_off_the_chains_time_settle_as_always(up, engine, clocks, offset):
    for program in PROGRAMS.values():
        clocks.set(program, offset)
    network = up("--engine", engine.url, "--ask", "hi")
    assert network.process.wait(150) == 0, network.log_text()
    events = {event["event"]: event for event in network.events()}
    settled = events["settlement"]
    assert settled["complete"] is True and settled["received_nanotons"] > 0
    assert settled["charged_nanotons"] == events["answer"]["cost_nanotons"]


def pid_of(network, role):
    """Of the newest one: who dies is started again."""
    return [event["pid"] for event in network.events() if event.get("name") == role and "pid" in event][-1]


def start_again(network, role):
    before = pid_of(network, role)
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: pid_of(network, role) != before, f"{role} to be started again")


def answers(network):
    address = network.ready["base_url"].removeprefix("http://").removesuffix("/v1")
    return fetch(address, "/v1/chat/completions", "POST", BODY, {"Content-Type": "application/json"})[0] == 200


def said(network):
    return "".join(file.read_text() for file in (network.folder / "up" / "logs").glob("*.log"))


@pytest.mark.parametrize("role, offset", [("worker-1", -TEN_MINUTES), ("client", -TEN_MINUTES), ("proxy", TEN_MINUTES)])
def test_one_role_off_the_others_time_is_refused_in_words(up, engine, clocks, role, offset):
    network = up("--engine", engine.url).wait_ready()
    assert ask(network.ready["base_url"], MODEL)["usage"]["cost"] > 0
    assert "check the clocks of both machines" not in said(network)
    clocks.set(PROGRAMS[role], offset)
    start_again(network, role)
    wait_until(lambda: "check the clocks of both machines" in said(network), "the clock to be named")
    assert not answers(network), "nobody works with whom it can't trust"
    clocks.set(PROGRAMS[role], 0)
    start_again(network, role)
    wait_until(lambda: answers(network), "answers again", 60)
    assert network.interrupt() == 0
