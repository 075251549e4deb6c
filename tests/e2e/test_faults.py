"""Engines and programs die at the worst moment, money runs out, evidence is wrong. Callers get a clear error, and the
books stay right."""

import concurrent.futures
import json
import signal
import threading

import pytest

from caller import Call, ask, chat
from engine import Behaviour
from house import House
from network import assert_balanced, books, fetch, wait_until, wait_workers


def charged(house):
    return books(house.proxy)[0]


def test_engine_down_and_up_again(own_house):
    own_house.engine.stop()
    status, answer = ask(own_house.client)
    assert status in (502, 503)
    assert answer["error"]["message"]
    wait_until(lambda: own_house.worker.stats()["status"]["engine"] == "down", "the worker to notice")
    wait_workers(own_house.proxy, 0)
    status, answer = ask(own_house.client)
    assert status == 503 and answer["error"]["code"] in ("no_worker", "not_ready")
    assert assert_balanced(own_house.proxy) == 0
    own_house.engine.start()
    wait_workers(own_house.proxy)
    assert ask(own_house.client)[0] == 200


@pytest.mark.parametrize("behaviour", [
    Behaviour(raw=b"\x00\x01garbage\r\n\r\n"), Behaviour(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
    Behaviour(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Behaviour(raw=b""),
    Behaviour(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n"),
], ids=["noise", "short", "bad chunk", "nothing", "endless head"])
def test_an_engine_that_speaks_nonsense(house, behaviour):
    before = charged(house)
    house.engine.behaviour = behaviour
    status, answer = ask(house.client)
    assert status >= 500 and answer["error"]["message"]
    assert assert_balanced(house.proxy) == before
    house.engine.behaviour = Behaviour()
    assert ask_until_served(house.client)


def ask_until_served(client):
    """A worker that has just failed may rest for a moment."""
    return wait_until(lambda: ask(client)[0] == 200, "the network to serve again")


def test_a_body_that_is_no_json_passes_and_is_free(house):
    before = charged(house)
    house.engine.behaviour = Behaviour(body=b"not json")
    call = Call(house.client)
    assert (call.status, call.rest()) == (200, b"not json")
    assert assert_balanced(house.proxy) == before


def test_engine_dies_within_a_stream(house):
    house.engine.behaviour = Behaviour(die_after=2)
    call = Call(house.client, stream=True)
    assert call.word() == "one "
    assert call.error()["message"]
    assert_balanced(house.proxy)
    house.engine.behaviour = Behaviour()
    assert ask_until_served(house.client)


def test_worker_killed_within_a_stream(own_house):
    own_house.engine.behaviour = Behaviour(before_gate=1)
    call = Call(own_house.client, stream=True)
    assert call.word() == "one "
    own_house.worker.kill()
    error = call.error()
    assert "worker" in error["message"]
    assert assert_balanced(own_house.proxy) == 0
    assert own_house.client.stats()["stats"]["failed"] == 1


def test_another_worker_answers_when_one_dies_before_its_first_part(own_house):
    engine = own_house.engine
    answers = []
    asking = threading.Thread(target=lambda: answers.append(ask(own_house.client)))
    # A whole answer: nothing leaves the worker before its end.
    engine.behaviour = Behaviour(delay_gate=True)
    asking.start()
    wait_until(lambda: engine.asked, "the request at the engine")
    own_house.network.worker(engine.url, [own_house.proxy.options["workers_listen"]], name="second")
    wait_workers(own_house.proxy, 2)
    own_house.worker.kill()
    wait_until(lambda: len(engine.asked) == 2, "the second attempt")
    engine.gate.set()
    asking.join(30)
    assert answers[0][0] == 200
    assert assert_balanced(own_house.proxy) == answers[0][1]["usage"]["cost"]
    assert own_house.proxy.stats()["stats"]["retried"] == 1


def test_proxy_killed_within_a_stream_and_started_again(own_house):
    assert ask(own_house.client)[0] == 200
    acknowledged = own_house.client.stats()["stats"]
    own_house.engine.behaviour = Behaviour(before_gate=1)
    call = Call(own_house.client, stream=True)
    assert call.word() == "one "
    own_house.proxy.kill()
    assert "proxy" in call.error()["message"]
    status, answer = ask(own_house.client)
    assert status == 503 and "proxy" in answer["error"]["message"]

    own_house.proxy = own_house.network.proxy(name="proxy-again", **own_house.proxy.options)
    wait_workers(own_house.proxy)
    own_house.client.wait_http_ready()
    stats = own_house.proxy.stats()
    assert sum(row["used_tokens"] for row in stats["clients"]) >= acknowledged["tokens"]
    assert assert_balanced(own_house.proxy) >= acknowledged["spent_nanotons"] > 0
    own_house.engine.behaviour = Behaviour()
    assert ask_until_served(own_house.client)
    assert assert_balanced(own_house.proxy) > acknowledged["spent_nanotons"]


def test_proxy_killed_before_the_first_byte_and_started_again(own_house):
    """The caller notices nothing but the time: the proxy says that the request cost nothing, and is asked again."""
    own_house.engine.behaviour = Behaviour(delay_gate=True)
    with concurrent.futures.ThreadPoolExecutor() as threads:
        answer = threads.submit(ask, own_house.client, timeout=60)
        wait_until(lambda: own_house.engine.asked, "the engine to be asked")
        own_house.proxy.kill()
        own_house.engine.behaviour = Behaviour()
        own_house.engine.gate.set()
        own_house.proxy = own_house.network.proxy(name="proxy-again", **own_house.proxy.options)
        status, body = answer.result(60)
    assert status == 200, body
    assert len(own_house.engine.asked) == 2
    stats = own_house.client.stats()["stats"]
    assert (stats["retried"], stats["unresolved"]) == (1, 0)
    assert stats["spent_nanotons"] == body["usage"]["cost"]
    assert_balanced(own_house.proxy)


def test_a_charge_whose_answer_was_lost_is_booked(own_house):
    """What was sent of a stream when the proxy died with it on its disk, or not at all: the gateway's books end up as the
    proxy's."""
    assert ask(own_house.client)[0] == 200
    own_house.engine.behaviour = Behaviour(text="word " * 50, pace=0.05)
    call = Call(own_house.client, stream=True, timeout=60)
    call.word()
    own_house.proxy.kill()
    own_house.proxy = own_house.network.proxy(name="proxy-again", **own_house.proxy.options)
    assert call.error()["code"] == "upstream_error"
    wait_workers(own_house.proxy)
    own_house.engine.behaviour = Behaviour()
    wait_until(lambda: ask(own_house.client)[0] == 200, "the network to serve again")

    def agree():
        spent = own_house.client.stats()["stats"]["spent_nanotons"]
        return spent == own_house.proxy.stats()["clients"][0]["charged_nanotons"]
    wait_until(agree, "both books to agree")
    assert own_house.client.stats()["stats"]["unresolved"] == 0
    assert_balanced(own_house.proxy)


def test_client_killed_within_a_stream(own_house):
    """The work of its callers stops in the engine; another gateway's stream goes on."""
    other = own_house.network.client([own_house.proxy.options["clients_listen"]], name="other").wait_http_ready()
    own_house.engine.behaviour = Behaviour(before_gate=1)
    calls = [Call(client, stream=True) for client in (own_house.client, other)]
    assert [call.word() for call in calls] == ["one ", "one "]
    own_house.client.kill()
    wait_until(lambda: own_house.engine.broken_off == 1, "the engine to be told")
    wait_until(lambda: own_house.proxy.stats()["stats"]["running"] == 1, "the proxy to give it up")
    own_house.engine.gate.set()
    assert calls[1].rest().endswith(b"data: [DONE]\n\n")
    assert assert_balanced(own_house.proxy) > 0
    assert own_house.engine.broken_off == 1
    assert own_house.proxy.stats()["stats"]["running"] == 0


@pytest.mark.parametrize("role", ["proxy", "worker", "client"])
def test_sigterm_drains(own_house, role):
    own_house.engine.behaviour = Behaviour(before_gate=1)
    call = Call(own_house.client, stream=True)
    assert call.word() == "one "
    process = getattr(own_house, role)
    process.signal(signal.SIGTERM)
    if role == "worker":
        wait_workers(own_house.proxy, 0)
    if role == "proxy":
        wait_until(lambda: own_house.proxy.stats()["status"]["service"] == "draining", "the proxy to drain")
    if role != "client":
        status, answer = ask(own_house.client)
        assert status == 503, answer
    assert process.alive()
    own_house.engine.gate.set()
    assert call.rest().endswith(b"data: [DONE]\n\n")
    assert process.process.wait(20) == 0


def test_credit_runs_out(tmp_path):
    house = House(tmp_path, credit="0.00001ton")
    try:
        statuses = set()
        for _ in range(400):
            status, answer = ask(house.client, max_tokens=100)
            statuses.add(status)
            if status != 200:
                break
        assert statuses <= {200, 402}
        assert status == 402 and answer["error"]["code"] == "insufficient_funds"
        paid = assert_balanced(house.proxy)
        assert paid <= 10_000
        assert house.proxy.stats()["clients"][0]["balance_nanotons"] == 10_000 - paid
    finally:
        house.stop()


def test_oversized_body(house):
    asked = len(house.engine.asked)
    status, _, body = fetch(house.client.http, "/v1/chat/completions", "POST", chat(padding="x" * (1 << 24)),
                            {"Content-Type": "application/json"})
    assert status == 413
    assert json.loads(body)["error"]["message"]
    assert len(house.engine.asked) == asked
    assert ask(house.client)[0] == 200


def test_the_same_request_id_is_charged_once(house):
    before = charged(house)
    headers = {"X-Cocoon-Request-Id": "ab" * 32}
    status, first = ask(house.client, headers)
    assert status == 200
    status, second = ask(house.client, headers)
    assert (status, second["error"]["code"]) == (400, "invalid_request")
    assert "new id" in second["error"]["message"]
    assert assert_balanced(house.proxy) - before == first["usage"]["cost"]
    assert ask(house.client, {"X-Cocoon-Request-Id": "short"})[0] == 400


def test_timeouts_are_refunded(own_house):
    own_house.engine.behaviour = Behaviour(delay_gate=True)
    status, answer = ask(own_house.client, timeout=1)
    assert status == 504 and answer["error"]["code"] == "upstream_timeout"
    assert assert_balanced(own_house.proxy) == 0


def test_evidence_of_another_network_is_refused_by_name(tmp_path, engine):
    """Policy development: each network has its own root of simulated evidence."""
    house = House(tmp_path / "one", policy="development")
    try:
        other = house.network.worker(house.engine.url, [house.proxy.options["workers_listen"]], name="foreign",
                                     simulated_root_file=str(tmp_path / "other-root.key"))
        refused = wait_until(lambda: other.peers()["refused"], "the foreign worker to refuse")
        assert all(name.replace("_", "").isalpha() for name in refused)
        wait_workers(house.proxy, 1)
        assert ask(house.client)[0] == 200
        peers = house.client.peers()
        assert peers["simulated"] is True
        assert peers["peers"][0]["evidence"] == "simulated" and peers["peers"][0]["policy"] == "development"
    finally:
        house.stop()


def test_policy_production_refuses_simulated_evidence(own_house):
    client = own_house.network.client([own_house.proxy.options["clients_listen"]], name="strict", policy="production")
    refused = wait_until(lambda: client.peers()["refused"], "the client to refuse the simulated proxy")
    assert sum(refused.values()) > 0
    assert fetch(client.http, "/readyz")[0] == 503
    status, answer = ask(client)
    assert status == 503 and answer["error"]["message"]
