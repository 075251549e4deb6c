"""Streams an answer from the first model on offer, then shows what it cost: python3 chat.py [PROMPT]"""

import os
import sys

from openai import OpenAI

client = OpenAI(base_url=os.environ.get("COCOON_URL", "http://127.0.0.1:10000/v1"), api_key="none")
model = client.models.list().data[0].id
prompt = " ".join(sys.argv[1:]) or "Why is the sky blue?"
stream = client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}], stream=True,
                                        stream_options={"include_usage": True})
for chunk in stream:
    for choice in chunk.choices:
        print(choice.delta.content or "", end="", flush=True)
    if chunk.usage:
        print(f"\n{chunk.usage.prompt_tokens} + {chunk.usage.completion_tokens} tokens of {model}: "
              f"{chunk.usage.cost} nanotons")
