"""A TON devnet and `cocoon wallet` for tests: the chain as a process that can be paused, killed and moved in time."""

import base64
import json
import os
import pathlib
import signal
import subprocess

from network import BUILD, ROOT, Process, binary, fetch, free_port, wait_until

NODE = ROOT / ".venv" / "bin" / "node"
PROGRAM = ROOT / "devnet" / "src" / "main.ts"
MODULES = ROOT / "devnet" / "node_modules"
TON = 10**9
GLOBAL_ID = -777
PASSWORD = "a password for tests"
COMMAND_SECONDS = 120


class DevnetPage:
    """What a devnet says of itself and does for tests, over HTTP: not by the code that the tests are about."""

    def __init__(self, http_port):
        self.http_port = http_port

    def call(self, path, **parameters):
        body = json.dumps(parameters) if parameters else None
        method = "GET" if path == "/devnet/status" else "POST"
        status, _, answer = fetch(f"127.0.0.1:{self.http_port}", path, method, body or "{}",
                                  {"Content-Type": "application/json"}, timeout=60)
        assert status == 200, f"{path}: {status} {answer}"
        return json.loads(answer)

    def status(self):
        return self.call("/devnet/status")

    @property
    def seqno(self):
        return self.status()["masterchain"]["seqno"]

    def gift(self, address, nanotons=10 * TON):
        return self.call("/devnet/faucet", address=address, amount=str(nanotons))

    def advance(self, seconds):
        return self.call("/devnet/advance", seconds=seconds)

    def blocks(self, count=1):
        return self.call("/devnet/block", count=count)

    def key_block(self, **parameters):
        return self.call("/devnet/keyblock", **(parameters or {"rotate": False}))

    def balance(self, address):
        answer = self.call("/api/v2/jsonRPC", jsonrpc="2.0", id=1, method="getAddressBalance",
                           params={"address": address})
        return int(answer["result"])

    def transactions(self, address, **page):
        """The newest first, up to a hundred."""
        answer = self.call("/api/v2/jsonRPC", jsonrpc="2.0", id=1, method="getTransactions",
                           params={"address": address, "limit": 100, **page})
        return answer["result"]


class Devnet(DevnetPage):
    """A chain in `folder`; its ports stay the same when it is started again."""

    def __init__(self, folder, *options):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        super().__init__(free_port())
        self.lite_port = free_port()
        self.options = options
        self.starts = 0
        self.process = None
        self.start()

    def start(self):
        self.starts += 1
        command = [str(NODE), str(PROGRAM), "--dir", str(self.folder / "chain"), "--lite-port", str(self.lite_port),
                   "--http-port", str(self.http_port), "--json", *self.options]
        self.process = Process(command, self.folder / f"devnet-{self.starts}.log").wait_ready_line()
        return self

    @property
    def config(self):
        """The path of its global configuration file."""
        return pathlib.Path(self.process.ready["config"])

    @property
    def lite_key(self):
        return self.process.ready["lite_key"]

    def pause(self):
        self.process.signal(signal.SIGSTOP)

    def go_on(self):
        self.process.signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()

    def stop(self):
        if self.process.alive():
            self.process.signal(signal.SIGCONT)
            self.process.kill()


def config_with(devnet, path, servers):
    """Writes the chain's configuration with other lite servers, each (port, base64 key); its path."""
    document = json.loads(devnet.config.read_text())
    document["liteservers"] = [{"ip": 2130706433, "port": port, "id": {"@type": "pub.ed25519", "key": key}}
                               for port, key in servers]
    path.write_text(json.dumps(document))
    return path


def cocoon(*arguments, env=None, text=None):
    """A finished run of `cocoon`."""
    return subprocess.run([binary("cocoon"), *map(str, arguments)], capture_output=True, text=True, input=text or "",
                          timeout=COMMAND_SECONDS, env={**os.environ, "NO_COLOR": "1", **(env or {})})


class Wallet:
    """`cocoon wallet` with a file of its own."""

    def __init__(self, folder, name, config=None):
        self.file = pathlib.Path(folder) / name
        self.config = config
        self.made = None

    def run(self, command, *arguments, text=None, password=PASSWORD):
        chain = ["--chain", self.config] if self.config and command in ("show", "send") else []
        return cocoon("wallet", command, *arguments, "--file", self.file, "--json", *chain, text=text,
                      env={"COCOON_WALLET_PASSWORD": password})

    def made_by(self, command, *arguments, text=None):
        done = self.run(command, *arguments, text=text)
        assert done.returncode == 0, done.stderr
        self.made = json.loads(done.stdout)
        return self

    def new(self, *arguments):
        return self.made_by("new", *arguments)

    @property
    def address(self):
        return self.made["address"]

    def show(self):
        done = self.run("show")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def send(self, to, amount, *arguments):
        done = self.run("send", to, amount, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def begin_sending(self, to, amount, *arguments):
        """A run that goes on; its Process."""
        return Sending([binary("cocoon"), "wallet", "send", to, amount, *arguments, "--file", str(self.file), "--chain",
                        str(self.config), "--json"], self.file.with_suffix(".log"))


class Sending(Process):
    """`cocoon wallet send` under way."""

    def __init__(self, arguments, log):
        super().__init__(arguments, log, env={"COCOON_WALLET_PASSWORD": PASSWORD})

    def result(self, timeout=COMMAND_SECONDS):
        code = self.process.wait(timeout)
        wait_until(lambda: not self._reader.is_alive(), "the end of its output")
        assert code == 0, f"{self.lines} {self.log_text()}"
        return json.loads(self.lines[-1])


class Watch(Process):
    """The watcher of one account as a program (tests/interop/ton/watch.cc); `journal` outlives it."""

    def __init__(self, config, address, journal, env=None):
        self.journal = pathlib.Path(journal)
        program = BUILD / "tests" / "interop" / "ton" / "ton_watch"
        assert program.exists(), f"{program} is not built"
        super().__init__([str(program), str(config), address, str(self.journal)], self.journal.with_suffix(".log"),
                         env=env)

    def events(self, kind=None):
        found = [json.loads(line) for line in list(self.lines)]
        return [event for event in found if kind in (None, event["event"])]

    def drops(self, server=None):
        """Reasons for which servers (or this one) were dropped."""
        return [event["reason"] for event in self.events("dropped") if server in (None, event["server"])]

    def recorded(self):
        """(lt, hash, value) of each transaction in the journal."""
        if not self.journal.exists():
            return []
        lines = self.journal.read_text().splitlines(keepends=True)
        rows = [line.split() for line in lines if line.endswith("\n")]
        return [(int(lt), digest, int(value)) for lt, digest, value in rows]

    def wait(self, holds, what, timeout=60):
        try:
            return wait_until(holds, what, timeout)
        except AssertionError:
            self.fail(f"{what}: {self.lines[:8]} ... {self.lines[-12:]}")


def history(devnet, address):
    """(lt, hash, value) of the account's transactions, oldest first, by the HTTP API."""
    rows = page = devnet.transactions(address)
    while len(page) > 1:  # Each page begins with the transaction that it is asked from.
        last = rows[-1]["transaction_id"]
        page = devnet.transactions(address, lt=last["lt"], hash=last["hash"])
        rows = rows + page[1:]
    return [(int(row["transaction_id"]["lt"]), base64.b64decode(row["transaction_id"]["hash"]).hex(),
             int(row["in_msg"]["value"])) for row in reversed(rows)]


def received(devnet, address):
    """Nanotons in all messages to the account. Its balance may be less: the chain takes rent."""
    return sum(value for _, _, value in history(devnet, address))
