"""The peers talk to each other, in every version, behaviour and way of connecting: what the end-to-end tests build on."""

import asyncio
import contextlib
import json
import os

import pytest

from peer import attestation_info, cert, dial, hostile, pow as proof_of_work, router, streams, tl, tokens, worker
from peer.client import Client
from peer.link import ERROR, NOTREADY, PROTOVIOLATION, Link, LinkClosed, QueryError
from peer.proxy import Proxy
from peer.worker import Worker

MODEL = "Qwen/Qwen3-8B"
RECORDED = tl.Object("proxy.signedPayment", data=bytes.fromhex("b5ee9c72") + bytes(100))
RANGES = [None, (0, 0), (0, 1), (1, 1), (1, 2), (0, 4), (3, 4)]


@contextlib.asynccontextmanager
async def network(handler=worker.echo, proxy=None, client=None, worker_options=None):
    """A proxy, a worker and a client in place of the ones that the options describe."""
    hub = Proxy(**(proxy or {}))
    port = await hub.listen()
    parts = []
    try:
        stream, _ = await dial.public("127.0.0.1", port)
        parts.append(await Worker(stream, handler, **(worker_options or {})).start())
        stream, _ = await dial.public("127.0.0.1", port, cert.make(policy="any"))
        parts.append(await Client(stream, **(client or {})).start())
        yield hub, parts[0], parts[1]
        assert hub.violations == []
        for part in parts:
            assert part.violations == []
        assert parts[0].failures == []
    finally:
        for part in parts:
            await part.close()
        await hub.close()


def chat(text, **members):
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **members}


def expected_version(own, offered):
    return min(own[1], offered[1] if offered else 0)


def overlap(own, offered):
    low, high = offered or (0, 0)
    return max(own[0], low) <= min(own[1], high)


@pytest.mark.parametrize("behaviour,own", [("R", (0, 2)), ("N", (0, 4))])
@pytest.mark.parametrize("of_client", RANGES)
@pytest.mark.parametrize("of_worker", RANGES)
async def test_every_version_answers(behaviour, own, of_client, of_worker):
    if not overlap(own, of_client) or not overlap(own, of_worker):
        with pytest.raises(QueryError) as refused:
            async with network(proxy={"behaviour": behaviour}, client={"versions": of_client},
                               worker_options={"versions": of_worker}):
                pass
        assert refused.value.code == PROTOVIOLATION
        return
    async with network(proxy={"behaviour": behaviour, "payment": RECORDED}, client={"versions": of_client},
                       worker_options={"versions": of_worker, "description": "{}"}) as (hub, far, near):
        assert near.version == expected_version(own, of_client)
        assert far.version == expected_version(own, of_worker)
        whole = await (await near.ask(MODEL, chat("hello"))).wait()
        assert json.loads(whole.body)["choices"][0]["message"]["content"] == "hello"
        stream = await (await near.ask(MODEL, chat("one two three", stream=True), debug=True)).wait()
        assert stream.body.count(b"data: {") == 4 and stream.body.endswith(b"data: [DONE]\n\n")
        for answer in (whole, stream):
            assert answer.error is None
            payment = await answer.wait_payment()
            assert payment.request_tokens == answer.tokens.total > 0
            assert payment.signed_payment == RECORDED
        earned = await far.wait_payments(2)
        assert earned[-1].db_tokens == near.payments[-1].db_tokens == whole.tokens.total + stream.tokens.total
        assert hub.sessions[0].params.machine_description_json == ("{}" if (of_worker or (0, 0))[1] >= 4 else None)
        if near.version >= 1:
            assert stream.final_info.worker_debug is not None
        assert (await near.update_payment_status()).db_tokens == near.payments[-1].db_tokens
        assert (await far.update_payment_status()).db_tokens == earned[-1].db_tokens


@pytest.mark.parametrize("behaviour,version,form", [
    ("R", 0, "client.queryAnswerError"), ("R", 2, "client.queryAnswerError"),
    ("N", 0, "client.queryAnswerError"), ("N", 1, "client.queryAnswerErrorEx"), ("N", 4, "client.queryAnswerErrorEx")])
async def test_errors_of_the_proxy_itself(behaviour, version, form):
    async with network(proxy={"behaviour": behaviour}, client={"versions": (version, version)}) as (_, far, near):
        unknown = await (await near.ask("No/Such", chat("x"))).wait()
        assert unknown.error == (PROTOVIOLATION, "unknown model No/Such")
        assert unknown.forms == [form]
        dear = await (await near.ask(MODEL, chat("x"), max_coefficient=10)).wait()
        assert dear.error == (NOTREADY, "can run this query with coefficient=1000")
        await far.set_coefficient(5)
        await far.set_disabled(True)
        await far.update_payment_status()  # one way messages before it have been taken
        assert (await (await near.ask(MODEL, chat("x"))).wait()).error == (NOTREADY, "no ready workers")
        await far.set_disabled(False)
        await far.update_payment_status()
        assert (await (await near.ask(MODEL, chat("x"), max_coefficient=5)).wait()).error is None


@pytest.mark.parametrize("version", range(5))
async def test_worker_errors_and_lies(version):
    versions = {"client": {"versions": (version, version)}, "worker_options": {"versions": (version, version)},
                "proxy": {"behaviour": "N"}}
    async with network(worker.failing(ERROR, "too many active queries"), **versions) as (_, _, near):
        answer = await (await near.ask(MODEL, chat("x"))).wait()
        assert answer.error == (ERROR, "too many active queries")
        assert (await answer.wait_payment()).request_tokens == 0
    async with network(worker.lying(tokens.used(prompt=1, total=10**15)), **versions) as (_, _, near):
        answer = await (await near.ask(MODEL, chat("x"))).wait()
        assert answer.tokens.total == 10**15


async def test_worker_gone_within_an_answer():
    async def half(request):
        await request.head(tl.Object("http.response", http_version="HTTP/1.1", status_code=200, reason="OK",
                                     headers=[], payload=b"begun"))
        await request.worker.link.close()

    async with network(half) as (_, _, near):
        answer = await (await near.ask(MODEL, chat("x"))).wait()
        assert answer.body == b"begun"
        assert answer.error == (NOTREADY, "worker connection lost")


async def test_worker_types():
    async with network() as (_, far, near):
        types = await near.worker_types_v2()
        assert [(one.name, len(one.workers)) for one in types.types] == [(MODEL, 1)]
        assert types.types[0].workers[0].max_active_requests == 200
        old = await near.worker_types()
        assert (old.types[0].name, old.types[0].coefficient_min) == (MODEL, 1000)
        await far.link.close()
        await asyncio.sleep(0)
        for _ in range(100):
            if (await near.worker_types_v2()).types == []:
                return
        raise AssertionError("the closed worker is still listed")


async def test_secrets():
    async with network(proxy={"secret": b"open sesame"}, client={"secret": b"open sesame"}):
        pass
    hub = Proxy(secret=b"open sesame")
    stream, _ = await dial.public("127.0.0.1", await hub.listen())
    near = Client(stream)
    await near.link.start()
    await near.connect()
    with pytest.raises(QueryError, match="wrong secret"):
        await near.link.query(tl.Object("client.authorizeWithProxyShort", data=b"guess"))
    await near.close()
    await hub.close()


@pytest.mark.parametrize("layout", ["R", "N"])
async def test_through_routers(layout):
    """client -> SOCKS5 router -> reverse router -> proxy, and a worker straight into the plain port."""
    hub = Proxy()
    plain = await hub.listen(plain=True)
    reverse = router.ReverseRouter(("127.0.0.1", plain), policy="fake_tdx", layout=layout)
    public = await reverse.listen()
    forward = router.SocksRouter(policy="fake_tdx", layout=layout, user_policy=True)
    socks = await forward.listen()
    stream, info = await dial.through_socks5(("127.0.0.1", socks), ("127.0.0.1", public))
    assert info.layout == layout
    assert info.public_key == reverse.certificate.public_key
    assert info.report[-64:] == cert.report_data(info.public_key)
    near = await Client(stream).start()
    stream, _ = await dial.behind_reverse_router("127.0.0.1", plain)
    far = await Worker(stream, worker.echo).start()
    answer = await (await near.ask(MODEL, chat("x" * 300_000))).wait()
    assert len(answer.body) > 300_000
    seen = hub.sessions[0].peer
    assert seen.public_key == forward.certificate.public_key and seen.layout == layout
    stream, _ = await dial.through_socks5(("127.0.0.1", socks), ("127.0.0.1", public), user="any")
    third = await Client(stream).start()
    with pytest.raises(streams.StreamClosed, match="SOCKS5 refused"):
        await dial.through_socks5(("127.0.0.1", socks), ("127.0.0.1", 1))
    for part in (near, far, third, forward, reverse, hub):
        await part.close()


REASONS = ("no_quote", "report_data_mismatch", "unknown_critical_extension", "out_of_date", "TLS: ")


@pytest.mark.parametrize("policy", ["any", "fake_tdx"])
@pytest.mark.parametrize("name", hostile.CERTIFICATES)
async def test_bad_certificates_are_refused_and_others_do_not_notice(name, policy):
    choices, always = hostile.CERTIFICATES[name]
    hub = Proxy(policy=policy)
    port = await hub.listen()
    good = await Client((await dial.public("127.0.0.1", port))[0]).start()
    if policy == "any" and not always:
        await Client((await dial.public("127.0.0.1", port, cert.make(**choices)))[0]).start()
        assert hub.refused == []
    else:
        with pytest.raises((LinkClosed, streams.StreamClosed)):
            stream, _ = await dial.public("127.0.0.1", port, cert.make(**choices))
            await Client(stream).start()
        assert any(reason in str(error) for error in hub.refused for reason in REASONS)
    await good.update_payment_status()
    await good.close()
    await hub.close()


async def test_wrong_proof_of_work_and_missing_certificate():
    hub = Proxy(difficulty=12)
    port = await hub.listen()
    with pytest.raises(streams.StreamClosed):
        await dial.public("127.0.0.1", port, solve=lambda difficulty, salt: -1)
    assert any("wrong_answer" in str(error) for error in hub.refused)
    plain = await streams.connect_plain("127.0.0.1", port)
    buffered = streams.Buffered(plain)
    challenge = proof_of_work.parse_challenge(await asyncio.wait_for(buffered.exactly(24), 5))
    await plain.write(proof_of_work.response(proof_of_work.solve(*challenge)))
    tls = streams.TlsStream(plain, None, "connect")
    with contextlib.suppress(streams.StreamClosed):
        await tls.handshake()  # TLS 1.3: the refusal may arrive after the client believes it is done
        assert await asyncio.wait_for(tls.read_some(), 5) == b""
    await tls.close()
    await hub.close()


@pytest.mark.parametrize("name", hostile.FRAMES)
async def test_hostile_frames_end_only_their_connection(name):
    async with network() as (hub, _, near):
        link = Link((await dial.public("127.0.0.1", hub.ports[0]))[0], "connect")
        await link.start()
        await hostile.FRAMES[name](link)
        await link.wait_closed()
        assert (await (await near.ask(MODEL, chat("still here"))).wait()).error is None


@pytest.mark.parametrize("name", hostile.CLIENT)
async def test_hostile_clients_are_sent_as_meant(name):
    """This proxy judges little; what matters here is that the bytes leave and the others are served."""
    async with network(worker.silent) as (hub, _, near):
        enemy = await Client((await dial.public("127.0.0.1", hub.ports[0]))[0]).start()
        await hostile.CLIENT[name](enemy, MODEL)
        assert any(packet.tl_name == "tcp.packet" for way, packet in enemy.link.trace if way == "out")
        await near.update_payment_status()
        await enemy.close()
        hub.violations.clear()


@pytest.mark.parametrize("name", hostile.WORKER)
async def test_hostile_workers_do_not_stop_the_proxy(name):
    hub = Proxy()
    port = await hub.listen()
    enemy = await Worker((await dial.public("127.0.0.1", port))[0], hostile.WORKER[name]).start()
    near = await Client((await dial.public("127.0.0.1", port))[0]).start()
    await near.ask(MODEL, chat("x"))
    while not enemy.requests:
        await asyncio.sleep(0.01)
    await near.update_payment_status()
    assert enemy.failures == []
    for part in (near, enemy, hub):
        await part.close()


async def test_keep_alive_and_idle_limit():
    hub = Proxy()
    stream, _ = await dial.public("127.0.0.1", await hub.listen())
    link = Link(stream, "connect", ping_every=0.02, idle_limit=5)
    await link.start()
    while link.pongs < 3:
        await asyncio.sleep(0.01)
    await link.close()
    await hub.close()

    left, right = await connected_streams()
    quiet = Link(left, "accept", idle_limit=0.05)
    loud = Link(right, "connect", ping_every=60)
    await asyncio.gather(quiet.start(), loud.start())
    assert await quiet.wait_closed(5) == "idle"
    await loud.wait_closed(5)


async def connected_streams():
    found = asyncio.get_running_loop().create_future()

    async def accepted(reader, writer):
        found.set_result(streams.PlainStream(reader, writer))
    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    right = await streams.connect_plain(*server.sockets[0].getsockname())
    left = await asyncio.wait_for(found, 5)
    server.close()
    return left, right


@pytest.mark.parametrize("info", [
    attestation_info.AttestationInfo(), attestation_info.AttestationInfo(report=None),
    attestation_info.AttestationInfo(kind=1, report=os.urandom(96)),
    attestation_info.AttestationInfo("N", 0, os.urandom(448), os.urandom(48)),
    attestation_info.AttestationInfo("N", 1, os.urandom(112))])
def test_attestation_info_layouts(info):
    frame = attestation_info.encode(info)
    assert attestation_info.decode(frame[4:]) == info
    for size in range(len(frame) - 4):
        with pytest.raises(tl.TlError):
            attestation_info.decode(frame[4 : 4 + size])


def test_tl_lengths_and_strictness():
    for size in (0, 1, 3, 253, 254, 255, 65_536, 1 << 24):
        encoded = tl.encode(tl.Object("tcp.packet", data=bytes(size)))
        assert len(encoded) % 4 == 0
        assert tl.decode(encoded).data == bytes(size)
    with pytest.raises(tl.TlError, match="not_canonical"):
        tl.decode(bytes.fromhex("f8ba179c" "fe010000" "41000000"))  # a long form of one byte
    with pytest.raises(tl.TlError, match="not_canonical"):
        tl.decode(bytes.fromhex("f8ba179c" "01414242"))  # padding that is not zero
    with pytest.raises(tl.TlError, match="not_a_bool"):
        tl.decode(tl.SCHEMA["worker.proxyHandshakeComplete"].id + bytes(4))
    with pytest.raises(tl.TlError, match="unknown_constructor"):
        tl.decode(bytes(4))


def test_token_arithmetic():
    assert tokens.adjust(34, 1000, 10_000) == 34
    assert tokens.adjust(3, 1500, 10_000) == 4
    assert tokens.adjust(10, 1000, 1_000) == 1
    used = tokens.from_usage({"prompt_tokens": 100, "prompt_tokens_details": {"cached_tokens": 40},
                              "completion_tokens": 50, "completion_tokens_details": {"reasoning_tokens": 20}}, 2000,
                             (10_000, 1_000, 80_000, 80_000))
    assert (used.prompt, used.cached, used.completion, used.reasoning) == (120, 8, 480, 320)
    assert used.total == 928
