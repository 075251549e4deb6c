"""A network of our programs on this machine for tests: each as a process with its own files and ports, started with a
bounded wait and always stopped. Binaries come from $COCOON_BUILD (a build folder; build/dev without it)."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import itertools
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("COCOON_BUILD") or ROOT / "build" / "dev")
CONFIG = ROOT / "tests" / "vectors" / "ton" / "fake-ton-config.json"
PROXY_OWNER = "UQAuz15H1ZHrZ_psVrAra7HealMIVeFq0wguqlmFno1f3B-m"
WORKER_OWNER = "UQAuz15H1ZHrZ_psVrAra7HealMIVeFq0wguqlmFno1f3B-m"
CLIENT_OWNER = "UQCdj43bBDyeJlfe6FVSpWLfsDMp4YHbmz5lca5-tNz-fx20"
WAIT = 30.0
LOG_SHOWN = 6000
# Below those that the kernel gives to outgoing connections: one of these would take a port now and then before a program
# of ours does. Each process of a test run has a part of its own, since programs that tests kill leave their ports alone
# for a moment. `cocoon up` chooses from the first half of it, tests from the second.
FIRST_PORT, PORTS_EACH = 20000, 4000
MY_FIRST_PORT = FIRST_PORT + PORTS_EACH * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
MY_PORTS = itertools.count(random.randrange(PORTS_EACH))


def binary(name):
    """The program's path, or a failure that says how to get it."""
    path = BUILD / "src" / "bin" / name
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: build it, or name the build folder in COCOON_BUILD")
    return str(path)


def free_port():
    """A port that nobody listens on, and that this process was not given lately."""
    while True:
        port = MY_FIRST_PORT + PORTS_EACH // 2 + next(MY_PORTS) % (PORTS_EACH // 2)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            return port


def wait_until(holds, what, timeout=WAIT):
    """The first true value of holds(); it is asked often, and may raise OSError while something starts."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if value := holds():
                return value
        time.sleep(0.02)
    raise AssertionError(f"waited {timeout:.0f} s in vain: {what}")


def fetch(address, path, method="GET", body=None, headers=None, timeout=WAIT):
    """(status, headers, body) of one HTTP request."""
    connection = http.client.HTTPConnection(address, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def raw_address(friendly):
    """"0:HEX" of an address in its friendly form, as bytes."""
    body = base64.urlsafe_b64decode(friendly)
    workchain = int.from_bytes(body[1:2], "big", signed=True)
    return f"{workchain}:{body[2:34].hex()}".encode()


class Process:
    """A running program: its ready line, its log, its pages."""

    def __init__(self, arguments, log, env=None):
        self.arguments = arguments
        self.log = pathlib.Path(log)
        self.ready = None
        with open(self.log, "ab") as errors:
            self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL,
                                            env={**os.environ, "NO_COLOR": "1", **(env or {})}, cwd=self.log.parent)
        self.lines = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.decode(errors="replace"))

    def log_text(self):
        return self.log.read_text(errors="replace")

    def fail(self, what):
        raise AssertionError(f"{self.arguments[0]}: {what}\n{self.log_text()[-LOG_SHOWN:]}")

    def wait_ready_line(self):
        wait_until(lambda: self.lines or self.process.poll() is not None, f"ready line of {self.arguments[0]}")
        if not self.lines:
            self.fail(f"ended with {self.process.wait()} before it was ready")
        self.ready = json.loads(self.lines[0])
        return self

    @property
    def http(self):
        return (self.ready.get("http") or self.ready["base_url"]).removeprefix("http://").removesuffix("/v1")

    def stats(self):
        status, _, body = fetch(self.http, "/jsonstats")
        assert status == 200
        return json.loads(body)

    def peers(self):
        return json.loads(fetch(self.http, "/cocoon/peers")[2])

    def wait_http_ready(self, timeout=WAIT):
        try:
            wait_until(lambda: fetch(self.http, "/readyz")[0] == 200, "/readyz", timeout)
        except AssertionError as error:
            self.fail(error)
        return self

    def alive(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def stop(self, timeout=40):
        """SIGTERM; the exit code."""
        if self.alive():
            self.signal(signal.SIGTERM)
        return self.process.wait(timeout)


class Network:
    """Starts roles in `folder`. Options given to a role replace those that tests usually want."""

    def __init__(self, folder, policy="legacy_test"):
        self.folder = pathlib.Path(folder)
        self.policy = policy
        self.processes = []
        self.config = self.folder / "network.json"
        self.config.write_text(CONFIG.read_text())

    def _write(self, name, options, tables=""):
        path = self.folder / f"{name}.toml"
        path.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in options.items()) + tables)
        return str(path)

    def _common(self, name, owner):
        options = {"network": str(self.config), "owner": owner, "policy": self.policy}
        if self.policy == "development":
            options["simulated_root_file"] = str(self.folder / "simulated-root.key")
        return options

    def _start(self, name, command, options, tables=""):
        process = Process([*command, "--config", self._write(name, options, tables), "--json"],
                          self.folder / f"{name}.log")
        process.options = options
        self.processes.append(process)
        return process.wait_ready_line()

    def proxy(self, name="proxy", **options):
        ports = {key: f"127.0.0.1:{free_port()}" for key in
                 ("workers_listen", "clients_listen", "workers_router_listen", "clients_router_listen", "http_listen")}
        return self._start(name, [binary("cocoon-proxy-dev")], {
            **self._common(name, PROXY_OWNER), **ports, "signing_key_file": str(self.folder / "proxy.key"),
            "database": str(self.folder / "proxy.db"), "open_to_unknown_clients": True,
            "check_worker_hashes": False, "check_model_hashes": False, "pow_difficulty": 4, **options})

    def proxy_for_client(self, credit="10ton", **options):
        """A proxy that knows the client of this folder by its secret, and nobody else. That secret depends on the
        proxy's contract, which the proxy tells when it starts: so it starts twice."""
        secret = self.folder / "client.secret"
        if not secret.exists():
            secret.write_text(os.urandom(32).hex() + "\n")
            secret.chmod(0o600)
        first = self.proxy(**options)
        assert first.stop() == 0
        self.processes.remove(first)
        key = hmac.digest(bytes.fromhex(secret.read_text().strip()), raw_address(first.ready["contract"]), "sha256")
        clients = [f"{CLIENT_OWNER} {hashlib.sha256(key).hexdigest()} {credit}"]
        return self.proxy(**{**first.options, "clients": clients, "open_to_unknown_clients": False, **options})

    def worker(self, engine, proxies, name="worker", tables="", **options):
        """`tables`: [[engine]] tables as text, instead of one engine."""
        one = {} if tables else {"engine": engine, "model": "e2e-model"}
        return self._start(name, [binary("cocoon-worker-dev")], {
            **self._common(name, WORKER_OWNER), **one, "proxies": proxies,
            "check_proxy_hashes": False, "http_listen": f"127.0.0.1:{free_port()}", **options}, tables)

    def client(self, proxies, name="client", **options):
        return self._start(name, [binary("cocoon"), "client"], {
            **self._common(name, CLIENT_OWNER), "proxies": proxies, "check_proxy_hashes": False,
            "master_secret_file": str(self.folder / "client.secret"), "listen": f"127.0.0.1:{free_port()}", **options})

    def stop(self):
        """Kills what still runs; in reverse order, so that logs end where they should."""
        for process in reversed(self.processes):
            if process.alive():
                process.kill()

    def logs(self):
        return "\n".join(f"--- {path.name}\n{path.read_text(errors='replace')[-LOG_SHOWN:]}"
                         for path in sorted(self.folder.glob("*.log")))


def port_of(process, option):
    """The number of a port that the role was told to listen on."""
    return int(process.options[option].rpartition(":")[2])


def wait_workers(proxy, count=1, model="e2e-model"):
    """Until the proxy has so many workers that it would give work to."""
    def enabled():
        rows = proxy.stats()["worker_connections"]
        return sum(row["enabled"] and row["model"].partition("@")[0] == model for row in rows) == count
    wait_until(enabled, f"{count} enabled workers at the proxy")


def books(proxy):
    """(charged to clients, earned by workers, commission, reserved) in nanotons."""
    stats = proxy.stats()
    return (sum(row["charged_nanotons"] for row in stats["clients"]),
            sum(row["earned_nanotons"] for row in stats["workers"]), stats["commission_nanotons"],
            sum(row["reserved_nanotons"] for row in stats["clients"]))


def assert_balanced(proxy):
    """Nothing reserved any more, and what clients paid is what workers and proxy have."""
    wait_until(lambda: books(proxy)[3] == 0, "open reservations to end")
    charged, earned, commission, _ = books(proxy)
    assert charged == earned + commission
    return charged
