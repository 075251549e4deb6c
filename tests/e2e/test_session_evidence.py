"""Peers of protocol version 5 prove themselves to each other inside the session, before any work is given."""

import pytest

from caller import ask
from house import House


@pytest.fixture(scope="module")
def development(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("session-evidence"), policy="development")
    yield house
    house.stop()


def peer(process, role):
    return next(row for row in process.peers()["peers"] if row["role"] == role)


def test_every_side_has_seen_a_proof(development):
    assert ask(development.client)[0] == 200
    for process, role in ((development.client, "proxy"), (development.worker, "proxy"), (development.proxy, "worker")):
        shown = peer(process, role)
        assert shown["shown"] == "session"
        freshness = next(factor for factor in shown["factors"] if factor["name"] == "freshness")
        assert (freshness["outcome"], freshness["values"]) == ("passed", {"by": "nonce of this session"})
    assert peer(development.proxy, "client")["shown"] == "certificate"
