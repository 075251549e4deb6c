"""Answers in the shapes that vLLM, SGLang and llama.cpp document for their streams: every member passes, the SDK reads
them, and billed is what they report. Shapes: vLLM's OpenAI-compatible server and reasoning outputs pages, SGLang's OpenAI
API pages, llama.cpp's tools/server README."""

import json

import openai
import pytest

from caller import Call
from engine import MODEL, Behaviour
from network import assert_balanced


def chunk(delta, finish=None, usage=False, **members):
    value = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL,
             "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish, **members}]}
    return {**value, "usage": usage} if usage is not False else value


def usage_chunk(prompt, completion, **details):
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [],
            "usage": {"prompt_tokens": prompt, "total_tokens": prompt + completion, "completion_tokens": completion,
                      **details}}


def tool_call(index, name=None, arguments="", identity=None):
    call = {"index": index, "function": {"arguments": arguments}}
    if name:
        call = {"id": identity, "type": "function", "index": index, "function": {"name": name, "arguments": arguments}}
    return {"tool_calls": [call]}


LOGPROBS = {"content": [{"token": "Hi", "logprob": -0.01, "bytes": [72, 105],
                         "top_logprobs": [{"token": "Hi", "logprob": -0.01, "bytes": [72, 105]}]}]}

# name: (events, prompt tokens, completion tokens)
SHAPES = {
    "vLLM": ([chunk({"role": "assistant", "content": ""}), chunk({"content": "Hel"}), chunk({"content": "lo"}),
              chunk({"content": ""}, "stop", stop_reason=None), usage_chunk(9, 3)], 9, 3),
    "vLLM with usage in every event": (
        [chunk({"role": "assistant", "content": ""}, usage={"prompt_tokens": 9, "total_tokens": 9, "completion_tokens": 0}),
         chunk({"content": "Hello"}, usage={"prompt_tokens": 9, "total_tokens": 10, "completion_tokens": 1}),
         chunk({"content": "!"}, "stop", usage={"prompt_tokens": 9, "total_tokens": 11, "completion_tokens": 2}),
         usage_chunk(9, 2, prompt_tokens_details={"cached_tokens": 8})], 9, 2),
    "vLLM reasoning": ([chunk({"role": "assistant", "content": ""}), chunk({"reasoning_content": "Let me "}),
                        chunk({"reasoning_content": "see."}), chunk({"content": "4"}),
                        chunk({}, "stop", stop_reason=None), usage_chunk(12, 7)], 12, 7),
    "vLLM tool calls": ([chunk({"role": "assistant", "content": ""}),
                         chunk(tool_call(0, "weather", "", "chatcmpl-tool-1")), chunk(tool_call(0, arguments='{"city":')),
                         chunk(tool_call(0, arguments=' "Rome"}')), chunk({"content": ""}, "tool_calls"),
                         usage_chunk(20, 9)], 20, 9),
    "vLLM logprobs": ([chunk({"role": "assistant", "content": ""}), chunk({"content": "Hi"}, logprobs=LOGPROBS),
                       chunk({"content": ""}, "stop"), usage_chunk(5, 1)], 5, 1),
    "SGLang": ([chunk({"role": "assistant", "content": "", "reasoning_content": None, "tool_calls": None}, matched_stop=None,
                      usage=None),
                chunk({"role": None, "content": "Hello", "reasoning_content": None, "tool_calls": None}, matched_stop=None,
                      usage=None),
                chunk({"role": None, "content": None, "reasoning_content": None, "tool_calls": None}, "stop",
                      matched_stop=151645, usage=None),
                usage_chunk(10, 2, prompt_tokens_details=None, reasoning_tokens=0)], 10, 2),
    "SGLang reasoning": ([chunk({"role": "assistant", "content": None, "reasoning_content": "Hmm"}, usage=None),
                          chunk({"content": "4", "reasoning_content": None}, "stop", matched_stop=2, usage=None),
                          usage_chunk(10, 4, prompt_tokens_details={"cached_tokens": 4}, reasoning_tokens=3)], 10, 4),
    "llama.cpp": ([chunk({"role": "assistant", "content": None}), chunk({"content": "Hello"}), chunk({}, "stop"),
                   {**usage_chunk(8, 1), "timings": {"prompt_n": 8, "predicted_n": 1, "predicted_per_second": 80.5}}], 8, 1),
}


def pieces(events):
    return [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events] + [b"data: [DONE]\n\n"]


def billed(house):
    tokens = house.proxy.stats()["clients"]
    return sum(row["used_tokens"] for row in tokens)


@pytest.mark.parametrize("name", SHAPES)
def test_every_member_passes_and_usage_is_billed(house, name):
    events, prompt, completion = SHAPES[name]
    before = billed(house)
    house.engine.behaviour = Behaviour(pieces=pieces(events))
    call = Call(house.client, stream=True)
    got = [line.removeprefix(b"data: ") for line in call.rest().split(b"\n") if line]
    assert got.pop() == b"[DONE]"
    got = [json.loads(event) for event in got]
    cost = got[-1]["usage"].pop("cost")
    got[-1]["usage"].pop("cost_currency")
    assert got == events
    assert_balanced(house.proxy)
    assert billed(house) - before == prompt + completion
    assert cost > 0
    assert house.worker.stats()["stats"]["doubtful_usage"] == 0


def test_the_sdk_reads_reasoning_tools_and_logprobs(house):
    sdk = openai.OpenAI(base_url=house.base_url, api_key="any", max_retries=0)

    def deltas(name):
        house.engine.behaviour = Behaviour(pieces=pieces(SHAPES[name][0]))
        stream = sdk.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "x"}], stream=True)
        return [event.choices[0] for event in stream if event.choices]
    thoughts = [getattr(choice.delta, "reasoning_content", None) for choice in deltas("vLLM reasoning")]
    assert "".join(thought or "" for thought in thoughts) == "Let me see."
    calls = [choice.delta.tool_calls[0] for choice in deltas("vLLM tool calls") if choice.delta.tool_calls]
    assert calls[0].function.name == "weather"
    assert json.loads("".join(call.function.arguments for call in calls)) == {"city": "Rome"}
    logprobs = [choice.logprobs for choice in deltas("vLLM logprobs") if choice.logprobs]
    assert logprobs[0].content[0].top_logprobs[0].bytes == [72, 105]
