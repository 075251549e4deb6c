"""A caller of the gateway that looks at an answer while it comes."""

import http.client
import json
import pathlib
import shutil
import subprocess

from engine import MODEL

HERE = pathlib.Path(__file__).resolve().parent


def chat(**members):
    return json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "hi"}], **members})


def ask(client, headers=None, **members):
    """(status, parsed answer) of a whole answer."""
    call = Call(client, headers, **members)
    return call.status, json.loads(call.rest())


class Call:
    """One request; its head has been read. Bytes can be read as they come."""

    def __init__(self, client, headers=None, patience=40, **members):
        self.connection = http.client.HTTPConnection(client.http, timeout=patience)
        self.connection.request("POST", "/v1/chat/completions", chat(**members),
                                {"Content-Type": "application/json", **(headers or {})})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def word(self):
        """The next event's word."""
        line = self.answer.readline()
        while line == b"\n":
            line = self.answer.readline()
        return json.loads(line.removeprefix(b"data: "))["choices"][0]["delta"].get("content")

    def rest(self):
        try:
            return self.answer.read()
        finally:
            self.connection.close()

    def error(self):
        """The error object in the rest of a stream."""
        events = [line.removeprefix(b"data: ") for line in self.rest().split(b"\n") if line.startswith(b"data: {")]
        errors = [json.loads(event)["error"] for event in events if b'"error"' in event]
        assert len(errors) == 1, events
        return errors[0]


def run_node(script, *arguments):
    """What a script of this folder printed, parsed."""
    node = shutil.which("node")
    assert node, "node is missing: run ./dev setup, or put .venv/bin on PATH"
    assert (HERE / "node_modules" / "openai").is_dir(), "npm packages are missing: run ./dev setup"
    done = subprocess.run([node, script, *arguments], cwd=HERE, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
