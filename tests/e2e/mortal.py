"""A network on a devnet of its own whose programs can be killed at any moment and started again at once: `cocoon up` makes
it, then each of its programs runs as a child of the test. And callers who ask it all the time and keep the receipts."""

import contextlib
import http.client
import json
import pathlib
import sqlite3
import threading
import tomllib

from chain import DevnetPage
from engine import MODEL
from network import Process, fetch, wait_until
from test_up import Up

CONTROL = {"X-Cocoon-Control": "1"}
CALL_SECONDS = 10
ANSWERS_SECONDS = 60
MOST_TOKENS = 1000


class Mortal:
    """One program of the network: killed and started again, with the same files and ports."""

    def __init__(self, name, command, log):
        self.name, self.command, self.log = name, command, log
        self.process = None

    def start(self):
        self.process = Process(self.command, self.log)

    def kill(self):
        """SIGKILL. Who has ended on its own account is a failure of its own."""
        if not self.process.alive():
            self.process.fail(f"{self.name} ended by itself with {self.process.process.poll()}")
        self.process.kill()


class MortalNetwork:
    """Client, proxy, worker and devnet of a network in `folder`, around an engine."""

    ORDER = ("chain", "proxy", "worker-1", "client")

    def __init__(self, folder, engine, **options):
        """`options`: more of them for a role's configuration file, by role."""
        up = Up(folder, "--engine", engine.url).wait_ready()
        self.folder = folder / "up"
        commands = {name: pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
                    for name, pid in up.ready["pids"].items()}
        assert up.interrupt() == 0
        for role, added in options.items():
            with open(self.folder / f"{role}.toml", "a") as file:
                file.writelines(f"{key} = {json.dumps(value)}\n" for key, value in added.items())
        self.mortals = {name: Mortal(name, commands[name], folder / f"{name}.log") for name in self.ORDER}
        words = commands["chain"]
        self.devnet = DevnetPage(int(words[words.index("--http-port") + 1]))
        for mortal in self.mortals.values():
            mortal.start()

    def stop(self):
        for mortal in self.mortals.values():
            if mortal.process.alive():
                mortal.process.kill()

    def logs(self):
        return "\n".join(f"--- {mortal.log}\n{mortal.process.log_text()[-6000:]}" for mortal in self.mortals.values())

    def options(self, role):
        return tomllib.loads((self.folder / f"{role}.toml").read_text())

    def address(self, role):
        return self.options(role)["listen" if role == "client" else "http_listen"]

    def page(self, role):
        """What the program itself says."""
        return json.loads(fetch(self.address(role), "/jsonstats", timeout=5)[2])

    def settlement(self):
        return self.page("proxy")["settlement"]

    def settle(self):
        """Asks for a settlement of whatever there is; whether the proxy heard it."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return fetch(self.address("proxy"), "/control/settle", "POST", headers=CONTROL, timeout=5)[0] == 200
        return False

    def channel(self):
        """The client's contract as the chain proves it to the client; None while it knows none."""
        channels = [one for one in self.page("client")["channels"] if "balance" in one]
        return channels[0] if channels else None

    def accounts(self):
        """The proxy's accounts as they lie on its disk."""
        with contextlib.closing(sqlite3.connect(f"file:{self.folder}/proxy.db?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute("SELECT * FROM accounts")]


class Callers:
    """Threads that ask until told to stop, whole answers and streams in turn. Each call ends with a receipt, or without."""

    def __init__(self, network, count=3):
        self.network, self.count = network, count
        self.receipts = []  # nanotons of each answer whose cost was told
        self.calls = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on, args=(i,), daemon=True) for i in range(count)]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * CALL_SECONDS)
            assert not thread.is_alive(), "a caller hangs"

    def wait_for_more(self, count):
        """Until so many more answers have come."""
        wanted = len(self.receipts) + count
        wait_until(lambda: len(self.receipts) >= wanted, f"{count} answers", ANSWERS_SECONDS)

    def _ask_on(self, number):
        while not self._stop.is_set():
            number += 1
            cost = None
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                cost = self._ask(number % 2 == 0)
            self.calls += 1
            if cost is None:
                self._stop.wait(0.05)  # nobody is there
            else:
                self.receipts.append(cost)

    def _ask(self, streamed):
        body = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}], "max_tokens": MOST_TOKENS,
                "stream": streamed}
        if streamed:
            body["stream_options"] = {"include_usage": True}
        status, _, answer = fetch(self.network.address("client"), "/v1/chat/completions", "POST", json.dumps(body),
                                  {"Content-Type": "application/json"}, timeout=CALL_SECONDS)
        if status != 200:
            return None
        if not streamed:
            return json.loads(answer)["usage"]["cost"]
        for line in answer.decode().splitlines():
            usage = json.loads(line[6:]).get("usage") if line.startswith("data: {") else None
            if usage:
                return usage.get("cost")
        return None
