"""API keys of the gateway: who is let in, budgets and rates that hold across restarts, and pages in browsers."""

import json
import subprocess

import openai
import pytest

from caller import Call, ask, chat
from engine import MODEL
from house import House
from network import binary, fetch, free_port, wait_until


def key_command(*words):
    done = subprocess.run([binary("cocoon"), "key", *words, "--json"], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout or done.stderr)


class Guarded:
    """A house whose gateway asks for keys."""

    def __init__(self, folder):
        self.house = House(folder)
        self.network = self.house.network
        self.file = str(folder / "keys.toml")
        self.options = {"keys_file": self.file, "keys_database": str(folder / "keys.db"),
                        "cors_origins": ["https://chat.example.org"]}

    def new(self, *words):
        status, made = key_command("new", *words, "--file", self.file)
        assert status == 0, made
        return made["key"]

    def start(self, **options):
        self.client = self.network.client([self.house.proxy.options["clients_listen"]], name=f"client-{free_port()}",
                                          **{**self.options, **options})
        return self.client.wait_http_ready()

    def stop(self):
        self.house.stop()


@pytest.fixture
def guarded(tmp_path):
    guarded = Guarded(tmp_path)
    yield guarded
    guarded.stop()


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_only_keys_are_let_in_and_none_is_written_down(guarded):
    alice = guarded.new("alice")
    client = guarded.start()
    status, answer = ask(client)
    assert (status, answer["error"]["code"], answer["error"]["type"]) == (401, "invalid_api_key", "authentication_error")
    assert fetch(client.http, "/v1/models")[0] == 401
    assert ask(client, bearer(alice))[0] == 200
    assert fetch(client.http, "/v1/models", headers=bearer(alice))[0] == 200
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=f"http://{client.http}/v1", api_key="wrong").models.list()

    bob = guarded.new("bob")
    wait_until(lambda: ask(client, bearer(bob))[0] == 200, "a new key to be let in")
    assert key_command("revoke", "bob", "--file", guarded.file)[0] == 0
    wait_until(lambda: ask(client, bearer(bob))[0] == 401, "a revoked key to be refused")

    names = [row["name"] for row in key_command("list", "--file", guarded.file, "--url", f"http://{client.http}")[1]]
    assert names == ["alice"]
    for path in guarded.network.folder.iterdir():
        if path.is_file():
            assert alice.encode() not in path.read_bytes(), path


def test_a_broken_file_changes_nothing(guarded):
    alice = guarded.new("alice")
    client = guarded.start()
    with open(guarded.file, "a", encoding="utf-8") as file:
        file.write("\n[[key]]\nname = 3\n")
    wait_until(lambda: "the keys stay as they were" in client.log_text(), "the complaint")
    assert ask(client, bearer(alice))[0] == 200


def test_a_budget_holds_across_a_kill(guarded):
    price = ask(guarded.house.client, max_tokens=5)[1]["usage"]["cost"]
    alice = guarded.new("alice", "--budget", f"{price * 3 + 100_000}n")
    client = guarded.start()

    def spent():
        return client.stats()["keys"][0]["spent_nanotons"]
    assert ask(client, bearer(alice), max_tokens=5)[0] == 200
    assert spent() == price
    # The books are written in a moment; a kill afterwards loses nothing.
    wait_until(lambda: ask(client, bearer(alice), max_tokens=5)[0] == 200, "a second answer")
    client.stop()
    client = guarded.start()
    assert spent() == 2 * price
    status, answer = ask(client, bearer(alice), max_tokens=100_000)
    assert (status, answer["error"]["code"], answer["error"]["type"]) == (402, "budget_exhausted", "insufficient_quota")
    client.kill()
    client = guarded.start()
    assert spent() == 2 * price


def test_rates_are_told_by_retry_after(guarded):
    alice = guarded.new("alice", "--requests", "2")
    client = guarded.start()
    assert [ask(client, bearer(alice))[0] for _ in range(2)] == [200, 200]
    call = Call(client, bearer(alice))
    assert call.status == 429
    assert 1 <= int(call.answer.headers["Retry-After"]) <= 30
    assert json.loads(call.rest())["error"]["code"] == "rate_limited"
    slow = guarded.new("slow", "--tokens", "1")
    wait_until(lambda: ask(client, bearer(slow))[0] == 200, "the new key")
    assert ask(client, bearer(slow))[0] == 429


def test_a_public_address_needs_keys(guarded):
    with pytest.raises(AssertionError, match="cocoon key new"):
        guarded.start(listen=f"0.0.0.0:{free_port()}", keys_file="")
    alice = guarded.new("alice")
    port = free_port()
    client = guarded.start(listen=f"0.0.0.0:{port}")
    assert ask(client, bearer(alice))[0] == 200


def test_pages_in_browsers(guarded):
    alice = guarded.new("alice")
    client = guarded.start()
    page = {"Origin": "https://chat.example.org"}
    status, headers, _ = fetch(client.http, "/v1/chat/completions", "OPTIONS", headers={
        **page, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"})
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == page["Origin"]
    assert headers["Access-Control-Allow-Headers"] == "authorization"
    call = Call(client, {**page, **bearer(alice)})
    assert (call.status, call.answer.headers["Access-Control-Allow-Origin"]) == (200, page["Origin"])
    call.rest()
    asked = len(guarded.house.engine.asked)
    status, headers, body = fetch(client.http, "/v1/chat/completions", "POST", chat(),
                                  {"Origin": "https://evil.example", "Content-Type": "text/plain", **bearer(alice)})
    assert (status, json.loads(body)["error"]["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in headers
    assert len(guarded.house.engine.asked) == asked


def test_options_as_headers(module_house):
    client = module_house.client
    assert ask(client, {"X-Cocoon-Prefer": "price", "X-Cocoon-Timeout": "20"})[0] == 200
    assert ask(client, cocoon={"prefer": "latency"})[0] == 200
    status, answer = ask(client, {"X-Cocoon-Sealed": "yes"})
    assert (status, answer["error"]["param"]) == (400, "X-Cocoon-Sealed")
    status, answer = ask(client, cocoon={"candidates": 3})
    assert (status, answer["error"]["param"]) == (400, "cocoon.candidates")
    status, answer = ask(client, cocoon={"least_tier": "T2"})
    assert status == 503 and "T2" in answer["error"]["message"]
    assert ask(client, {"X-Cocoon-Max-Coefficient": "1"})[1]["error"]["code"] == "too_expensive"
    assert MODEL
