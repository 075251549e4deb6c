"""A proxy's ledger is put back to an older state: the proxy says so and serves nobody. With the newest ledger back it goes
on; without one it goes on from what it has when it is told to give up the rest."""

import pathlib
import shutil

import pytest

from chain import received
from mortal import Callers, MortalNetwork
from network import fetch, wait_until

PRICE = 20
PARTS = ("proxy.db", "proxy.db-wal", "proxy.db-shm")


class Disk:
    """The proxy's ledger, while the proxy is dead."""

    def __init__(self, network, place):
        self.network, self.place = network, place

    def keep(self, name):
        kept = self.place / name
        kept.mkdir()
        for part in PARTS:
            if (self.network.folder / part).exists():
                shutil.copy2(self.network.folder / part, kept / part)
        return kept

    def put(self, kept):
        for part in PARTS:
            pathlib.Path(self.network.folder / part).unlink(missing_ok=True)
            if kept and (kept / part).exists():
                shutil.copy2(kept / part, self.network.folder / part)


@pytest.fixture
def network(tmp_path, engine):
    network = MortalNetwork(tmp_path, engine, proxy={"mark_at": "100n", "charge_at": "0.001ton"})
    yield network
    network.stop()


def ask_some(network):
    callers = Callers(network, 1).start()
    callers.wait_for_more(3)
    callers.stop()


def restart(network):
    network.mortals["proxy"].kill()
    network.mortals["proxy"].start()


def is_open(network):
    return network.settlement()["open"] and network.page("proxy")["worker_connections"]


def loss(network):
    """The newest epoch that the chain knows and the proxy does not, once it has found out."""
    page = wait_until(lambda: (seen := network.settlement())["books_behind_chain"] and seen, "the loss to be noticed", 60)
    assert not page["open"] and page["open_orders"] == 0
    assert f"accept_loss = {page['marked_epoch']}" in page["problem"]
    assert fetch(network.address("proxy"), "/readyz")[0] == 503
    assert "the ledger is behind the chain" in network.mortals["proxy"].process.log_text()
    return page["marked_epoch"]


def use_and_lose(network, disk):
    """Usage that is marked and not charged; then the ledger from before it. The newest one is kept."""
    proxy = network.mortals["proxy"]
    ask_some(network)
    proxy.kill()
    old = disk.keep("old")
    proxy.start()
    wait_until(lambda: is_open(network), "the proxy is back", 60)
    before = network.settlement()["marked_epoch"]
    ask_some(network)
    wait_until(lambda: network.settlement()["marked_epoch"] > before, "another mark", 60)
    proxy.kill()
    new = disk.keep("new")
    disk.put(old)
    proxy.start()
    return old, new


def test_a_ledger_that_was_put_back_is_noticed_and_the_newest_one_goes_on(network, tmp_path):
    disk = Disk(network, tmp_path)
    _, new = use_and_lose(network, disk)
    loss(network)
    network.mortals["proxy"].kill()
    disk.put(new)
    network.mortals["proxy"].start()
    wait_until(lambda: is_open(network), "the proxy is back", 60)
    ask_some(network)


@pytest.mark.parametrize("kept", ["old", "none"])
def test_a_loss_that_is_accepted_is_given_away_and_all_else_goes_on(network, tmp_path, kept):
    disk = Disk(network, tmp_path)
    wait_until(lambda: is_open(network), "the proxy", 60)
    ask_some(network)
    network.settle()
    wait_until(lambda: (network.channel() or {}).get("charged_tokens"), "a charge", 60)
    old, _ = use_and_lose(network, disk)
    network.mortals["proxy"].kill()
    disk.put(old if kept == "old" else None)
    network.mortals["proxy"].start()
    epoch = loss(network)
    with open(network.folder / "proxy.toml", "a") as file:
        file.write(f"accept_loss = {epoch}\n")
    restart(network)
    wait_until(lambda: is_open(network), "the proxy is back", 60)
    assert network.settlement()["marked_epoch"] > epoch
    ask_some(network)

    network.settle()
    wait_until(lambda: [row for row in network.accounts() if row["kind"] == "client" and row["party"] != "lost"
                        and row["metered_nanoton"] == row["settled_nanoton"] > 0], "everything to be charged", 150)
    wait_until(lambda: network.settlement()["treasury"]["commission"] == 0, "the commission to be drawn", 150)
    rows = network.accounts()
    assert sum(row["balance_nanoton"] for row in rows) == 0
    client, = (row for row in rows if row["kind"] == "client" and row["party"] != "lost")
    wait_until(lambda: network.channel()["charged_tokens"] * PRICE == client["metered_nanoton"],
               "the client sees what it was charged")
    worker, = (row for row in rows if row["kind"] == "worker" and row["party"] != "lost")
    owner = network.options("worker-1")["owner"]
    wait_until(lambda: received(network.devnet, owner) == worker["settled_nanoton"], "the worker's owner is paid", 60)

    restart(network)
    wait_until(lambda: is_open(network), "the proxy takes over what it has written", 60)
