"""Ways to break the rules, by name, for tests that check that a program refuses them and lives on. FRAMES act on any open
Link; CLIENT on an authorised Client; WORKER are handlers for Worker; CERTIFICATES are choices for cert.make; PROOFS
replace the solver of the proof of work."""

import datetime
import math
import os

from . import cert, http_message, tl, tokens


def packet(value):
    return tl.encode(tl.Object("tcp.packet", data=value))


FRAMES = {
    "wrong sequence number": lambda link: link.send_frame(tl.encode(tl.Object("tcp.ping", id=1)), number=77),
    "negative sequence number": lambda link: link.send_frame(tl.encode(tl.Object("tcp.ping", id=1)), number=-1),
    "unknown constructor": lambda link: link.send_frame(b"\xde\xad\xbe\xef"),
    "not a packet": lambda link: link.send_frame(tl.encode(tl.Object("client.getWorkerTypes"))),
    "trailing bytes": lambda link: link.send_frame(tl.encode(tl.Object("tcp.ping", id=1)) + bytes(4)),
    "truncated packet": lambda link: link.send_frame(tl.encode(tl.Object("tcp.ping", id=1))[:-4]),
    "string longer than its frame": lambda link: link.send_frame(bytes.fromhex("f8ba179cfeffffff")),
    "huge string length": lambda link: link.send_frame(bytes.fromhex("f8ba179cff") + b"\xff" * 7),
    "empty frame": lambda link: link.stream.write(bytes(8)),
    "short frame": lambda link: link.stream.write(b"\x03\0\0\0" + bytes(4) + b"abc"),
    "oversized frame": lambda link: link.stream.write(b"\xff\xff\xff\xff" + bytes(4)),
    "one byte over the largest frame": lambda link: link.stream.write(b"\x01\0\0\x01" + bytes(4)),
    "noise": lambda link: link.stream.write(os.urandom(4096)),
    "unparsable message": lambda link: link.send(b"\x01\x02\x03\x04"),
    "empty message": lambda link: link.send(b""),
}


def asking(**changes):
    """A request with some of its numbers replaced."""
    async def act(client, model):
        body = http_message.request(http_message.chat("hostile", model))
        return await client.run_query(changes.pop("model", model), changes.pop("query", tl.encode(body)), **changes)
    return act


async def same_request_twice(client, model):
    number = os.urandom(32)
    await client.ask(model, http_message.chat("once", model), request_id=number)
    return await client.ask(model, http_message.chat("twice", model), request_id=number)


async def a_workers_message(client, _model):
    await client.link.send(tl.Object("worker.enabledDisabled", disabled=1))


async def other_versions_form(client, model):
    """The request in the form that the negotiated version does not have."""
    negotiated, client.version = client.version, 0 if client.version else 1
    try:
        return await client.ask(model, http_message.chat("hostile", model))
    finally:
        client.version = negotiated


async def undeclared_flag(client, model):
    body = tl.encode(http_message.request(http_message.chat("hostile", model)))
    message = tl.Object("client.runQueryEx", model_name=model, query=body, max_coefficient=4000, max_tokens=10,
                        timeout=10.0, request_id=os.urandom(32), min_config_version=1, flags=0x40000000)
    await client.link.send(message)


CLIENT = {
    "negative max_tokens": asking(max_tokens=-1),
    "least max_tokens": asking(max_tokens=-(2**31)),
    "greatest max_tokens": asking(max_tokens=2**31 - 1),
    "negative max_coefficient": asking(max_coefficient=-1000),
    "negative timeout": asking(timeout=-1.0),
    "timeout not a number": asking(timeout=math.nan),
    "endless timeout": asking(timeout=math.inf),
    "config version of the future": asking(config_version=2**31 - 1),
    "query is no object": asking(query=b"GET / HTTP/1.1\r\n\r\n"),
    "query is empty": asking(query=b""),
    "query is an answer": asking(query=tl.encode(http_message.response(200, b"{}"))),
    "body is no JSON": asking(query=tl.encode(http_message.request(b"{"))),
    "nested body": asking(query=tl.encode(http_message.request(b"[" * 100_000))),
    "path outside": asking(query=tl.encode(http_message.request({}, path="/../admin"))),
    "headers with line breaks": asking(query=tl.encode(http_message.request(
        {}, headers=[("X-A", "b\r\nX-Injected: c"), ("X\r\nY", "z")]))),
    "ten thousand headers": asking(query=tl.encode(http_message.request({}, headers=[("X", "y")] * 10_000))),
    "model of a megabyte": asking(model="m" * (1 << 20)),
    "model that is not text": asking(model=b"\xff\xfe".decode("utf-8", "surrogateescape")),
    "same request twice": same_request_twice,
    "a worker's message": a_workers_message,
    "another version's form": other_versions_form,
    "undeclared flag": undeclared_flag,
}


async def part_before_first(request):
    await request.part(b"early", tokens.NONE)


async def two_first_answers(request):
    await request.head(http_message.response(200, b"", complete=False))
    await request.head(http_message.response(200, b"", complete=False), tokens.NONE)


async def more_after_the_end(request):
    await request.head(http_message.response(200, b"{}"), tokens.NONE)
    await request.part(b"more")


async def unknown_request(request):
    request.id = os.urandom(32)
    await request.head(http_message.response(200, b"{}"), tokens.NONE)


async def answer_is_no_response(request):
    await request._send("", b"HTTP/1.1 200 OK\r\n\r\n", tokens.NONE)


async def impossible_status(request):
    await request.head(http_message.response(-7, b"{}"), tokens.NONE)


async def headers_with_line_breaks(request):
    await request.head(http_message.response(200, b"{}", headers=[("X-A", "b\r\nX-Injected: c")]), tokens.NONE)


async def a_clients_message(request):
    await request.worker.link.send(tl.Object("client.runQuery", model_name="m", query=b"", max_coefficient=1,
                                             max_tokens=1, timeout=1.0, request_id=os.urandom(32),
                                             min_config_version=1))


async def negative_coefficient(request):
    await request.worker.link.send(tl.Object("worker.newCoefficient", new_coefficient=-1))


async def vanishes(request):
    await request.head(http_message.response(200, b"", complete=False))
    await request.worker.link.close()


def reporting(used):
    async def handler(request):
        await request.head(http_message.response(200, b"{}"), used)
    return handler


WORKER = {
    "part before the first answer": part_before_first,
    "two first answers": two_first_answers,
    "more after the end": more_after_the_end,
    "answer to an unknown request": unknown_request,
    "answer is no http.response": answer_is_no_response,
    "impossible status": impossible_status,
    "headers with line breaks": headers_with_line_breaks,
    "a client's message": a_clients_message,
    "negative coefficient": negative_coefficient,
    "vanishes within an answer": vanishes,
    "negative tokens": reporting(tokens.used(prompt=-5, total=-5)),
    "tokens beyond any balance": reporting(tokens.used(completion=2**62)),
    "sum that overflows": reporting(tokens.used(prompt=2**63 - 1, completion=2**63 - 1, total=2**63 - 1)),
    "total that is not the sum": reporting(tokens.used(prompt=1, completion=1, total=1000)),
}

CERTIFICATES = {  # name: (choices for cert.make, refused by policy any too)
    "no quote": ({"policy": "any"}, False),
    "quote of another key": ({"attestation": [(cert.QUOTE, bytes(64), True)]}, False),
    "quote cut short": ({"attestation": [(cert.QUOTE, bytes(63), True)]}, False),
    "quote of 20 kB": ({"attestation": [(cert.QUOTE, bytes(20_000), True)]}, False),
    "quote of 64 KiB": ({"attestation": [(cert.QUOTE, bytes(65_536), True)]}, True),  # more than OpenSSL reads
    "unknown critical extension": ({"extra": [("1.3.6.1.4.1.12345.9", b"x", True)]}, True),
    "expired": ({"not_before": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)}, True),
    "lived before it was made": ({"lifetime": -100}, True),
}

PROOFS = {
    "negative nonce": lambda difficulty, salt: -1,
    "nonce zero": lambda difficulty, salt: 0,
}
