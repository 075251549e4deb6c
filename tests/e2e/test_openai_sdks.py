"""What people use: OpenAI's SDKs for Python and JavaScript and curl, against the gateway of a whole network."""

import json
import subprocess
import threading

import openai
import pytest

from caller import run_node
from engine import MODEL, Behaviour
from network import assert_balanced, fetch, wait_until

MESSAGES = [{"role": "user", "content": "Why is the sky blue?"}]
WORDS = ["one ", "two ", "three ", "four ", "five "]
TOOL = {"type": "function", "function": {"name": "weather", "description": "Вчера – heute",
                                         "parameters": {"type": "object", "properties": {"where": {"type": "string"}},
                                                        "required": ["where"]}}}


@pytest.fixture
def sdk(house):
    with openai.OpenAI(base_url=house.base_url, api_key="none", max_retries=0, timeout=20) as client:
        yield client


def spent(house):
    return house.client.stats()["stats"]["spent_nanotons"]


def test_whole_answer_with_usage_and_cost(house, sdk):
    before, charged = spent(house), assert_balanced(house.proxy)
    answer = sdk.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert answer.choices[0].message.content == Behaviour().text
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (20, 5)
    assert answer.usage.cost == spent(house) - before == assert_balanced(house.proxy) - charged > 0


def test_streams_with_usage_and_cost(house, sdk):
    before = spent(house)
    chunks = list(sdk.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True,
                                              stream_options={"include_usage": True}))
    assert [one.choices[0].delta.content for one in chunks if one.choices and one.choices[0].delta.content] == WORDS
    assert chunks[-1].usage.completion_tokens == 5
    assert chunks[-1].usage.cost == spent(house) - before > 0


def test_a_stream_is_metered_when_the_caller_asks_for_no_usage(house, sdk):
    """The network adds include_usage on its way to the engine; the caller sees no usage that it did not ask for."""
    before = spent(house)
    chunks = list(sdk.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True))
    assert "".join(one.choices[0].delta.content or "" for one in chunks if one.choices) == "".join(WORDS)
    assert house.engine.asked[-1].json["stream_options"]["include_usage"] is True
    assert spent(house) > before


def test_embeddings(house, sdk):
    before, charged = spent(house), assert_balanced(house.proxy)
    answer = sdk.embeddings.create(model=MODEL, input=["a", "four"], encoding_format="float")
    assert [one.embedding for one in answer.data] == [[0.5, 1.0], [0.5, 4.0]]
    assert answer.usage.prompt_tokens == 20
    assert answer.usage.cost == spent(house) - before == assert_balanced(house.proxy) - charged > 0


def test_responses(house, sdk):
    before = spent(house)
    answer = sdk.responses.create(model=MODEL, input="Why is the sky blue?")
    assert answer.output_text == Behaviour().text
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (20, 5)
    assert answer.usage.cost == spent(house) - before > 0


def test_responses_stream(house, sdk):
    before = spent(house)
    events = list(sdk.responses.create(model=MODEL, input="Why is the sky blue?", stream=True))
    assert [one.delta for one in events if one.type == "response.output_text.delta"] == WORDS
    assert events[-1].type == "response.completed"
    assert events[-1].response.usage.cost == spent(house) - before > 0


def test_rerank(house):
    before = spent(house)
    body = json.dumps({"model": MODEL, "query": "q", "documents": ["a", "b"]})
    status, _, answer = fetch(house.client.http, "/v1/rerank", "POST", body, {"Content-Type": "application/json"})
    assert status == 200
    said = json.loads(answer)
    assert [one["document"]["text"] for one in said["results"]] == ["a", "b"]
    assert said["usage"]["cost"] == spent(house) - before > 0, "a total is counted as what was read"


def test_completions(house, sdk):
    assert sdk.completions.create(model=MODEL, prompt="Once").choices[0].text == Behaviour().text
    chunks = list(sdk.completions.create(model=MODEL, prompt="Once", stream=True))
    assert "".join(one.choices[0].text for one in chunks if one.choices) == "".join(WORDS)
    assert house.engine.asked[-1].path == "/v1/completions"


def test_cached_and_reasoning_tokens_are_priced_apart(house, sdk):
    house.engine.behaviour = Behaviour(prompt_tokens=1000, cached_tokens=900, reasoning_tokens=2)
    cheap = sdk.chat.completions.create(model=MODEL, messages=MESSAGES).usage
    assert cheap.prompt_tokens_details.cached_tokens == 900
    assert cheap.completion_tokens_details.reasoning_tokens == 2
    assert cheap.cost > 0
    assert_balanced(house.proxy)


def test_models(sdk):
    models = list(sdk.models.list())
    assert [one.id for one in models] == [MODEL]


def test_an_unknown_model_names_close_ones(sdk):
    with pytest.raises(openai.NotFoundError, match=MODEL) as refused:
        sdk.chat.completions.create(model="e2e-modle", messages=MESSAGES)
    assert refused.value.code == "model_not_found"


def test_bad_requests(house, sdk):
    with pytest.raises(openai.BadRequestError) as refused:
        sdk.chat.completions.create(model="", messages=MESSAGES)
    assert refused.value.code in ("missing_model", "invalid_request")
    for body, code in ((b"{", "invalid_json"), (b"", "invalid_json"), (b"[]", "invalid_request"),
                       (b"{}", "missing_model"), (b'{"model":7}', "invalid_request")):
        status, _, answer = fetch(house.client.http, "/v1/chat/completions", "POST", body,
                                  {"Content-Type": "application/json"})
        assert (status, json.loads(answer)["error"]["code"]) == (400, code), body
    assert house.engine.asked == []
    assert fetch(house.client.http, "/v1/nothing")[0] == 404
    assert fetch(house.client.http, "/v1/chat/completions")[0] == 405


def test_tools_and_response_format_pass_unchanged(house, sdk):
    wanted = {"type": "json_schema", "json_schema": {"name": "sky", "schema": {"type": "object"}, "strict": True}}
    sdk.chat.completions.create(model=MODEL, messages=MESSAGES, tools=[TOOL], tool_choice="auto",
                                response_format=wanted, temperature=0.25, extra_body={"unheard_of": [1, None, 2.50]})
    asked = house.engine.asked[-1].json
    assert asked["tools"] == [TOOL]
    assert asked["response_format"] == wanted
    assert asked["unheard_of"] == [1, None, 2.5]


def test_the_bytes_of_a_request_pass_unchanged(house):
    """Spaces, number forms, escapes and unknown members: as the caller wrote them."""
    body = ('{ "model" : "%s",\n\t"messages":[{"role":"user","content":"\\u00e4\\n\u20ac"}],"temperature":2.50e-1,'
            '"max_tokens":007e0 }' % MODEL).replace("007e0", "7").encode()
    status, headers, _ = fetch(house.client.http, "/v1/chat/completions", "POST", body,
                               {"Content-Type": "application/json"})
    assert status == 200
    assert house.engine.asked[-1].body == body
    assert len(headers["X-Cocoon-Request-Id"]) == 64
    assert headers["X-Cocoon-Proxy-Tier"].startswith("T0")
    assert (headers["X-Cocoon-Sealed"], headers["X-Cocoon-Settled"]) == ("no", "no")


def test_a_status_of_the_engine_reaches_the_caller(house, sdk):
    house.engine.behaviour = Behaviour(status=400)
    with pytest.raises(openai.BadRequestError, match="the engine says no"):
        sdk.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert_balanced(house.proxy)


def test_many_at_once(house, sdk):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(
        sdk.chat.completions.create(model=MODEL, messages=MESSAGES).choices[0].message.content)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers == [Behaviour().text] * 12
    assert_balanced(house.proxy)


def test_javascript(house):
    said = run_node("openai_js.mjs", house.base_url, MODEL)
    assert said["whole"]["text"] == Behaviour().text
    assert said["whole"]["usage"]["cost"] > 0
    assert said["streamed"]["words"] == WORDS
    assert said["streamed"]["usage"]["cost"] > 0
    assert said["models"] == [MODEL]
    assert said["unknown"]["status"] == 404 and MODEL in said["unknown"]["message"]


def test_curl_sees_each_event_when_the_engine_sends_it(house):
    house.engine.behaviour = Behaviour(before_gate=1)
    body = json.dumps({"model": MODEL, "messages": MESSAGES, "stream": True})
    curl = subprocess.Popen(["curl", "-sN", "--max-time", "30", "-H", "Content-Type: application/json", "-d", body,
                             f"{house.base_url}/chat/completions"], stdout=subprocess.PIPE)
    try:
        first = curl.stdout.readline()
        assert json.loads(first.removeprefix(b"data: "))["choices"][0]["delta"]["content"] == "one "
        assert house.engine.sent_words == 1
        house.engine.gate.set()
        rest = curl.stdout.read()
        assert rest.endswith(b"data: [DONE]\n\n")
        assert curl.wait(10) == 0
    finally:
        curl.kill()


def test_a_caller_who_hangs_up_stops_the_engine_and_pays_what_was_made(house, sdk):
    before = house.worker.stats()["stats"]
    house.engine.behaviour = Behaviour(before_gate=1)
    broken_off = house.engine.broken_off
    stream = sdk.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
    next(iter(stream))
    stream.close()
    wait_until(lambda: house.client.stats()["stats"]["abandoned"] > 0, "the gateway to see it")
    wait_until(lambda: house.engine.broken_off > broken_off, "the engine to be left, its gate still closed")
    wait_until(lambda: house.proxy.stats()["stats"]["running"] == 0, "the request to end")
    after = house.worker.stats()["stats"]
    assert after["cancelled"] == before["cancelled"] + 1
    assert house.engine.sent_words == 1
    assert_balanced(house.proxy)
