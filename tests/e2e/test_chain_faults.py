"""What happens to chains, servers and clocks: nothing that a watcher has told is lost or told twice."""

import json
import random
import shutil
import threading
import time

import pytest

from chain import GLOBAL_ID, TON, Wallet, Watch, cocoon, config_with, history
from lite.answers import BLOCK_PROOF, Block, Reader
from lite.liar import Liar, Lie
from network import wait_until

def address_of(folder, name):
    return Wallet(folder, name).new().address


@pytest.fixture
def watch(tmp_path):
    """watch(devnet, address): a watcher; again for the same address: the next process with the same journal."""
    started = []

    def start(devnet, address, env=None, config=None):
        config = config or shutil.copy(devnet.config, tmp_path / "global.config.json")
        started.append(Watch(config, address, tmp_path / "account.journal", env=env))
        return started[-1]
    yield start
    for process in started:
        process.kill()


def test_the_devnet_killed_at_any_time_loses_and_doubles_nothing(make_devnet, watch, tmp_path):
    """Gifts arrive all the time; the devnet, the watcher or both are killed at random moments and started again."""
    seed = time.time_ns() % 1_000_000
    print("seed", seed)
    rng = random.Random(seed)
    devnet = make_devnet("--block-ms", "100", "--idle-ms", "200")
    address = address_of(tmp_path, "wallet")
    devnet.gift(address, TON)
    stop = threading.Event()

    def give():
        amount = 1000
        while not stop.is_set():
            amount += 1
            try:
                devnet.gift(address, amount)
            except (OSError, AssertionError):
                time.sleep(0.05)  # it is being started again

    giver = threading.Thread(target=give)
    giver.start()
    current = watch(devnet, address)
    try:
        for _ in range(6):
            time.sleep(rng.uniform(0.1, 1.5))  # the moment of the kill is the test's input
            victims = rng.choice([("devnet",), ("watcher",), ("devnet", "watcher")])
            if "watcher" in victims:
                current.kill()
            if "devnet" in victims:
                devnet.kill()
                devnet.start()
            if "watcher" in victims:
                current = watch(devnet, address)
    finally:
        stop.set()
        giver.join(90)
    devnet.blocks(1)
    wanted = history(devnet, address)
    assert len(wanted) >= 3
    current.wait(lambda: len(current.recorded()) >= len(wanted), "every transaction", 90)
    assert current.recorded() == wanted, "in order, each once"
    assert current.events("problem") == [], current.log_text()
    balance = devnet.balance(address)
    current.wait(lambda: [event for event in current.events("current") if event["balance"] == balance], "the balance")


def test_a_chain_that_stalls_goes_on_where_it_stood(make_devnet, watch, tmp_path):
    devnet = make_devnet("--block-ms", "100", "--idle-ms", "300")
    address = address_of(tmp_path, "wallet")
    devnet.gift(address, TON)
    current = watch(devnet, address)
    current.wait(lambda: len(current.recorded()) == 1, "the first gift")
    devnet.pause()
    current.wait(lambda: "server_silent" in current.drops(), "the silence to be noticed", 60)
    heads = len(current.events("head"))
    time.sleep(1)
    assert len(current.events("head")) == heads, "nothing new can be proven"
    devnet.go_on()
    devnet.gift(address, 2 * TON)
    current.wait(lambda: current.recorded() == history(devnet, address), "the second gift", 90)
    assert [value for _, _, value in current.recorded()] == [TON, 2 * TON]


def test_blocks_that_fail_to_come_are_no_fault_of_the_server(make_devnet, watch, tmp_path):
    """The server answers, the chain stands still: nobody is dropped, and accounts can still be read."""
    devnet = make_devnet("--block-ms", "0")
    address = address_of(tmp_path, "wallet")
    devnet.gift(address, TON)
    current = watch(devnet, address)
    current.wait(lambda: current.recorded() == history(devnet, address), "the gift")
    time.sleep(12)  # longer than a server holds a question for the next block
    assert current.drops() == []
    shown = cocoon("wallet", "show", "--file", tmp_path / "wallet", "--chain", devnet.config, "--json")
    assert shown.returncode == 0 and '"1000000000"' in shown.stdout
    devnet.blocks(1)
    devnet.gift(address, 5)
    current.wait(lambda: current.recorded() == history(devnet, address), "the next gift")


@pytest.mark.parametrize("offset", [-600, 600])
def test_a_clock_ten_minutes_off_changes_nothing(make_devnet, watch, tmp_path, clock, offset):
    devnet = make_devnet("--block-ms", "100", "--idle-ms", "300")
    environment = clock(offset)
    wallet = Wallet(tmp_path, "wallet", devnet.config).new("--version", "v5r1", "--network-id", str(GLOBAL_ID))
    receiver = address_of(tmp_path, "receiver")
    devnet.gift(wallet.address, 3 * TON)
    current = watch(devnet, wallet.address, environment)
    current.wait(lambda: current.recorded() == history(devnet, wallet.address), "the gift")
    sent = cocoon("wallet", "send", receiver, "1", "--file", wallet.file, "--chain", devnet.config, "--json",
                  env={**environment, "COCOON_WALLET_PASSWORD": "a password for tests"})
    assert sent.returncode == 0, sent.stderr
    wait_until(lambda: devnet.balance(receiver) == TON, "the payment")
    current.wait(lambda: current.recorded() == history(devnet, wallet.address), "the payment's transaction")
    assert current.drops() == []
    report = cocoon("doctor", "--chain", devnet.config, env=environment).stdout
    line = next(line for line in report.splitlines() if "lite server" in line)
    age = int(line.partition(" s old")[0].split()[-1])
    assert abs(age - offset) < 30, report


def test_time_travel_is_followed(make_devnet, watch, tmp_path):
    devnet = make_devnet("--block-ms", "100", "--idle-ms", "300")
    address = address_of(tmp_path, "wallet")
    devnet.gift(address, TON)
    current = watch(devnet, address)
    for gift in (2 * TON, 3 * TON):
        devnet.advance(24 * 3600)
        devnet.gift(address, gift)
    current.wait(lambda: [value for _, _, value in current.recorded()] == [TON, 2 * TON, 3 * TON], "all three")
    assert current.drops() == []


class Noted(Lie):
    """Honest; notes from which block each proof was asked."""

    def __init__(self):
        self.known = []

    def question(self, function, question):
        if function == BLOCK_PROOF:
            self.known.append(Block.read(Reader(question[8:])).seqno)
        return question


def test_a_restart_goes_on_from_what_was_proven(make_devnet, watch, tmp_path):
    devnet = make_devnet("--block-ms", "0")
    address = address_of(tmp_path, "wallet")
    for _ in range(6):
        devnet.key_block(rotate=True)
        devnet.blocks(3)
    newest_key_block = devnet.status()["key_blocks"][-1]
    noted = Noted()
    relay = Liar(devnet.lite_port, devnet.lite_key, noted)
    try:
        config = config_with(devnet, tmp_path / "relay.json", [relay.server])
        first = watch(devnet, address, config=config)
        first.wait(lambda: first.events("current"), "the newest block")
        assert noted.known[0] == 1
        first.kill()
        noted.known.clear()
        began = time.monotonic()
        second = watch(devnet, address, config=config)
        second.wait(lambda: second.events("current"), "the newest block again")
        assert time.monotonic() - began < 20
        assert noted.known[0] == newest_key_block, "not from the configuration's block again"
    finally:
        relay.stop()


def test_another_chain_in_the_same_place_is_refused(make_devnet, watch, tmp_path):
    """The devnet's folder is gone and a new chain is there: the old cursor and the old configuration belong to another."""
    devnet = make_devnet()
    address = address_of(tmp_path, "wallet")
    devnet.gift(address, TON)
    first = watch(devnet, address)
    first.wait(lambda: first.recorded() == history(devnet, address), "the gift")
    assert len(first.recorded()) == 1, "what the cursor is"
    first.kill()
    old = shutil.copy(devnet.config, tmp_path / "old.config.json")
    devnet.kill()
    keys = (devnet.folder / "chain" / "keys.json").read_bytes()
    shutil.rmtree(devnet.folder / "chain")
    (devnet.folder / "chain").mkdir()
    devnet.start()
    assert (devnet.folder / "chain" / "keys.json").read_bytes() != keys
    servers = config_with(devnet, tmp_path / "new.config.json", [(devnet.lite_port, devnet.lite_key)])
    # The old anchor at the new server.
    text = config_with(devnet, tmp_path / "mixed.config.json", [(devnet.lite_port, devnet.lite_key)])
    document = json.loads(text.read_text())
    document["validator"] = json.loads(open(old).read())["validator"]
    text.write_text(json.dumps(document))
    mixed = watch(devnet, address, config=text)
    mixed.wait(lambda: mixed.drops(), "the server of another network")
    assert mixed.drops()[0] == "wrong_network" and mixed.events("head") == []
    mixed.kill()
    # The new chain with the old cursor.
    devnet.gift(address, TON)
    other = watch(devnet, address, config=servers)
    other.wait(lambda: other.events("problem"), "the cursor of another chain")
    assert other.events("problem")[0]["reason"] == "cursor_unknown"
    assert other.events("seen") == []
