"""Programs written for the live network meet ours in every role and version, directly and through their routers."""

import asyncio
import contextlib
import json

import pytest

from caller import Call
from engine import MODEL, Behaviour, Engine
from network import CLIENT_OWNER, WORKER_OWNER, Network, assert_balanced, fetch, port_of, wait_until, wait_workers
from peer import attestation_info, cert, dial, http_message, router, tl, tokens, worker
from peer import proxy as peer_proxy
from peer.client import Client
from peer.link import LinkClosed
from peer.proxy import Proxy
from peer.worker import Worker

VERSIONS = [None, (0, 0), (0, 1), (1, 2), (1, 4), (0, 4)]
WORDS = 5
HOST = "127.0.0.1"


class Addresses:
    """check_addresses of a third party: the proxy's contract is the one of its ready line, and the same peer is given
    the same contract every time."""

    def __init__(self, proxy):
        self.expected = proxy.ready["contract"]
        self.own = set()

    def __call__(self, connected):
        assert connected.params.proxy_sc_address == self.expected
        self.own.add(connected.get("client_sc_address") or connected.get("worker_sc_address"))
        assert len(self.own) == 1


class Place:
    """Our proxy, shared by the tests of this module; our worker `ours` serves MODEL from the engine."""

    def __init__(self, folder):
        self.network = Network(folder)
        self.engine = Engine().start()
        self.proxy = self.network.proxy()
        self.worker = self.network.worker(self.engine.url, [self.proxy.options["workers_listen"]])
        wait_workers(self.proxy)
        self.client_addresses = Addresses(self.proxy)
        self.worker_addresses = Addresses(self.proxy)

    def stop(self):
        self.network.stop()
        self.engine.stop()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("third-party"))
    yield place
    place.stop()


def router_frame(layout):
    """What a router says of a peer whose evidence it accepted by policy fake_tdx."""
    key = cert.make().public_key
    return attestation_info.for_peer(cert.Peer(key, cert.report_data(key)), (HOST, 1), (HOST, 2), layout)


async def our_client_port(place, way):
    """A stream to our proxy's door for clients."""
    if way == "public":
        return (await dial.public(HOST, port_of(place.proxy, "clients_listen")))[0]
    info = router_frame(way)
    return (await dial.behind_reverse_router(HOST, port_of(place.proxy, "clients_router_listen"), info))[0]


async def ask_everything(near, model, engine=None):
    """Whole and streamed answers, an error of the engine and one of the proxy, payment status, worker types."""
    whole = await (await near.ask(model, http_message.chat("hi", model))).wait()
    assert whole.error is None
    assert whole.head.status_code == 200
    assert json.loads(whole.body)["usage"]["total_tokens"] == 20 + WORDS
    streamed = await (await near.ask(model, http_message.chat("hi", model, stream=True,
                                                             stream_options={"include_usage": True}))).wait()
    assert streamed.error is None
    assert streamed.body.endswith(b"data: [DONE]\n\n")
    assert streamed.body.count(b'"content"') == WORDS
    for answer in (whole, streamed):
        payment = await answer.wait_payment()
        assert payment.request_tokens == answer.tokens.total > 0
    status = await near.update_payment_status()
    assert status.db_tokens >= near.payments[-1].db_tokens - whole.tokens.total - streamed.tokens.total
    unknown = await (await near.ask("No/Such", http_message.chat("hi", "No/Such"))).wait()
    assert unknown.error is not None and "No/Such" in unknown.error[1]
    old = await near.worker_types()
    assert model in [one.name for one in old.types]
    types = await near.worker_types_v2()
    assert model in [one.name for one in types.types]


@pytest.mark.parametrize("way", ["public", "R", "N"])
@pytest.mark.parametrize("versions", VERSIONS, ids=str)
async def test_their_client_at_our_proxy_and_worker(place, versions, way):
    place.engine.behaviour = Behaviour()
    stream = await our_client_port(place, way)
    near = await Client(stream, versions=versions, check_addresses=place.client_addresses).start()
    try:
        assert near.version == (versions or (0, 0))[1]
        await ask_everything(near, MODEL)
        # A status that the engine gives is an answer of the network, not a failure of it.
        place.engine.behaviour = Behaviour(status=400)
        answer = await (await near.ask(MODEL, http_message.chat("hi", MODEL))).wait()
        assert answer.error is None and answer.head.status_code == 400
        assert b"the engine says no" in answer.body
        assert (await answer.wait_payment()).request_tokens == 0
        assert near.violations == []
    finally:
        await near.close()
    await asyncio.to_thread(assert_balanced, place.proxy)


async def test_their_client_through_their_two_routers(place):
    place.engine.behaviour = Behaviour()
    reverse = router.ReverseRouter((HOST, port_of(place.proxy, "clients_router_listen")), policy="fake_tdx")
    public = await reverse.listen()
    forward = router.SocksRouter(policy="fake_tdx")
    stream, info = await dial.through_socks5((HOST, await forward.listen()), (HOST, public))
    assert info.public_key == reverse.certificate.public_key
    near = await Client(stream, check_addresses=place.client_addresses).start()
    await ask_everything(near, MODEL)
    assert near.violations == []
    for part in (near, forward, reverse):
        await part.close()


@pytest.mark.parametrize("way", ["public", "R", "N", "router"])
@pytest.mark.parametrize("versions", VERSIONS, ids=str)
async def test_their_worker_at_our_proxy(place, versions, way):
    model = f"their/{way}-{(versions or (0, 9))[0]}{(versions or (0, 9))[1]}"
    async with their_worker(place, way, versions, model) as far:
        assert far.version == (versions or (0, 0))[1]
        await asyncio.to_thread(wait_workers, place.proxy, 1, model)
        near = await Client(await our_client_port(place, "public"), versions=(0, 4)).start()
        whole = await (await near.ask(model, http_message.chat("hello", model))).wait()
        assert whole.error is None
        assert json.loads(whole.body)["choices"][0]["message"]["content"] == "hello"
        body = http_message.chat("one two three", model, stream=True)
        streamed = await (await near.ask(model, body)).wait()
        assert streamed.error is None and streamed.body.count(b'"content"') == 3
        earned = await far.wait_payments(2)
        assert [one.request_tokens for one in earned] == [whole.tokens.total, streamed.tokens.total]
        assert earned[-1].db_tokens >= earned[0].db_tokens
        assert (await far.update_payment_status()).db_tokens <= earned[-1].db_tokens
        await far.set_disabled(True)
        await far.update_payment_status()  # what was sent before has been taken
        none = await (await near.ask(model, http_message.chat("x", model))).wait()
        assert none.error is not None
        assert near.violations == [] and far.violations == [] and far.failures == []
        await near.close()
    await asyncio.to_thread(assert_balanced, place.proxy)


@contextlib.asynccontextmanager
async def their_worker(place, way, versions, model, handler=worker.echo, **options):
    reverse = None
    if way == "public":
        stream, _ = await dial.public(HOST, port_of(place.proxy, "workers_listen"))
    elif way == "router":
        target = (HOST, port_of(place.proxy, "workers_router_listen"))
        reverse = router.ReverseRouter(target, policy="fake_tdx")
        stream, _ = await dial.public(HOST, await reverse.listen())
    else:
        info = router_frame(way)
        stream, _ = await dial.behind_reverse_router(HOST, port_of(place.proxy, "workers_router_listen"), info)
    far = Worker(stream, handler, versions=versions, model=model, description="{}",
                 check_addresses=place.worker_addresses, **options)
    try:
        yield await far.start()
    finally:
        await far.close()
        if reverse:
            await reverse.close()


@pytest.mark.parametrize("version", range(5))
async def test_an_error_of_their_worker_reaches_their_client(place, version):
    model = f"their/failing-{version}"
    failing = worker.failing(602, "too many active queries")
    async with their_worker(place, "public", (version, version), model, failing):
        await asyncio.to_thread(wait_workers, place.proxy, 1, model)
        near = await Client(await our_client_port(place, "public"), versions=(version, version)).start()
        answer = await (await near.ask(model, http_message.chat("x", model))).wait()
        assert answer.error == (602, "too many active queries")
        assert near.violations == []
        await near.close()
    await asyncio.to_thread(assert_balanced, place.proxy)


@pytest.fixture(scope="module")
def identity(place):
    """Addresses and key of a proxy of this network: our roles check that a proxy names the contracts that follow from
    its key. They are those of our proxy, as it tells them to a third-party client and worker."""
    async def learn():
        near = Client(await our_client_port(place, "public"), owner=CLIENT_OWNER)
        far = Worker((await dial.public(HOST, port_of(place.proxy, "workers_listen")))[0], worker.echo,
                     owner=WORKER_OWNER)
        for one in (near, far):
            await one.link.start()
            await one.connect()
            await one.link.close()
        params = near.connected.params
        return {"address": params.proxy_sc_address, "public_key": params.proxy_public_key,
                "client_address": near.connected.client_sc_address, "worker_address": far.connected.worker_sc_address}
    return asyncio.run(learn())


CLIENT_VERSIONS = [("R", (0, 0)), ("R", (0, 1)), ("R", (0, 2)), ("N", (0, 2)), ("N", (0, 3)), ("N", (0, 4)),
                   ("N", (1, 4))]


def ask_gateway(client, model=MODEL, **members):
    body = json.dumps(http_message.chat("one two three", model, **members))
    return fetch(client.http, "/v1/chat/completions", "POST", body, {"Content-Type": "application/json"})


@pytest.mark.parametrize("way", ["public", "R", "N"])
@pytest.mark.parametrize("behaviour,versions", CLIENT_VERSIONS, ids=str)
async def test_our_worker_and_gateway_at_their_proxy(network, engine, identity, behaviour, versions, way):
    hub = Proxy(behaviour=behaviour, versions=versions, policy="fake_tdx", **identity)
    port = await hub.listen()
    forward = None
    options = {"proxies": [f"{HOST}:{port}"]}
    if way != "public":
        forward = router.SocksRouter(policy="fake_tdx", layout=way)
        options["connect_via"] = f"{HOST}:{await forward.listen()}"
    proxies = options.pop("proxies")
    far = await asyncio.to_thread(network.worker, engine.url, proxies, **options)
    client = await asyncio.to_thread(network.client, proxies, **options)
    await asyncio.to_thread(far.wait_http_ready)
    await asyncio.to_thread(client.wait_http_ready)

    status, headers, body = await asyncio.to_thread(ask_gateway, client)
    assert status == 200, body
    answer = json.loads(body)
    assert answer["usage"]["total_tokens"] == 20 + WORDS
    assert answer["usage"]["cost"] > 0
    assert headers["X-Cocoon-Sealed"] == "no"
    status, _, body = await asyncio.to_thread(ask_gateway, client, stream=True,
                                              stream_options={"include_usage": True})
    assert status == 200 and body.endswith(b"data: [DONE]\n\n") and body.count(b'"content"') == WORDS
    status, _, body = await asyncio.to_thread(ask_gateway, client, "No/Such")
    assert status == 404, body
    stats = await asyncio.to_thread(client.stats)
    assert stats["proxies"][0]["version"] == min(versions[1], 4)
    assert stats["stats"]["answered"] == 2
    assert hub.violations == []
    assert hub.refused == []
    if forward:
        assert forward.connections == 2
        await forward.close()
    await asyncio.to_thread(network.stop)
    await hub.close()


class LyingSession(peer_proxy.Session):
    """Lists a model that nobody serves, and bills for a thousand million tokens."""

    async def worker_types_v2(self, query):
        types = await super().worker_types_v2(query)
        ghost = tl.Object("client.workerInstanceV2", coefficient=1, active_requests=0, max_active_requests=100)
        return tl.Object("client.workerTypesV2",
                         types=[*types.types, tl.Object("client.workerTypeV2", name="ghost/model", workers=[ghost])])


class LyingForward(peer_proxy.Forward):
    def final_info(self, info):
        info = super().final_info(info)
        info.tokens_used = tokens.used(completion=10**9)
        return info


async def test_a_lying_proxy_is_not_believed(network, engine, identity, monkeypatch):
    monkeypatch.setattr(peer_proxy, "Session", LyingSession)
    monkeypatch.setattr(peer_proxy, "Forward", LyingForward)
    hub = Proxy(behaviour="N", policy="fake_tdx", **identity)
    proxies = [f"{HOST}:{await hub.listen()}"]
    far = await asyncio.to_thread(network.worker, engine.url, proxies)
    await asyncio.to_thread(far.wait_http_ready)
    client = await asyncio.to_thread(network.client, proxies)
    await asyncio.to_thread(client.wait_http_ready)

    status, _, body = await asyncio.to_thread(ask_gateway, client, "ghost/model")
    assert status == 404 and "ghost/model" in json.loads(body)["error"]["message"]
    status, _, body = await asyncio.to_thread(ask_gateway, client, max_tokens=10)
    answer = json.loads(body)
    assert status == 200
    # A token for each byte of the request and of the template, 10 for the answer, at four times the base price.
    most = 20 * 8 * 4 * 2000
    assert 0 < answer["usage"]["cost"] < most
    stats = await asyncio.to_thread(client.stats)
    # The refusal was not for free, either.
    assert stats["stats"]["doubtful_charges"] == stats["proxies"][0]["doubtful_charges"] == 2
    assert stats["stats"]["spent_nanotons"] < 2 * most
    assert "claims more than a request can use" in client.log_text()
    await asyncio.to_thread(network.stop)
    await hub.close()


async def test_a_slow_caller_behind_an_older_proxy_is_cut_off(network, engine, identity):
    """It can't be asked to wait, so that too much would pile up at the gateway."""
    engine.behaviour = Behaviour(flood_bytes=64 << 20)
    hub = Proxy(policy="fake_tdx", **identity)
    proxies = [f"{HOST}:{await hub.listen()}"]
    far = await asyncio.to_thread(network.worker, engine.url, proxies)
    await asyncio.to_thread(far.wait_http_ready)
    client = await asyncio.to_thread(network.client, proxies)
    await asyncio.to_thread(client.wait_http_ready)
    slow = await asyncio.to_thread(lambda: Call(client, stream=True, timeout=300))
    assert slow.status == 200
    await asyncio.to_thread(lambda: wait_until(lambda: "reads too slowly" in client.log_text(), "the caller to be cut off"))
    slow.connection.close()
    await asyncio.to_thread(network.stop)
    await hub.close()


async def test_our_roles_refuse_a_proxy_without_evidence(network, engine):
    hub = Proxy(policy="any", certificate=cert.make(policy="any"))
    port = await hub.listen()
    far = await asyncio.to_thread(network.worker, engine.url, [f"{HOST}:{port}"])
    refused = await asyncio.to_thread(lambda: wait_until(lambda: far.peers().get("refused"), "a refusal by the worker"))
    assert sum(refused.values()) > 0
    assert all(session.role is None for session in hub.sessions)
    await asyncio.to_thread(network.stop)
    await hub.close()


async def test_a_wrong_role_at_our_ports_is_refused(place):
    """A client at the port for workers, and the other way about."""
    stream, _ = await dial.public(HOST, port_of(place.proxy, "workers_listen"))
    near = Client(stream)
    with pytest.raises((LinkClosed, Exception)) as refused:
        await near.start()
    assert not isinstance(refused.value, asyncio.TimeoutError)
    await near.close()
    status = await Client(await our_client_port(place, "public")).start()
    assert (await status.link.query(tl.Object("client.getWorkerTypesV2"))).types
    await status.close()
