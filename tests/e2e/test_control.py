"""What an operator orders of running roles: POST /control/..., from this machine, with a token if there is one."""

import pytest

from caller import ask
from engine import MODEL, Behaviour
from house import House
from network import fetch, wait_until

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    house.engine.behaviour = Behaviour()
    yield house
    house.stop()


def order(process, what, token="1", method="POST"):
    """(status, text) of an order."""
    headers = {} if token is None else {"X-Cocoon-Control": token}
    status, _, text = fetch(process.options["http_listen"], f"/control/{what}", method, headers=headers)
    return status, text.decode() if isinstance(text, bytes) else text


def test_a_worker_is_switched_off_and_on(house):
    assert ask(house.client)[0] == 200
    assert order(house.worker, "disable") == (200, f"{MODEL}: off\n")
    assert fetch(house.worker.options["http_listen"], "/readyz")[0] == 503
    wait_until(lambda: ask(house.client, timeout=5)[0] == 503, "the proxy to know")
    assert order(house.worker, f"enable?{MODEL}") == (200, f"{MODEL}: on\n")
    wait_until(lambda: ask(house.client)[0] == 200, "the worker to serve again")
    assert order(house.worker, "disable?no/such") == (400, "this worker has no model no/such\n")


def test_a_proxy_gives_an_owners_workers_no_work(house):
    owner = house.proxy.stats()["worker_connections"][0]["owner_address"]
    status, text = order(house.proxy, f"disable?{owner}")
    assert status == 200 and text == f"{owner} is off: 1 connected\n"
    assert house.proxy.stats()["worker_connections"][0]["switched_off"] is True
    assert ask(house.client, timeout=5)[0] == 503
    house.network.worker(house.engine.url, [house.proxy.options["workers_listen"]], name="another")
    wait_until(lambda: len(house.proxy.stats()["worker_connections"]) == 2, "another worker of the owner")
    assert ask(house.client, timeout=5)[0] == 503, "those that come later are off, too"
    assert order(house.proxy, f"enable?{owner}")[0] == 200
    wait_until(lambda: ask(house.client)[0] == 200, "the worker to serve again")
    assert order(house.proxy, "disable")[0] == 400


def test_who_may_order(house, tmp_path):
    assert order(house.worker, "disable", token=None)[0] == 403
    file = tmp_path / "control.token"
    file.write_text(TOKEN + "\n")
    proxies = [house.proxy.options["workers_listen"]]
    locked = house.network.worker(house.engine.url, proxies, name="locked", control_token_file=str(file))
    locked.wait_http_ready()
    assert order(locked, "disable", token=None)[0] == 403
    assert order(locked, "disable", token="1")[0] == 403
    assert order(locked, "disable", token=TOKEN[:-1])[0] == 403
    assert order(locked, "disable", token=TOKEN, method="GET")[0] == 405
    assert order(locked, "dance", token=TOKEN) == (404, "this role takes: disable, enable\n")
    assert fetch(locked.options["http_listen"], "/readyz")[0] == 200
    assert order(locked, "disable", token=TOKEN)[0] == 200
    assert fetch(locked.options["http_listen"], "/readyz")[0] == 503
