"""Clients that people build on, against the gateway of a whole network: LangChain, Vercel's AI SDK, and the `llm` command."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from caller import run_node
from engine import MODEL, Behaviour
from network import assert_balanced

PROMPT = "Why is the sky blue?"
WORDS = ["one ", "two ", "three ", "four ", "five "]


@pytest.fixture
def langchain(house):
    return ChatOpenAI(model=MODEL, base_url=house.base_url, api_key="none", max_retries=0, timeout=20, stream_usage=True)


def test_langchain_invokes(house, langchain):
    charged = assert_balanced(house.proxy)
    answer = langchain.invoke(PROMPT)
    assert answer.content == Behaviour().text
    assert answer.usage_metadata["input_tokens"] == 20
    assert answer.usage_metadata["output_tokens"] == 5
    assert assert_balanced(house.proxy) > charged


def test_langchain_streams(langchain):
    chunks = list(langchain.stream(PROMPT))
    assert [chunk.content for chunk in chunks if chunk.content] == WORDS
    usages = [chunk.usage_metadata for chunk in chunks if chunk.usage_metadata]
    assert usages[-1]["output_tokens"] == 5


def test_langchain_binds_tools(house, langchain):
    @tool
    def weather(where: str) -> str:
        """Tells the weather."""
        return where

    langchain.bind_tools([weather]).invoke(PROMPT)
    asked = house.engine.asked[-1].json
    assert asked["tools"][0]["function"]["name"] == "weather"


def test_vercels_ai_sdk(house):
    seen = run_node("ai_sdk.mjs", house.base_url, MODEL)
    assert seen["whole"]["text"] == Behaviour().text
    assert seen["whole"]["usage"]["outputTokens"] == 5
    assert seen["streamed"]["words"] == WORDS
    assert seen["streamed"]["usage"]["inputTokens"] == 20
    assert seen["refused"]["status"] == 404
    assert MODEL in seen["refused"]["message"], "the nearest name"


@pytest.fixture
def llm(house, tmp_path):
    """Runs the `llm` command with the gateway as its only provider."""
    (tmp_path / "extra-openai-models.yaml").write_text(json.dumps([{  # JSON is YAML
        "model_id": "cocoon", "model_name": MODEL, "api_base": house.base_url, "api_key_name": "none"}]))

    def run(*words, stdin=""):
        return subprocess.run([pathlib.Path(sys.executable).parent / "llm", *words], input=stdin, capture_output=True,
                              text=True, timeout=60, check=False,
                              env={**os.environ, "LLM_USER_PATH": str(tmp_path), "OPENAI_API_KEY": "none"})

    return run


@pytest.mark.parametrize("mode", [[], ["--no-stream"]])
def test_the_llm_command(house, llm, mode):
    done = llm("-m", "cocoon", "--no-log", *mode, PROMPT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == Behaviour().text
    assert bool(house.engine.asked[-1].json.get("stream")) == (not mode)


def test_the_llm_command_shows_why_it_was_refused(house, llm):
    house.engine.behaviour = Behaviour(status=400)
    done = llm("-m", "cocoon", "--no-log", PROMPT)
    assert done.returncode != 0
    assert "the engine says no" in done.stderr
