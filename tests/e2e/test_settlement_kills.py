"""Client, proxy, worker and devnet are killed at random moments while answers are given, charged and paid for. In the end
everybody's books and the chain say the same.

COCOON_KILLS: how many (a thousand for a long run); COCOON_SEED replays which and when, as far as processes allow."""

import os
import random
import time

import pytest

from chain import received
from mortal import MOST_TOKENS, Callers, MortalNetwork
from network import wait_until

KILLS = int(os.environ.get("COCOON_KILLS", "12"))
WORDS = 800
TON = 10**9
PRICE, FEE = 20, 19
COMPLETION = 8  # multiplier of completion tokens
# A request is held back at so much at most: its tokens, and for its prompt its bytes and 512 (docs/money.md).
MOST_PRICE = (MOST_TOKENS * COMPLETION + 2048) * PRICE
WAIT_SECONDS = 150  # an order whose effect is not seen is given again after 90


@pytest.fixture
def network(tmp_path, engine):
    engine.behaviour.text = " ".join(["word"] * WORDS)
    engine.behaviour.pace = 0.0001
    network = MortalNetwork(
        tmp_path, engine, client={"channel_deposit": "0.01ton", "channel_limit": "10000ton"},
        proxy={"charge_at": "0.001ton", "payout_at": "0.002ton", "withdraw_at": "0.0001ton"})
    yield network
    network.stop()


def kill_some(network, rng):
    """One program, sometimes two at once, and how long they stay away."""
    victims = rng.sample(network.ORDER, rng.choice((1, 1, 1, 2)))
    for name in victims:
        network.mortals[name].kill()
    time.sleep(rng.choice((0, 0, rng.uniform(0, 0.5))))
    for name in victims:
        network.mortals[name].start()


def at_rest(network):
    """Nothing is left to charge, to pay or to withdraw, on the disk and on the chain; the settlement page then."""
    network.settle()
    page = network.settlement()
    treasury = page.get("treasury")
    owed = [row for row in network.accounts() if row["kind"] in ("client", "worker")
            and row["metered_nanoton"] != row["settled_nanoton"]]
    idle = not (page["settling"] or page["open_orders"] or owed)
    return idle and treasury and treasury["earned"] == treasury["commission"] == 0 and page


def check_agreement(network, callers, paid):
    """`paid`: what the owners of worker and proxy have received, as the chain tells."""
    page = network.settlement()
    assert not page["books_behind_chain"]
    rows = {kind: [row for row in network.accounts() if row["kind"] == kind]
            for kind in ("outside", "commission", "client", "worker")}
    assert sum(row["balance_nanoton"] for kind in rows.values() for row in kind) == 0
    client, worker = (sum(row["metered_nanoton"] for row in rows[kind]) for kind in ("client", "worker"))
    commission = sum(row["metered_nanoton"] for row in rows["commission"])
    assert client == worker + commission and worker == client // PRICE * FEE

    channel = network.channel()
    assert channel["charged_tokens"] * PRICE == client, "the client's contract has been charged what was metered"
    balance, = (row["balance_nanoton"] for row in rows["client"])
    assert balance == channel["balance"] == page["treasury"]["client_funds"]
    assert paid == (worker, commission), "the owners have what they earned, once"
    wait_until(lambda: [one["paid_tokens"] * FEE for one in network.page("worker-1")["earnings"]] == [worker],
               "the worker sees that it is paid")

    told = sum(callers.receipts)
    lost = callers.calls - len(callers.receipts)
    assert told <= client <= told + lost * MOST_PRICE, "nobody was told a price that is not in the books"


def test_whoever_is_killed_the_books_and_the_chain_agree(network):
    seed = int(os.environ.get("COCOON_SEED") or time.time_ns() % 1_000_000)
    print("COCOON_SEED", seed)
    rng = random.Random(seed)
    wait_until(lambda: (network.channel() or {}).get("balance"), "a channel", 60)
    for role in ("client", "proxy", "worker-1"):
        wallet = wait_until(lambda: network.page(role)["chain"]["wallet"], f"{role}'s wallet")  # noqa: B023
        network.devnet.gift(wallet, 1000 * TON)
    callers = Callers(network).start()
    try:
        for kill in range(KILLS):
            time.sleep(rng.uniform(0.05, 1.0))  # the moment of the kill is the test's input
            if rng.random() < 0.5:
                network.settle()
                time.sleep(rng.uniform(0, 0.4))
            kill_some(network, rng)
            if kill % 4 == 3:
                callers.wait_for_more(5)
        callers.wait_for_more(5)
    finally:
        callers.stop()
    wait_until(lambda: at_rest(network), "everything to be settled", WAIT_SECONDS)

    def paid():
        return tuple(received(network.devnet, network.options(role)["owner"]) for role in ("worker-1", "proxy"))
    charged = network.channel()["charged_tokens"]
    wait_until(lambda: sum(paid()) >= charged * PRICE, "the owners to be paid", WAIT_SECONDS)
    check_agreement(network, callers, paid())
    print(f"{KILLS} kills, {callers.calls} calls, {len(callers.receipts)} receipts, {charged} tokens charged")
