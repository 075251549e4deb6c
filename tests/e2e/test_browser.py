"""A chat page in a real browser (Chromium, headless): the OpenAI SDK for JavaScript, a gateway of another origin, and
what the gateway lets pages do."""

import functools
import http.server
import pathlib
import shutil
import subprocess
import threading
import urllib.parse

import pytest

from caller import HERE
from engine import Behaviour
from house import House
from test_keys import Guarded

PAGES = {"/chat.html": HERE / "page" / "chat.html"}
SDK = HERE / "node_modules" / "openai"


class Pages(http.server.SimpleHTTPRequestHandler):
    """The page, and the SDK under /openai/."""

    extensions_map = {".mjs": "text/javascript", ".html": "text/html"}

    def translate_path(self, path):
        path = urllib.parse.urlsplit(path).path
        if path in PAGES:
            return str(PAGES[path])
        inside = pathlib.PurePosixPath(path).parts
        if inside[:2] == ("/", "openai") and ".." not in inside:
            return str(SDK.joinpath(*inside[2:]))
        return "/nonexistent"

    def log_message(self, *_):
        pass


@pytest.fixture
def origin():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture
def page(tmp_path, origin):
    """Opens the chat page and answers with the document as it is when nothing is going on any more."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("needs chromium (./dev setup)")

    def show(gateway, key):
        query = urllib.parse.urlencode({"gateway": f"http://{gateway.http}/v1", "key": key})
        done = subprocess.run([chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                               f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000", "--dump-dom",
                               f"{origin}/chat.html?{query}"], capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout
    return show


@pytest.fixture
def guarded(tmp_path):
    guarded = Guarded(tmp_path)
    yield guarded
    guarded.stop()


def test_a_page_that_is_allowed_chats(guarded, page, origin):
    alice = guarded.new("alice")
    guarded.house.engine.behaviour = Behaviour(text="words for a page")
    client = guarded.start(cors_origins=[origin])
    document = page(client, alice)
    assert '<pre id="outcome">done, 4 tokens, cost true</pre>' in document, document[-1500:]
    assert [word for word in ("words ", "for ", "a ", "page ") if f"<li>{word}</li>" not in document] == []


def test_a_page_with_a_wrong_key_is_told(guarded, page, origin):
    client = guarded.start(cors_origins=[origin], keys_file=_keys(guarded))
    assert '<pre id="outcome">failed: AuthenticationError 401</pre>' in page(client, "wrong")


def test_a_page_that_is_not_allowed_gets_nothing(tmp_path, page):
    house = House(tmp_path / "house")
    try:
        document = page(house.client, "any")
        assert '<pre id="outcome">failed: APIConnectionError </pre>' in document, document[-1500:]
        assert house.engine.asked == []
    finally:
        house.stop()


def _keys(guarded):
    guarded.new("alice")
    return guarded.file
