"""What bench/run measures: ways to get from a local HTTP port to the instant backend, each a small class that starts
its processes, says on which port to ask, and stops only what it started.

Each chain offers: name, start(backend_port, folder), port, pids() (every process of it, children too), stop()."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time

START_SECONDS = 60
# Requests at once that the worker takes: the engine is instant, so the workloads decide.
WORKER_SLOTS = 2048
STOP_SECONDS = 10


class ChainError(Exception):
    """A chain could not be started; the text says why and what to try."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, what):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ChainError(f"{what} ended with status {process.returncode} before it listened")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise ChainError(f"{what} did not listen on port {port} within {START_SECONDS} s")


def stop_process(process):
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def descendants(root):
    """The process and all its children, by /proc."""
    children = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def first_json_line(process, what, accept):
    """The first JSON object on the process's standard output for which accept() holds."""
    deadline = time.monotonic() + START_SECONDS
    buffer = b""
    while time.monotonic() < deadline:
        readable, _, _ = select.select([process.stdout], [], [], 0.2)
        if readable:
            data = os.read(process.stdout.fileno(), 65536)
            if not data:
                raise ChainError(f"{what} ended before it was ready")
            buffer += data
            *lines, buffer = buffer.split(b"\n")
            for line in lines:
                try:
                    value = json.loads(line)
                except ValueError:
                    continue
                if isinstance(value, dict) and accept(value):
                    return value
        elif process.poll() is not None:
            raise ChainError(f"{what} ended with status {process.returncode} before it was ready")
    raise ChainError(f"{what} was not ready within {START_SECONDS} s")


class Backend:
    """The instant engine; also a chain of its own: nothing in between."""

    name = "backend"

    def __init__(self, binary):
        self.binary = binary
        self.process = None
        self.port = 0

    def start(self, _backend_port=None, _folder=None):
        self.process = subprocess.Popen([self.binary], stdout=subprocess.PIPE)
        self.port = first_json_line(self.process, "bench_backend", lambda v: "port" in v)["port"]

    def pids(self):
        return [self.process.pid]

    def stop(self):
        if self.process:
            stop_process(self.process)


class HaproxyChain:
    """Three HAProxy processes with mutual TLS 1.3 between them, the same number of hops as a Cocoon network has:
    HTTP -> [client] -TLS-> [proxy] -TLS-> [worker] -> HTTP. No metering."""

    name = "haproxy"

    def __init__(self, threads):
        self.threads = threads
        self.processes = []
        self.port = 0

    @staticmethod
    def available():
        return shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def start(self, backend_port, folder):
        binary = self.available()
        if not binary:
            raise ChainError("haproxy is not installed: apt-get install haproxy")
        make_certificates(folder)
        ports = [free_port() for _ in range(3)]
        plain, tls = "", " ssl crt {0}/peer.pem ca-file {0}/ca.pem verify required".format(folder)
        hops = [
            ("client", ports[0], plain, ports[1], tls),
            ("proxy", ports[1], tls, ports[2], tls),
            ("worker", ports[2], tls, backend_port, plain),
        ]
        for name, port, bind_options, next_port, server_options in reversed(hops):
            path = os.path.join(folder, f"haproxy-{name}.cfg")
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.config(port, bind_options, next_port, server_options))
            process = subprocess.Popen([binary, "-db", "-q", "-f", path])
            self.processes.append(process)
            wait_for_port(port, process, f"haproxy ({name})")
        self.port = ports[0]

    def config(self, port, bind_options, next_port, server_options):
        host = " sni str(cocoon-bench) verifyhost cocoon-bench" if server_options else ""
        return f"""global
  nbthread {self.threads}
  maxconn 4000
  ssl-default-bind-options ssl-min-ver TLSv1.3
  ssl-default-server-options ssl-min-ver TLSv1.3
defaults
  mode http
  timeout connect 5s
  timeout client 120s
  timeout server 120s
  option http-keep-alive
  option http-no-delay
  http-reuse always
frontend in
  bind 127.0.0.1:{port}{bind_options}
  default_backend out
backend out
  server next 127.0.0.1:{next_port}{server_options}{host} pool-max-conn -1
"""

    def pids(self):
        return [process.pid for process in self.processes]

    def stop(self):
        for process in self.processes:
            stop_process(process)
        self.processes = []


def make_certificates(folder):
    """A certificate authority and one peer certificate, Ed25519, into folder/ca.pem and folder/peer.pem."""

    def openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ChainError(f"openssl {arguments[0]}: {done.stderr.strip()}")

    with open(os.path.join(folder, "extensions"), "w", encoding="ascii") as file:
        file.write("subjectAltName=DNS:cocoon-bench\n")
    openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=cocoon bench authority")
    openssl("req", "-newkey", "ed25519", "-nodes", "-keyout", "peer.key", "-out", "peer.csr",
            "-subj", "/CN=cocoon-bench")
    openssl("x509", "-req", "-in", "peer.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "extensions", "-out", "peer.crt")
    with open(os.path.join(folder, "peer.pem"), "w", encoding="ascii") as out:
        for part in ("peer.crt", "peer.key"):
            with open(os.path.join(folder, part), encoding="ascii") as file:
                out.write(file.read())


class CocoonChain:
    """A whole private network started by `cocoon up`: client, proxy and worker with attested TLS (simulated evidence),
    metering and ledger on."""

    name = "cocoon"

    def __init__(self, binary):
        self.binary = binary
        self.process = None
        self.port = 0
        self.ready_seconds = 0.0

    def command(self, backend_port, folder):
        return [self.binary, "up", "--engine", f"http://127.0.0.1:{backend_port}", "--model", "bench",
                "--dir", os.path.join(folder, "network"), "--json"]

    def start(self, backend_port, folder):
        if not os.access(self.binary, os.X_OK):
            raise ChainError(f"{self.binary} is not built: ./dev bench builds it")
        begin = time.monotonic()
        with open(os.path.join(folder, "cocoon.log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.command(backend_port, folder), stdout=subprocess.PIPE, stderr=log,
                                            start_new_session=True,
                                            env={**os.environ, "COCOON_WORKER_MAX_ACTIVE": str(WORKER_SLOTS)})
        ready = first_json_line(self.process, f"cocoon up (log: {folder}/cocoon.log)",
                                lambda value: value.get("event") == "ready")
        self.ready_seconds = time.monotonic() - begin
        self.port = int(ready["base_url"].split("//", 1)[1].split("/", 1)[0].rpartition(":")[2])

    def pids(self):
        return descendants(self.process.pid)

    def stop(self):
        if not self.process:
            return
        stop_process(self.process)
        try:  # whatever it left in its own session
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
