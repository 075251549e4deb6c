"""`cocoon channel` from a client's own wallet, step by step: opened, refused, withdrawn from, closed, opened again."""

import json
import subprocess

import pytest

from chain import TON, DevnetPage
from engine import Engine
from network import binary, wait_until
from test_up import Up

GIFT = 5 * TON
STAKE = TON // 2  # of a client in the network of `cocoon up`
DELAY = 300  # seconds, likewise
ROUNDING = TON // 500  # what may be wrong with "costs about"


class Channels:
    """The commands of a second client of a network: with a wallet of its own, which no gateway uses."""

    def __init__(self, folder, up):
        self.up = up
        words = open(f"/proc/{up.ready['pids']['chain']}/cmdline", encoding="utf-8").read().split("\0")
        self.devnet = DevnetPage(int(words[words.index("--http-port") + 1]))
        lines = (folder / "up" / "client.toml").read_text().splitlines()
        kept = [line for line in lines if not line.startswith("wallet_key_file")]
        self.config = folder / "second.toml"
        self.config.write_text("\n".join([*kept, f'wallet_key_file = "{folder / "second.key"}"', ""]))

    def run(self, command, *words, expected=0):
        done = subprocess.run([binary("cocoon"), "channel", command, *words, "--dir", str(self.up.folder / "up"),
                               "--config", str(self.config)], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == expected, f"{command} {words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def told(self, command, *words):
        return json.loads(self.run(command, *words, "--json").stdout)

    def proxy(self):
        """The contract of the network's proxy, as its gateway tells."""
        def known():
            done = subprocess.run([binary("cocoon"), "channel", "list", "--json", "--dir", str(self.up.folder / "up")],
                                  capture_output=True, text=True, timeout=60)
            return json.loads(done.stdout)["channels"]
        return wait_until(known, "the gateway's channel")[0]["proxy"]


@pytest.fixture(scope="module")
def channels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("channels")
    engine = Engine().start()
    up = Up(folder, "--engine", engine.url).wait_ready()
    yield Channels(folder, up)
    assert up.interrupt() == 0
    engine.stop()


def test_a_channels_life_by_hand(channels):
    proxy, devnet = channels.proxy(), channels.devnet
    plan = channels.told("open", proxy, "1.5", "--dry-run")
    wallet = plan["from"]
    devnet.gift(wallet, GIFT)

    opened = channels.told("open", proxy, "1.5")
    assert (opened["state"], opened["balance"], opened["owner"]) == ("normal", 1.5 * TON, wallet)
    assert (opened["contract"], opened["refund"]) == (plan["to"], "always")
    wait_until(lambda: abs(GIFT - devnet.balance(wallet) - 1.5 * TON - plan["costs_about"]) < ROUNDING,
               f"the cost told before, {plan['costs_about']}")
    again = channels.run("open", proxy, "1.5", expected=1)
    assert "channel topup" in again.stderr

    contract = opened["contract"]
    assert channels.told("withdraw", contract)["balance"] == STAKE
    closing = channels.told("close", contract)
    assert (closing["state"], closing["balance"]) == ("closing", STAKE)
    devnet.advance(DELAY + 1)
    closed = channels.told("close", contract)
    assert (closed["state"], closed["balance"]) == ("closed", 0)
    wait_until(lambda: devnet.balance(wallet) > GIFT - TON // 4, "everything but fees and reserves to come back")

    table = channels.run("open", proxy, "1", "--dry-run").stdout
    assert "reopen with 1 TON" in table and contract in table
    reopened = channels.told("open", proxy, "1")
    assert (reopened["contract"], reopened["state"], reopened["balance"]) == (contract, "normal", TON)


def test_what_can_not_be_opened_is_refused_before_money_moves(channels):
    proxy = channels.proxy()
    assert "stake" in channels.run("open", proxy, "0.4", expected=2).stderr
    assert "no amount" in channels.run("open", proxy, "0", expected=2).stderr
    root = (channels.up.folder / "up" / "root.address").read_text()
    assert "no proxy of this network" in channels.run("open", root, "1", expected=1).stderr
    nobody = "0:" + "11" * 32
    assert "no proxy of this network" in channels.run("open", nobody, "1", expected=1).stderr
    assert channels.run("open", "EQ", "1", expected=2).stderr
