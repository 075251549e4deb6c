"""A worker with several models and engines: who serves what, prices and models that change while it runs, load."""

import json
import pathlib
import signal

import pytest

from caller import Call, ask
from engine import Behaviour, Engine
from network import Network, fetch, wait_until, wait_workers


def table(model, urls, **members):
    lines = [f"model = {json.dumps(model)}", f"url = {json.dumps(urls)}"]
    return "\n[[engine]]\n" + "\n".join(lines + [f"{key} = {value}" for key, value in members.items()]) + "\n"


class Shop:
    """A proxy and a gateway, two engines, and a worker whose file the test writes."""

    def __init__(self, folder):
        self.network = Network(folder)
        self.engines = [Engine().start(), Engine().start()]
        self.proxy = self.network.proxy_for_client()
        self.client = None

    def start(self, tables):
        self.worker = self.network.worker(None, [self.proxy.options["workers_listen"]], tables=tables)
        self.file = pathlib.Path(self.worker.arguments[self.worker.arguments.index("--config") + 1])
        return self

    def open(self):
        self.client = self.network.client([self.proxy.options["clients_listen"]])
        self.client.wait_http_ready()
        return self.client

    def rewrite(self, tables):
        head = self.file.read_text().partition("[[engine]]")[0]
        self.file.write_text(head + tables)
        self.worker.signal(signal.SIGHUP)

    def offers(self):
        return {row["model"]: row for row in self.proxy.stats()["worker_connections"] if row["enabled"]}

    def stop(self):
        self.network.stop()
        for engine in self.engines:
            engine.gate.set()
            engine.stop()


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    yield shop
    shop.stop()


def test_two_models_of_one_worker(shop):
    shop.engines[0].behaviour = Behaviour(text="from the first")
    shop.engines[1].behaviour = Behaviour(text="from the second")
    shop.start(table("one", [shop.engines[0].url], coefficient=1000, max_active=3)
               + table("two", [shop.engines[1].url], coefficient=1500))
    wait_workers(shop.proxy, 1, "one")
    wait_workers(shop.proxy, 1, "two")
    client = shop.open()
    for model, text in (("one", "from the first"), ("two", "from the second")):
        status, answer = ask(client, model=model)
        assert (status, answer["choices"][0]["message"]["content"]) == (200, text)
    models = {row["id"]: row["workers"][0] for row in json.loads(fetch(client.http, "/v1/models")[2])["data"]}
    assert (models["one"]["max_running_requests"], models["two"]["coefficient"]) == (3, 1500)
    assert [row["model"] for row in shop.worker.stats()["models"]] == ["one", "two"]


def test_servers_of_one_model_share_its_requests(shop):
    shop.start(table("one", [engine.url for engine in shop.engines]))
    wait_workers(shop.proxy, 1, "one")
    client = shop.open()
    wait_until(lambda: all(row["state"] == "up" for row in shop.worker.stats()["models"][0]["engines"]), "both engines")
    assert [ask(client, model="one")[0] for _ in range(4)] == [200] * 4
    assert [len(engine.asked) for engine in shop.engines] == [2, 2]
    shop.engines[0].stop()
    wait_until(lambda: shop.worker.stats()["models"][0]["engines"][0]["state"] == "down", "the worker to notice")
    assert ask(client, model="one")[0] == 200
    assert shop.worker.stats()["status"]["engine"] == "up"


def test_the_offer_reaches_the_list_of_models(shop):
    shop.engines[0].context, shop.engines[1].context = 8192, 4096
    shop.start(table("one", [engine.url for engine in shop.engines], coefficient=1500, max_output=500,
                     capabilities=["tools", "chat"]))
    wait_workers(shop.proxy, 1, "one")
    client = shop.open()

    def row():
        return json.loads(fetch(client.http, "/v1/models")[2])["data"][0]

    wait_until(lambda: row().get("context_length") == 4096, "the least that a server takes", 30)
    model = row()
    assert (model["max_output_tokens"], model["capabilities"]) == (500, ["chat", "tools"])
    offer, = model["offers"]
    assert (offer["coefficient"], offer["workers"], offer["prices"]) == (1500, 1, model["prices"])
    # Written in whole tokens: what a price says is what an answer costs.
    status, answer = ask(client, model="one")
    usage, prices = answer["usage"], model["prices"]
    assert status == 200
    said = (usage["prompt_tokens"] * prices["prompt"] + usage["completion_tokens"] * prices["completion"]) / 10**6
    assert abs(usage["cost"] - said) <= 2 * 20, (usage, prices)


def test_prices_and_models_change_on_sighup(shop):
    shop.start(table("one", [shop.engines[0].url]))
    wait_workers(shop.proxy, 1, "one")
    link = shop.worker.peers()["peers"]
    shop.rewrite(table("one", [shop.engines[0].url], coefficient=1700))
    wait_until(lambda: shop.offers()["one"]["coefficient"] == 1700, "the new price at the proxy")
    assert len(shop.worker.peers()["peers"]) == len(link), "told over the same connection"

    shop.rewrite(table("one", [shop.engines[0].url], coefficient=1700) + table("two", [shop.engines[1].url]))
    wait_workers(shop.proxy, 1, "two")
    shop.rewrite("\n[[engine]]\nmodle = 3\n")
    wait_until(lambda: "stays as it was" in shop.worker.log_text(), "the complaint")
    assert set(shop.offers()) == {"one", "two"}

    client = shop.open()
    shop.engines[0].behaviour = Behaviour(before_gate=1)
    call = Call(client, model="one", stream=True)
    assert call.word() == "one "
    shop.rewrite(table("two", [shop.engines[1].url]))
    wait_until(lambda: set(shop.offers()) == {"two"}, "the model to leave")
    shop.engines[0].gate.set()
    assert call.rest().endswith(b"data: [DONE]\n\n"), "what runs is finished"
    wait_until(lambda: len(shop.worker.peers()["peers"]) == 1, "its connection to be closed")


def test_an_engine_that_is_busy_with_others(shop):
    shop.engines[0].metrics = 'vllm:num_requests_running{model_name="m"} 9\nvllm:num_requests_waiting{model_name="m"} 4\n'
    shop.start(table("one", [shop.engines[0].url], max_active=2))
    wait_workers(shop.proxy, 1, "one")
    wait_until(lambda: shop.worker.stats()["models"][0]["engines"][0].get("own_waiting") == 4, "the engine's load")
    client = shop.open()
    status, answer = ask(client, model="one")
    assert status in (429, 503), answer
    shop.engines[0].metrics = "vllm:num_requests_running 1\nvllm:num_requests_waiting 0\n"
    wait_until(lambda: ask(client, model="one")[0] == 200, "the queue to be gone")
    page = fetch(shop.worker.http, "/metrics")[2].decode()
    assert "cocoon_engine_waiting" in page
