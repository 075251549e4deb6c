"""What each role tells Prometheus, read by a real Prometheus."""

import json
import subprocess

import pytest

from caller import ask
from engine import Behaviour
from network import fetch, free_port, wait_until

PAGE_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def lines(address):
    status, headers, body = fetch(address, "/metrics")
    assert status == 200
    assert headers["Content-Type"] == PAGE_TYPE
    return dict(line.rsplit(" ", 1) for line in body.decode().splitlines() if not line.startswith("#"))


@pytest.fixture
def addresses(house):
    return {"client": house.client.http, "proxy": house.proxy.http, "worker": house.worker.http}


@pytest.mark.parametrize("role", ["client", "proxy", "worker"])
def test_the_page_is_sound(addresses, role):
    _, _, page = fetch(addresses[role], "/metrics")
    lint = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False)
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_every_role_counts_the_same_request(house, addresses):
    before = {role: lines(address) for role, address in addresses.items()}
    house.engine.behaviour = Behaviour(text="one two three")
    assert ask(house.client)[0] == 200
    answered = 'cocoon_requests_total{outcome="answered"}'
    for role, address in addresses.items():
        now = lines(address)
        assert int(now[answered]) == int(before[role][answered]) + 1, role
        assert now["cocoon_ready"] == "1"
    completion = 'cocoon_tokens_total{kind="completion"}'
    assert int(lines(addresses["worker"])[completion]) == int(before["worker"][completion]) + 3


def test_a_page_holds_nothing_of_prompts_and_answers(house, addresses):
    secret = "a-word-nobody-else-says"
    house.engine.behaviour = Behaviour(text=secret)
    assert ask(house.client, messages=[{"role": "user", "content": secret}])[0] == 200
    for address in addresses.values():
        assert secret.encode() not in fetch(address, "/metrics")[2]


def test_a_real_prometheus_scrapes_all_roles(house, addresses, tmp_path):
    config = tmp_path / "prometheus.yml"
    config.write_text(json.dumps({  # JSON is YAML
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [{"job_name": role, "static_configs": [{"targets": [address]}]}
                           for role, address in addresses.items()]}))
    listen = f"127.0.0.1:{free_port()}"
    with open(tmp_path / "prometheus.log", "wb") as log:
        server = subprocess.Popen(["prometheus", f"--config.file={config}", f"--web.listen-address={listen}",
                                   f"--storage.tsdb.path={tmp_path}/data"], stdout=log, stderr=log)
    try:
        def up():
            status, _, body = fetch(listen, "/api/v1/query?query=cocoon_ready")
            result = json.loads(body)["data"]["result"] if status == 200 else []
            return {row["metric"]["job"]: row["value"][1] for row in result}

        wait_until(lambda: up() == {"client": "1", "proxy": "1", "worker": "1"}, "Prometheus to have seen all roles")
    finally:
        server.terminate()
        server.wait(10)
