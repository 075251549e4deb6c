"""Money on the chain, with real processes: a client opens its channel, asks, is charged; worker and proxy are paid. What
moved is looked up at the chain itself, not in our programs' words."""

import json
import os
import pathlib
import signal
import tomllib

import pytest

from chain import DevnetPage, received
from engine import MODEL
from mortal import Callers, MortalNetwork
from network import fetch, wait_until
from test_up import Up, ask

CONTROL = {"X-Cocoon-Control": "1"}
MANY_TRANSACTIONS = 150  # more than a proxy reads before it remembers
PRICE, FEE = 20, 19


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


class Money:
    """A network of `cocoon up`, its roles' pages, and the chain's own word on balances."""

    def __init__(self, network):
        self.network = network

    def options(self, role):
        return tomllib.loads((self.network.folder / "up" / f"{role}.toml").read_text())

    def address(self, role):
        options = self.options(role)
        return options["listen" if role == "client" else "http_listen"]

    def page(self, role):
        return json.loads(fetch(self.address(role), "/jsonstats")[2])

    def settlement(self):
        return self.page("proxy")["settlement"]

    def chain_port(self):
        pid = self.network.ready["pids"]["chain"]
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        return int(words[words.index("--http-port") + 1])

    def received(self, role):
        """By the role's owner, as the chain tells."""
        return received(DevnetPage(self.chain_port()), self.options(role)["owner"])

    def settle(self):
        status, _, _ = fetch(self.address("proxy"), "/control/settle", "POST", headers=CONTROL)
        assert status == 200
        return wait_until(lambda: (seen := self.settlement()) and not seen["settling"] and seen, "the settlement", 60)

    def ask(self):
        return ask(self.network.ready["base_url"], MODEL)["usage"]

    def answers(self):
        body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 24})
        status, _, _ = fetch(self.address("client"), "/v1/chat/completions", "POST", body,
                             {"Content-Type": "application/json"})
        return status == 200

    def proxy_pid(self):
        """Of the newest one: who dies is started again."""
        return [event["pid"] for event in self.network.events() if event.get("name") == "proxy" and "pid" in event][-1]

    def records(self, kind):
        return [row for row in self.settlement()["settlements"] if row["kind"] == kind]


def test_the_workers_owner_gets_the_price_less_commission(up, engine):
    money = Money(up("--engine", engine.url).wait_ready())
    wait_until(lambda: money.records("deposit"), "the client's deposit")
    channel = money.settlement()["channels"][0]
    assert channel["state"] == "normal" and channel["balance"] == 2 * 10**9
    worker_before, proxy_before = money.received("worker-1"), money.received("proxy")

    usage = money.ask()
    stats = money.page("proxy")
    price, earned = stats["clients"][0]["charged_nanotons"], stats["workers"][0]["earned_nanotons"]
    assert price > 0 and price % PRICE == 0 and earned == price // PRICE * FEE
    assert usage["cost"] == price
    status = money.network.command("status")
    assert "at 0.25 TON unsettled" in status, "half the client's stake"
    assert "at 10 TON unsettled" in status, "what a payout is worth"

    settled = money.settle()
    assert settled["problem"] == "" and settled["treasury"]["client_funds"] == 2 * 10**9 - price
    assert settled["treasury"]["earned"] == settled["treasury"]["commission"] == 0
    charge, = money.records("charge")
    payout, = money.records("payout")
    commission, = money.records("commission")
    assert charge["amount"] == payout["amount"] == price
    assert payout["worker_part"] == earned and payout["commission"] == commission["amount"] == price - earned
    assert len({row["transaction"] for row in (charge, payout, commission)}) == 3

    wait_until(lambda: money.received("worker-1") != worker_before, "the worker's owner is paid")
    assert money.received("worker-1") - worker_before == earned
    wait_until(lambda: money.received("proxy") != proxy_before, "the proxy's owner is paid")
    assert money.received("proxy") - proxy_before == price - earned

    wait_until(lambda: [one["paid_tokens"] * FEE for one in money.page("worker-1")["earnings"]] == [earned],
               "the worker sees its pay")

    stats = money.page("proxy")
    for row, settled in ((stats["clients"][0], price), (stats["workers"][0], earned)):
        assert (row["settled_nanotons"], row["unsettled_nanotons"]) == (settled, 0)
        assert row["next_settlement"]["held_by"] == "nothing_owed"
    assert "nothing is owed" in money.network.command("status")
    before = len(money.settlement()["settlements"])
    assert len(money.settle()["settlements"]) == before, "there is nothing left to settle"


def test_a_worker_has_itself_paid_by_its_proxys_word(tmp_path, engine):
    """The proxy charges its clients, but pays late: the worker hands in what the proxy has signed."""
    network = MortalNetwork(tmp_path, engine, proxy={"charge_at": "100n"}, **{"worker-1": {"payout_at": "100n"}})
    try:
        callers = Callers(network, 1).start()
        callers.wait_for_more(1)
        callers.stop()
        earned = network.page("proxy")["workers"][0]["earned_nanotons"]
        owner = network.options("worker-1")["owner"]
        wait_until(lambda: received(network.devnet, owner) >= earned, "the worker's owner is paid", 90)
        assert received(network.devnet, owner) == earned
        wait_until(lambda: [(one["promised_tokens"] * FEE, one["paid_tokens"] * FEE) for one in
                            network.page("worker-1")["earnings"]] == [(earned, earned)], "the worker sees it")
        assert 'purpose="payout"' in network.mortals["worker-1"].process.log_text()
        assert 'purpose="payout"' not in network.mortals["proxy"].process.log_text()
    finally:
        network.stop()


def test_the_control_page_needs_its_header_and_a_post(up, engine):
    money = Money(up("--engine", engine.url).wait_ready())
    address = money.address("proxy")
    assert fetch(address, "/control/settle", "POST")[0] == 403
    assert fetch(address, "/control/settle", headers=CONTROL)[0] == 405
    assert fetch(address, "/control/nothing", "POST", headers=CONTROL)[0] == 404
    assert fetch(money.address("client"), "/control/settle", "POST", headers=CONTROL)[0] == 404


def test_a_proxy_killed_while_it_settles_pays_once(up, engine):
    money = Money(up("--engine", engine.url).wait_ready())
    wait_until(lambda: money.records("deposit"), "the client's deposit")
    before = money.received("worker-1")
    owed = 0
    for round_number in range(3):
        wait_until(money.answers, "the network answers", 60)
        owed = money.page("proxy")["workers"][0]["earned_nanotons"]
        fetch(money.address("proxy"), "/control/settle", "POST", headers=CONTROL)
        if round_number:
            wait_until(lambda: money.settlement()["open_orders"] or not money.settlement()["settling"], "an order")
        os.kill(money.proxy_pid(), signal.SIGKILL)
        wait_until(lambda: money.settlement()["open"] and money.page("proxy")["worker_connections"],
                   "the proxy is back", 60)
    money.settle()
    wait_until(lambda: money.received("worker-1") - before >= owed, "the worker's owner is paid", 150)
    assert money.received("worker-1") - before == owed
    assert money.settlement()["treasury"]["earned"] == 0 and not money.settlement()["books_behind_chain"]


def test_a_restarted_proxy_reads_on_where_it_was(tmp_path, engine):
    """However long its contract's history is. What it knew of channels and settlements is still there."""
    network = MortalNetwork(tmp_path, engine, proxy={"charge_at": "100n", "payout_at": "100n"})
    try:
        contract = wait_until(lambda: network.page("proxy")["contract"], "the proxy")
        wait_until(lambda: network.settlement()["channels"], "a channel")
        for _ in range(MANY_TRANSACTIONS):
            network.devnet.gift(contract, 1000)
        wait_until(lambda: network.settlement()["transactions_read"] > MANY_TRANSACTIONS, "all of them", 60)
        callers = Callers(network, 1).start()
        callers.wait_for_more(2)
        callers.stop()
        proxy = network.mortals["proxy"]
        proxy.kill()
        proxy.start()
        wait_until(lambda: network.settlement()["open"], "the proxy opens", 60)
        before = network.settlement()
        assert before["transactions_read"] < MANY_TRANSACTIONS, "it reads on from its memory"
        assert before["channels"] and [row for row in before["settlements"] if row["kind"] == "deposit"]
        callers = Callers(network, 1).start()
        callers.wait_for_more(2)
        callers.stop()
        network.settle()
        wait_until(lambda: not network.settlement()["settling"], "the settlement", 60)
        assert network.settlement()["problem"] == ""
        client, = (row for row in network.accounts() if row["kind"] == "client")
        assert client["settled_nanoton"] == client["metered_nanoton"] > 0
    finally:
        network.stop()
