"""Token numbers as they travel: price-adjusted, by the double arithmetic that the network uses."""

from . import tl

KINDS = ("prompt", "cached", "completion", "reasoning")


def adjust(count, coefficient, multiplier=10_000):
    return int(float(count) * (float(coefficient) * 0.001) * float(multiplier) * 0.0001)


def used(prompt=0, cached=0, completion=0, reasoning=0, total=None):
    """A tokensUsed; the total is the sum unless it is to be a lie."""
    values = (prompt, cached, completion, reasoning)
    return tl.Object("tokensUsed", **dict(zip(KINDS, values)), total=sum(values) if total is None else total)


def from_usage(usage, coefficient, multipliers=(10_000,) * 4):
    """From an engine's usage object."""
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    reasoning = (usage.get("completion_tokens_details") or {}).get("reasoning_tokens", usage.get("reasoning_tokens", 0))
    counts = (usage.get("prompt_tokens", 0) - cached, cached, usage.get("completion_tokens", 0) - reasoning, reasoning)
    return used(*(adjust(count, coefficient, one) for count, one in zip(counts, multipliers)))


NONE = used()
