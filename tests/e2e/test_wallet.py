"""`cocoon wallet` against a TON devnet: what arrives is counted by the devnet's HTTP API, not by our own code."""

import base64
import json
import random
import time

import pytest

from chain import GLOBAL_ID, PASSWORD, TON, Wallet, cocoon
from network import wait_until

V5 = ("--version", "v5r1", "--network-id", str(GLOBAL_ID))


def wallet_on(devnet, folder, name, *options):
    return Wallet(folder, name, devnet.config).new(*options)


def received(devnet, address):
    """Amounts of the messages that the address was sent by others, oldest first."""
    rows = [row["in_msg"] for row in devnet.transactions(address)]
    return [int(message["value"]) for message in reversed(rows) if message["source"]]


OURS = ("--version", "cocoon", "--owner", "0:" + "7a" * 32)


@pytest.mark.parametrize("options", [(), ("--version", "v3r2"), V5, OURS], ids=["v4r2", "v3r2", "v5r1", "cocoon"])
def test_a_new_wallet_gets_shows_and_sends(module_devnet, tmp_path, options):
    devnet = module_devnet
    wallet = wallet_on(devnet, tmp_path, "wallet", *options)
    receiver = wallet_on(devnet, tmp_path, "receiver")
    shown = wallet.show()
    assert shown["balance"] == "0" and shown["status"] == "nonexistent"

    devnet.gift(wallet.address, 5 * TON)
    shown = wallet.show()
    assert shown["balance"] == str(5 * TON) and shown["status"] == "uninitialized"

    first = wallet.send(receiver.address, "1.5", "--comment", "thanks")
    assert first["carried_out"] and first["amount"] == "1500000000"
    assert devnet.transactions(wallet.address)[0]["transaction_id"]["lt"] == first["lt"]
    arrived = devnet.transactions(receiver.address)[0]["transaction_id"]["hash"]
    assert base64.b64decode(arrived).hex() == first["delivered_in"]
    shown = wallet.show()
    assert shown["status"] == "active" and 3 * TON < int(shown["balance"]) < 3.5 * TON
    assert int(shown["balance"]) == devnet.balance(wallet.address)

    # The seqno went on: the next one is another order, not the same again.
    second = wallet.send(receiver.address, "250000000n")
    assert second["lt"] != first["lt"]
    wait_until(lambda: received(devnet, receiver.address) == [1_500_000_000, 250_000_000], "both amounts")


def test_an_imported_wallet_is_the_same(module_devnet, tmp_path):
    made = wallet_on(module_devnet, tmp_path, "wallet")
    phrase = made.made["phrase"]
    assert len(phrase.split()) == 24
    again = Wallet(tmp_path, "again").made_by("import", text=phrase + "\n")
    assert again.address == made.address
    other = Wallet(tmp_path, "other").made_by("import", *V5, text=phrase + "\n")
    assert other.address != made.address and other.made["public_key"] == made.made["public_key"]
    raw = Wallet(tmp_path, "raw").made_by("import", text="11" * 32 + "\n")
    assert raw.address != made.address


def test_the_file_hides_the_key_and_is_never_overwritten(tmp_path):
    wallet = Wallet(tmp_path, "wallet").made_by("import", text="5b" * 32 + "\n")
    content = wallet.file.read_text()
    assert "5b5b5b5b" not in content and wallet.made["public_key"] in content
    assert wallet.file.stat().st_mode & 0o077 == 0
    refused = wallet.run("new")
    assert refused.returncode != 0 and "already" in refused.stderr
    assert wallet.file.read_text() == content


@pytest.mark.parametrize("text", ["", "size harbor\n", "11" * 31 + "\n", " ".join(["abandon"] * 24) + "\n"])
def test_wrong_words_make_no_wallet(tmp_path, text):
    wallet = Wallet(tmp_path, "wallet")
    refused = wallet.run("import", text=text)
    assert refused.returncode != 0 and refused.stderr.strip()
    assert not wallet.file.exists()


def test_what_cannot_be_sent_is_refused_with_its_reason(module_devnet, tmp_path):
    devnet = module_devnet
    wallet = wallet_on(devnet, tmp_path, "wallet")
    to = wallet_on(devnet, tmp_path, "receiver").address
    devnet.gift(wallet.address, TON)

    def refusal(*arguments, **options):
        done = wallet.run("send", *arguments, **options)
        assert done.returncode != 0
        return done.stderr

    assert "balance" in refusal(to, "2")
    assert "no amount" in refusal(to, "0")
    assert "no amount" in refusal(to, "-1")
    assert "no amount" in refusal(to, "lots")
    flipped = to[:-1] + ("A" if to[-1] != "A" else "B")
    assert "address" in refusal(flipped, "0.1")
    assert "password" in refusal(to, "0.1", password="another password").lower()
    assert devnet.balance(wallet.address) == TON


def test_a_killed_send_is_neither_lost_nor_doubled(make_devnet, tmp_path):
    """Each run is killed at a random moment; the next first finds out what became of it, then pays its own."""
    devnet = make_devnet("--block-ms", "100", "--idle-ms", "200")
    wallet = wallet_on(devnet, tmp_path, "wallet")
    devnet.gift(wallet.address, 100 * TON)
    receiver = wallet_on(devnet, tmp_path, "receiver").address
    wallet.send(receiver, "1n")
    seed = time.time_ns() % 1_000_000
    rng = random.Random(seed)
    print("seed", seed)
    amounts, paid = [], 0
    for number in range(8):
        amount = 1000 + number
        amounts.append(amount)
        sending = wallet.begin_sending(receiver, f"{amount}n")
        time.sleep(rng.uniform(0.2, 1.1))  # the moment of the kill is the test's input
        sending.kill()
        paid += bool(sending.lines)
    last = wallet.send(receiver, "2n")
    assert last["carried_out"]
    wait_until(lambda: received(devnet, receiver)[-1] == 2, "the last payment")
    values = received(devnet, receiver)
    assert values[0] == 1 and values[-1] == 2
    assert len(set(values)) == len(values), f"paid twice: {values}"
    assert set(values[1:-1]) <= set(amounts)
    # What had been signed when its process died is paid all the same, so more than was reported.
    assert len(values) - 2 >= paid


def test_two_sends_at_once_take_turns(module_devnet, tmp_path):
    devnet = module_devnet
    wallet = wallet_on(devnet, tmp_path, "wallet")
    receiver = wallet_on(devnet, tmp_path, "receiver").address
    devnet.gift(wallet.address, 10 * TON)
    runs = [wallet.begin_sending(receiver, f"{amount}n") for amount in (5, 6)]
    codes = [run.process.wait(60) for run in runs]
    assert 0 in codes
    refused = [run for run, code in zip(runs, codes) if code != 0]
    for run in refused:
        assert "lock" in run.log_text().lower() or "another" in run.log_text().lower()
    wait_until(lambda: len(received(devnet, receiver)) == codes.count(0), "the payments")


def test_an_expired_request_is_signed_anew_and_paid_once(make_devnet, tmp_path):
    """Blocks are made on demand: the first request waits beyond its expiry, and only then is there a second one."""
    devnet = make_devnet("--block-ms", "0")
    wallet = wallet_on(devnet, tmp_path, "wallet")
    receiver = wallet_on(devnet, tmp_path, "receiver").address
    devnet.gift(wallet.address, 10 * TON)
    devnet.blocks()
    sending = wallet.begin_sending(receiver, "1")
    wait_until(lambda: devnet.status()["waiting_messages"] == 1, "the first request")
    after = devnet.advance(100)
    assert after["waiting_messages"] == 0, "it was taken although it had expired"
    wait_until(lambda: devnet.status()["waiting_messages"] == 1, "the second request")
    assert received(devnet, receiver) == []
    devnet.blocks(2)
    assert sending.result()["carried_out"]
    assert received(devnet, receiver) == [TON]
    devnet.advance(1000)
    assert received(devnet, receiver) == [TON]


def test_a_request_is_sent_again_while_it_may_be_taken(make_devnet, tmp_path):
    """The devnet dies with the request in memory only; started again, it gets the same request once more."""
    devnet = make_devnet("--block-ms", "0")
    wallet = wallet_on(devnet, tmp_path, "wallet")
    receiver = wallet_on(devnet, tmp_path, "receiver").address
    devnet.gift(wallet.address, 10 * TON)
    devnet.blocks()
    sending = wallet.begin_sending(receiver, "1")
    wait_until(lambda: devnet.status()["waiting_messages"] == 1, "the request")
    devnet.kill()
    devnet.start()
    assert devnet.status()["waiting_messages"] == 0
    wait_until(lambda: devnet.status()["waiting_messages"] == 1, "the same request again", 90)
    devnet.blocks(2)
    assert sending.result()["carried_out"]
    assert received(devnet, receiver) == [TON]


def killed_order(devnet, wallet, receiver):
    """An order of 1 TON that its process did not live to see paid; the chain stands still with it."""
    sending = wallet.begin_sending(receiver, "1")
    wait_until(lambda: devnet.status()["waiting_messages"] == 1, "the first request")
    sending.kill()


@pytest.fixture
def standing(make_devnet, tmp_path):
    """A chain that makes blocks on demand, a wallet with 10 TON, a receiver's address."""
    devnet = make_devnet("--block-ms", "0")
    wallet = wallet_on(devnet, tmp_path, "wallet")
    devnet.gift(wallet.address, 10 * TON)
    devnet.blocks()
    return devnet, wallet, wallet_on(devnet, tmp_path, "receiver").address


@pytest.mark.parametrize("options", [["--replace"], []], ids=["replaced", "followed"])
def test_an_order_killed_and_expired_gives_way(standing, options):
    """The chain never took the first order; the second has the same seqno, and is the only one that is paid."""
    devnet, wallet, receiver = standing
    killed_order(devnet, wallet, receiver)
    devnet.advance(100)
    assert devnet.status()["waiting_messages"] == 0, "the first one expired"
    sending = wallet.begin_sending(receiver, "2", *options)
    wait_until(lambda: devnet.status()["waiting_messages"] == 1, "the second request")
    devnet.blocks(2)
    assert sending.result()["carried_out"]
    devnet.blocks(2)
    assert received(devnet, receiver) == [2 * TON]


def test_of_two_orders_in_one_place_exactly_one_is_paid(standing):
    """Both wait at the chain, with one seqno: the first to come is paid, and whoever sent the second is told so."""
    devnet, wallet, receiver = standing
    killed_order(devnet, wallet, receiver)
    sending = wallet.begin_sending(receiver, "2", "--replace")
    wait_until(lambda: devnet.status()["waiting_messages"] == 2, "both requests")
    devnet.blocks(2)
    wait_until(lambda: not sending.alive(), "its end", 60)
    assert sending.process.wait(5) != 0
    assert "the earlier order was paid already" in sending.log_text()
    assert received(devnet, receiver) == [TON]
    third = wallet.begin_sending(receiver, "3")
    wait_until(lambda: devnet.status()["waiting_messages"] == 1, "an order of its own, with the next seqno")
    devnet.blocks(2)
    assert third.result()["carried_out"]
    assert received(devnet, receiver) == [TON, 3 * TON]


def test_a_message_that_has_not_arrived_is_not_called_delivered(make_devnet, tmp_path):
    """To the masterchain a message takes another block, and none comes."""
    devnet = make_devnet("--block-ms", "0")
    wallet = wallet_on(devnet, tmp_path, "wallet")
    devnet.gift(wallet.address, 10 * TON)
    devnet.blocks()
    sending = wallet.begin_sending("-1:" + "5c" * 32, "1")
    wait_until(lambda: devnet.status()["waiting_messages"] == 1, "the request")
    devnet.blocks(1)
    result = sending.result()
    assert result["carried_out"] and result["delivered_in"] is None


def test_a_cocoon_wallet_needs_its_owner(tmp_path):
    for options in (("--version", "cocoon"), ("--owner", "0:" + "7a" * 32)):
        refused = Wallet(tmp_path, "wallet").run("new", *options)
        assert refused.returncode != 0 and "--owner" in refused.stderr
    wallet = Wallet(tmp_path, "wallet").new(*OURS)
    other = Wallet(tmp_path, "other").made_by("import", "--version", "cocoon", "--owner", "0:" + "7b" * 32,
                                              text=wallet.made["phrase"] + "\n")
    assert other.made["public_key"] == wallet.made["public_key"] and other.address != wallet.address


def test_without_a_chain_it_says_so(tmp_path):
    wallet = Wallet(tmp_path, "wallet").new()
    refused = wallet.run("send", wallet.address, "1")
    assert refused.returncode != 0 and "--chain" in refused.stderr
    damaged = tmp_path / "global.config.json"
    damaged.write_text("{}")
    wallet.config = damaged
    refused = wallet.run("show")
    assert refused.returncode != 0 and refused.stderr.strip()


def test_people_see_words_and_amounts(module_devnet, tmp_path):
    """The same commands without --json."""
    environment = {"COCOON_WALLET_PASSWORD": PASSWORD, "COCOON_CHAIN": str(module_devnet.config)}
    done = cocoon("wallet", "new", "--file", tmp_path / "wallet", env=environment)
    assert done.returncode == 0 and "Write these words down" in done.stdout
    address = json.loads(cocoon("wallet", "show", "--file", tmp_path / "wallet", "--json", env=environment).stdout)
    module_devnet.gift(address["address"], 3 * TON)
    shown = cocoon("wallet", "show", "--file", tmp_path / "wallet", env=environment).stdout
    assert "3 TON" in shown and "proven" in shown
