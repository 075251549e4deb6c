"""Uploads and media through the gateway, by the OpenAI SDK: transcriptions (a form), images, other paths."""

import io
import json

import openai
import pytest

from engine import MODEL, Behaviour
from network import assert_balanced, fetch


@pytest.fixture
def sdk(house):
    return openai.OpenAI(base_url=house.base_url, api_key="any", max_retries=0)


def test_a_transcription(house, sdk):
    house.engine.behaviour = Behaviour(text="so said the tape")
    sound = io.BytesIO(b"RIFF" + bytes(range(256)) * 1000)
    sound.name = "tape.wav"
    before = assert_balanced(house.proxy)
    answer = sdk.audio.transcriptions.create(model=MODEL, file=sound, language="en",
                                             extra_headers={"X-Cocoon-Timeout": "20"})
    assert answer.text == "so said the tape"
    asked = house.engine.asked[-1]
    assert asked.path == "/v1/audio/transcriptions"
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert sound.getvalue() in asked.body
    assert assert_balanced(house.proxy) > before


def test_an_image(house, sdk):
    answer = sdk.images.generate(model=MODEL, prompt="a cat", n=2, extra_body={"cocoon": {"prefer": "price"}})
    assert [image.b64_json for image in answer.data] == ["aW1hZ2U="] * 2
    assert "cocoon" not in house.engine.asked[-1].json


def test_speech_is_bytes(house, sdk):
    house.engine.behaviour = Behaviour(body=bytes(range(256)) * 600)
    with sdk.audio.speech.with_streaming_response.create(model=MODEL, voice="alloy", input="hello") as answer:
        assert answer.read() == bytes(range(256)) * 600


@pytest.mark.parametrize("path", ["/v1/score", "/v1/classify", "/v1/moderations"])
def test_other_paths_that_infer(house, path):
    house.engine.behaviour = Behaviour(body=b'{"data":[],"usage":{"prompt_tokens":3,"total_tokens":3}}')
    status, _, body = fetch(house.client.http, path, "POST", json.dumps({"model": MODEL, "input": "x"}))
    assert (status, house.engine.asked[-1].path) == (200, path)
    assert json.loads(body)["usage"]["cost"] >= 0


def test_what_is_broken_is_refused_here(house):
    for body, kind in ((b"{}", "application/json"), (b"--x\r\n", "multipart/form-data; boundary=x")):
        status, _, answer = fetch(house.client.http, "/v1/audio/transcriptions", "POST", body, {"Content-Type": kind})
        assert (status, json.loads(answer)["error"]["code"]) == (400, "invalid_request")
    status, _, answer = fetch(house.client.http, "/v1/load_lora_adapter", "POST", json.dumps({"model": MODEL}))
    assert (status, json.loads(answer)["error"]["code"]) == (404, "unknown_url")
    assert house.engine.asked == []
