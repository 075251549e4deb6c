"""`cocoon up` on a TON chain of its own, and what the owner of its root contract does."""

import concurrent.futures
import json
import os
import signal
import subprocess

import pytest

from engine import MODEL, Behaviour
from network import ROOT, binary, fetch, wait_until
from test_up import COMMAND_SECONDS, Up, ask, is_running

TON = 10**9


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


def page(network, role):
    """A role's statistics."""
    text = (network.folder / "up" / f"{role}.toml").read_text()
    key = "listen = " if role == "client" else "http_listen = "
    address = [line.split('"')[1] for line in text.splitlines() if line.startswith(key)][0]
    return json.loads(fetch(address, "/jsonstats")[2])


def cocoon(network, *arguments, expected=0):
    done = subprocess.run([binary("cocoon"), *arguments, "--dir", str(network.folder / "up")], capture_output=True,
                          text=True, timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL)
    assert done.returncode == expected, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def advance(network, seconds):
    """The chain is so much later."""
    words = open(f"/proc/{network.ready['pids']['chain']}/cmdline", encoding="utf-8").read().split("\0")
    port = words[words.index("--http-port") + 1]
    assert fetch(f"127.0.0.1:{port}", "/devnet/advance", "POST", json.dumps({"seconds": seconds}))[0] == 200


def root(network):
    return json.loads(cocoon(network, "root", "show", "--json").stdout)


def test_roles_follow_the_root_contract_of_a_real_chain(up, engine):
    network = up("--engine", engine.url).wait_ready()
    contract = root(network)
    assert contract["price_per_token"] == 20 and contract["worker_fee_per_token"] == 19
    assert len(contract["model_hashes"]) == len(contract["proxy_hashes"]) == len(contract["worker_hashes"]) == 1
    wallets = set()
    for role in ("proxy", "client", "worker-1"):
        def followed(role=role):
            chain = page(network, role)["chain"]
            return chain if chain["state"] == "following" and "wallet_balance" in chain else None
        chain = wait_until(followed, f"{role} follows the chain")
        assert chain["root"] == contract["address"]
        assert chain["lite_servers_ready"] == 1 and chain["root_from_disk"] is False
        assert chain["wallet_balance"] > 5 * TON
        wallets.add(chain["wallet"])
    assert len(wallets) == 3
    assert ask(network.ready["base_url"], MODEL)["usage"]["cost"] > 0
    assert network.interrupt() == 0


def test_a_second_start_finds_its_chain_again(up, engine):
    first = up("--engine", engine.url).wait_ready()
    before = root(first)
    wallet = page(first, "worker-1")["chain"]["wallet"]
    assert first.interrupt() == 0
    second = up("--engine", engine.url, "--workers", "2").wait_ready()
    after = root(second)
    assert after["address"] == before["address"] and after["version"] >= before["version"]
    assert page(second, "worker-1")["chain"]["wallet"] == wallet
    assert page(second, "worker-2")["chain"]["wallet"] != wallet
    assert second.interrupt() == 0


def test_a_second_start_after_a_long_pause(up, engine):
    """Orders of the roles' wallets expire by the chain's time, which has not gone on meanwhile."""
    first = up("--engine", engine.url).wait_ready()
    assert ask(first.ready["base_url"], MODEL)["usage"]["cost"] > 0
    advance(first, 3600)
    assert first.interrupt() == 0
    second = up("--engine", engine.url, "--ask", "hi")
    assert second.process.wait(120) == 0, second.log_text()
    settled = [event for event in second.events() if event["event"] == "settlement"][0]
    assert settled["complete"] is True


def test_what_the_owner_changes_reaches_the_roles(up, engine):
    network = up("--engine", engine.url).wait_ready()
    before = root(network)
    dry = json.loads(cocoon(network, "root", "set", "add-model", "another-model", "--dry-run", "--json").stdout)
    assert [message["what"][:9] for message in dry["messages"]] == ["add model"]
    assert dry["messages"][0]["attached"] >= dry["messages"][0]["costs_about"] > 0
    assert root(network)["version"] == before["version"], "a dry run changes nothing"

    done = json.loads(cocoon(network, "root", "set", "add-model", "another-model", "--json").stdout)
    assert len(done["transactions"]) == 1 and len(done["transactions"][0]) == 64
    assert done["version"] == before["version"] + 1
    assert len(root(network)["model_hashes"]) == 2
    wait_until(lambda: page(network, "proxy")["root_contract_config"]["version"] == done["version"],
               "the proxy sees the new root contract")
    assert "so already" in cocoon(network, "root", "set", "add-model", "another-model").stderr
    refused = cocoon(network, "root", "set", "remove-model", "no-such-model", expected=2)
    assert "does not list" in refused.stderr
    assert network.interrupt() == 0


def test_another_root_is_deployed(up, engine, tmp_path):
    network = up("--engine", engine.url).wait_ready()
    settings = tmp_path / "network.json"
    settings.write_text(json.dumps({"price_per_token": 7, "worker_fee_per_token": 6, "unique_id": 99, "version": 1,
                                    "params_version": 1, "model_types": ["a-model"]}))
    dry = json.loads(cocoon(network, "root", "deploy", str(settings), "--dry-run", "--json").stdout)
    missing = cocoon(network, "root", "show", "--root", dry["root"], expected=1)
    assert "no contract" in missing.stderr
    done = json.loads(cocoon(network, "root", "deploy", str(settings), "--json").stdout)
    assert done["root"] == dry["root"]
    shown = json.loads(cocoon(network, "root", "show", "--root", done["root"], "--json").stdout)
    assert shown["price_per_token"] == 7 and shown["unique_id"] == 99 and shown["address"] == done["root"]
    again = cocoon(network, "root", "deploy", str(settings), expected=1)
    assert "stands already" in again.stderr
    assert network.interrupt() == 0


def test_a_chain_that_goes_away_stops_nobody(up, engine):
    network = up("--engine", engine.url).wait_ready()
    block = wait_until(lambda: page(network, "proxy")["chain"].get("block"), "a block")
    pid = network.ready["pids"]["chain"]
    os.kill(pid, signal.SIGKILL)
    assert ask(network.ready["base_url"], MODEL)["usage"]["cost"] > 0, "answers need no chain"
    wait_until(lambda: not is_running(pid), "the end of the chain")
    wait_until(lambda: page(network, "proxy")["chain"]["block"] > block + 1, "the chain goes on", 60)
    assert page(network, "proxy")["chain"]["state"] == "following"
    assert network.interrupt() == 0


def test_without_a_chain(up, engine):
    network = up("--engine", engine.url, "--no-chain").wait_ready()
    assert "chain" not in network.ready["pids"] and network.ready["settled"] is False
    assert page(network, "proxy")["chain"] is None
    assert ask(network.ready["base_url"], MODEL)["usage"]["cost"] > 0
    assert network.interrupt() == 0


def test_a_missing_node_is_named(up, engine):
    network = up("--engine", engine.url, "--node", str(ROOT / "no-such-node"))
    assert network.process.wait(60) == 1
    said = network.log_text() + "".join(network.lines)
    assert "no-such-node" in said and "--no-chain" in said

def test_a_question_is_paid_for_on_the_chain(up, engine):
    network = up("--engine", engine.url, "--ask", "hi")
    assert network.process.wait(120) == 0, network.log_text()
    events = {event["event"]: event for event in network.events()}
    booked, settled = events["money"], events["settlement"]
    assert settled["complete"] is True
    assert settled["charged_nanotons"] == booked["client_charged_nanotons"] == events["answer"]["cost_nanotons"]
    assert settled["received_nanotons"] == settled["paid_nanotons"] == booked["worker_earned_nanotons"]
    assert settled["commission_nanotons"] == booked["proxy_commission_nanotons"]
    steps = {step["what"]: step for step in settled["steps"]}
    assert {"deposit", "charge", "payout", "received"} <= set(steps)
    assert len({step["transaction"] for step in steps.values()}) == len(steps)
    assert steps["received"]["nanotons"] == booked["worker_earned_nanotons"]


def test_channels_are_listed_and_filled_up(up, engine):
    network = up("--engine", engine.url).wait_ready()

    def opened():
        channels = json.loads(cocoon(network, "channel", "list", "--json").stdout)["channels"]
        return [channel for channel in channels if channel.get("balance", 0) > 0]
    channel = wait_until(opened, "the gateway's channel")[0]
    assert channel["state"] == "normal" and channel["balance"] == 2 * TON
    dry = json.loads(cocoon(network, "channel", "topup", channel["contract"], "1.5", "--dry-run", "--json").stdout)
    assert dry["attached"] > 1.5 * TON
    done = json.loads(cocoon(network, "channel", "topup", channel["contract"], "1.5", "--json").stdout)
    assert done["balance"] == 3.5 * TON and len(done["transaction"]) == 64
    refused = cocoon(network, "channel", "close", channel["contract"], expected=1)
    assert "stop the gateway" in refused.stderr
    assert "no channel" in cocoon(network, "channel", "withdraw", network_root(network), expected=1).stderr
    assert network.interrupt() == 0


def network_root(network):
    return root(network)["address"]


MOST_TOKENS = 10**7  # of an answer; at 160 nanotons a token more than half of what `cocoon up` deposits


def ask_for_much(network):
    body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "max_tokens": MOST_TOKENS})
    address = network.ready["base_url"].removeprefix("http://").removesuffix("/v1")
    status, _, answer = fetch(address, "/v1/chat/completions", "POST", body, {"Content-Type": "application/json"})
    return status, json.loads(answer)


def check_credit(network, engine):
    """Two questions that may cost more than there is: the second is refused while the first is open."""
    engine.behaviour = Behaviour(delay_gate=True)
    with concurrent.futures.ThreadPoolExecutor() as threads:
        first = threads.submit(ask_for_much, network)
        try:
            wait_until(lambda: page(network, "proxy")["clients"][0]["reserved_nanotons"] > 10**9, "the first question")
            status, answer = ask_for_much(network)
            assert (status, answer["error"]["code"]) == (402, "insufficient_funds")
        finally:
            engine.gate.set()
        assert first.result()[0] == 200
    engine.behaviour = Behaviour()


def test_a_chain_that_stalls_for_an_hour(up, engine):
    """No block comes and no server answers: people go on asking within their credit, the roles say so. Then the chain is an
    hour later."""
    network = up("--engine", engine.url).wait_ready()
    wait_until(lambda: "block" in page(network, "proxy")["chain"], "a block")
    pid = network.ready["pids"]["chain"]
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: page(network, "proxy")["chain"]["state"] == "stalled", "the proxy to notice", 120)
        stood = page(network, "proxy")["chain"]["block"]
        assert ask(network.ready["base_url"], MODEL)["usage"]["cost"] > 0
        status = cocoon(network, "status").stdout
        assert "stalled" in status, status
        check_credit(network, engine)
        assert page(network, "proxy")["chain"]["block"] == stood
    finally:
        os.kill(pid, signal.SIGCONT)
    advance(network, 3600)
    for role in ("proxy", "client", "worker-1"):
        wait_until(lambda role=role: page(network, role)["chain"]["state"] == "following"
                   and page(network, role)["chain"]["block"] > stood, f"{role} goes on", 90)
    assert ask(network.ready["base_url"], MODEL)["usage"]["cost"] > 0
    assert network.interrupt() == 0
