"""A third-party proxy: accepts clients and workers, forwards between them, sends payments. Behaviour "R" sends its own
errors in the old form at every version; "N" in the Ex form from version 1 on. It keeps no money: it counts tokens."""

import asyncio
import hashlib
import os
import struct
import time

from . import attestation_info, cert, http_message, pow as proof_of_work, streams, tl, tokens
from .link import ERROR, NOTREADY, PROTOVIOLATION, Link, LinkClosed, QueryError

OWNER = "UQAuz15H1ZHrZ_psVrAra7HealMIVeFq0wguqlmFno1f3B-m"
ADDRESS = "UQBPkxYfPKgOBMbbi9VQVO2DQz7Wg3w9K5YTsl8x1_KaeZcZ"
VERSIONS = {"R": (0, 2), "N": (0, 4)}
EMPTY = tl.Object("proxy.signedPaymentEmpty")
BALANCE = 10**12


class Session:
    """One accepted connection, client or worker; which of them its first query tells."""

    def __init__(self, proxy, stream, peer):
        self.proxy = proxy
        self.peer = peer
        self.role = None
        self.params = None
        self.version = 0
        self.ready = False
        self.disabled = True
        self.coefficient = 0
        self.max_active = 0
        self.active = {}  # request id on this connection -> Forward
        self.db_tokens = 0
        self.link = Link(stream, "accept", answer=self.answer)

    async def answer(self, query):
        handler = {
            "client.connectToProxy": self.connect_client,
            "client.authorizeWithProxyShort": self.authorize,
            "client.authorizeWithProxyLong": self.authorize,
            "client.updatePaymentStatus": self.client_status,
            "client.getWorkerTypes": self.worker_types,
            "client.getWorkerTypesV2": self.worker_types_v2,
            "worker.connectToProxy": self.connect_worker,
            "worker.compareBalanceWithProxy": self.compare_balance,
            "worker.extendedCompareBalanceWithProxy": self.compare_more,
            "worker.proxyHandshakeComplete": self.complete_handshake,
            "worker.updatePaymentStatus": self.worker_status,
        }.get(query.tl_name)
        if handler is None:
            raise self.violation(f"no such query here: {query.tl_name}")
        return await handler(query)

    def violation(self, text):
        self.proxy.violations.append(text)
        return QueryError(PROTOVIOLATION, text)

    def negotiate(self, params):
        if params.is_test is None:
            raise self.violation("too old")
        if params.is_test != self.proxy.is_test:
            raise QueryError(ERROR, "test mode differs")
        low, high = self.proxy.versions
        theirs = (params.min_proto_version or 0, params.max_proto_version or 0)
        if max(low, theirs[0]) > min(high, theirs[1]):
            raise self.violation(f"no common version: {theirs}")
        self.version = min(high, theirs[1])
        self.params = params
        return tl.Object("proxy.params", proxy_public_key=self.proxy.public_key, proxy_owner_address=OWNER,
                         proxy_sc_address=self.proxy.address, is_test=self.proxy.is_test, proto_version=self.version or None)

    async def connect_client(self, query):
        self.role = "client"
        auth = tl.Object("client.proxyConnectionAuthShort", nonce=0,
                         secret_hash=hashlib.sha256(self.proxy.secret).digest())
        if self.proxy.auth == "long":
            auth = tl.Object("client.proxyConnectionAuthLong", nonce=7)
        return tl.Object("client.connectedToProxy", params=self.negotiate(query.params),
                         client_sc_address=self.proxy.client_address, auth=auth, signed_payment=EMPTY)

    async def authorize(self, query):
        if self.role != "client":
            raise self.violation("authorisation before connecting")
        if query.get("data") not in (None, self.proxy.secret):
            raise QueryError(ERROR, "wrong secret")
        self.ready = True
        return tl.Object("client.authorizationWithProxySuccess", signed_payment=self.proxy.payment,
                         tokens_committed_to_db=self.db_tokens, max_tokens=BALANCE)

    async def client_status(self, _query):
        return tl.Object("client.paymentStatus", signed_payment=self.proxy.payment, db_tokens=self.db_tokens,
                         max_tokens=BALANCE)

    async def worker_types(self, _query):
        types = []
        for name, workers in self.proxy.models().items():
            prices = sorted(worker.coefficient for worker in workers)
            types.append(tl.Object("client.workerType", name=name, active_workers=len(workers),
                                   coefficient_min=prices[0], coefficient_bucket50=prices[len(prices) // 2],
                                   coefficient_max=prices[-1]))
        return tl.Object("client.workerTypes", types=types)

    async def worker_types_v2(self, _query):
        types = [tl.Object("client.workerTypeV2", name=name, workers=[
            tl.Object("client.workerInstanceV2", coefficient=worker.coefficient, active_requests=len(worker.active),
                      max_active_requests=worker.max_active) for worker in workers])
            for name, workers in self.proxy.models().items()]
        return tl.Object("client.workerTypesV2", types=types)

    async def connect_worker(self, query):
        self.role = "worker"
        params = query.params
        answer = self.negotiate(params)
        if params.proxy_cnt < 1 or params.max_active_requests < 1 or not 0 <= params.coefficient < 10**9:
            raise self.violation(f"worker parameters: {params}")
        self.coefficient = params.coefficient
        self.max_active = -(-params.max_active_requests // params.proxy_cnt)
        return tl.Object("worker.connectedToProxy", params=answer, worker_sc_address=self.proxy.worker_address)

    async def compare_balance(self, query):
        knows_more = query.max_tokens > BALANCE
        return tl.Object("worker.compareBalanceWithProxyResult", signed_payment=self.proxy.payment,
                         tokens_committed_to_db=self.db_tokens, max_tokens=BALANCE, error_code=int(knows_more))

    async def compare_more(self, _query):
        return tl.Object("worker.extendedCompareBalanceWithProxyResult", error_code=0)

    async def complete_handshake(self, query):
        if self.role != "worker":
            raise self.violation("worker handshake before connecting")
        self.ready = True
        self.disabled = query.is_disabled
        return tl.Object("worker.proxyHandshakeCompleted")

    async def worker_status(self, _query):
        return tl.Object("worker.paymentStatus", signed_payment=self.proxy.payment, db_tokens=self.db_tokens,
                         max_tokens=BALANCE)

    @property
    def model(self):
        return self.params.model.partition("@")[0]

    async def run(self):
        """Takes the connection's messages until it ends."""
        await self.link.start()
        while (message := await self.link.messages.get()) is not None:
            try:
                await self.take(message)
            except LinkClosed:
                pass
        for forward in list(self.active.values()):
            await forward.lost(self)

    async def take(self, message):
        name = message.tl_name
        if not self.ready:
            self.violation(f"{name} before the handshake ended")
        elif self.role == "client" and name in ("client.runQuery", "client.runQueryEx"):
            if (name == "client.runQuery") != (self.version == 0):
                self.violation(f"{name} at version {self.version}")
            await Forward(self, message).begin()
        elif self.role == "worker" and name == "worker.enabledDisabled":
            self.disabled = bool(message.disabled)
        elif self.role == "worker" and name == "worker.newCoefficient":
            self.coefficient = message.new_coefficient
        elif self.role == "worker" and name.startswith("proxy.queryAnswer"):
            if name.endswith("Ex") != (self.version > 0):
                self.violation(f"{name} at version {self.version}")
            forward = self.active.get(message.request_id)
            if forward is None:
                self.violation(f"{name} for no request")
            else:
                await forward.take(message)
        else:
            self.violation(f"unexpected {name} from a {self.role}")


class Forward:
    """One request on its way between a client and a worker."""

    def __init__(self, client, message):
        self.client = client
        self.message = message
        self.worker = None
        self.worker_id = os.urandom(32)
        self.started = time.time()
        self.begun = False

    async def begin(self):
        self.worker, reason = self.client.proxy.choose(self.message)
        if self.worker is None:
            await self.refuse(*reason)
            return
        self.client.active[self.message.request_id] = self
        self.worker.active[self.worker_id] = self
        fields = {"query": self.message.query, "signed_payment": self.client.proxy.payment,
                  "coefficient": self.worker.coefficient, "timeout": self.message.timeout * 0.95,
                  "request_id": self.worker_id}
        if self.worker.version == 0:
            await self.worker.link.send(tl.Object("proxy.runQuery", **fields))
        else:
            key = bytes(32) if self.worker.version >= 3 else None
            await self.worker.link.send(tl.Object("proxy.runQueryEx", **fields, private_key=key,
                                                  enable_debug=bool(self.message.get("enable_debug"))))

    def final_info(self, info):
        """For the client, from the worker's; info None: nothing was used."""
        times = self.client.version >= 2
        return tl.Object(
            "client.queryFinalInfo", tokens_used=info.tokens_used if info else tokens.NONE,
            worker_debug=(info.worker_debug or "") if info and self.message.get("enable_debug") else None,
            proxy_debug='{"type":"proxy_stats"}' if info and self.message.get("enable_debug") else None,
            proxy_start_time=self.started if times else None, proxy_end_time=time.time() if times else None,
            worker_start_time=((info and info.worker_start_time) or 0.0) if times else None,
            worker_end_time=((info and info.worker_end_time) or 0.0) if times else None)

    async def refuse(self, code, text):
        """An error of the proxy's own; R sends the old form at every version."""
        old = self.client.proxy.behaviour == "R" or self.client.version == 0
        await self.send_error(code, text, None, old)
        await self.pay(0)

    async def send_error(self, code, text, info, old):
        if old:
            kind = "PartError" if self.begun else "Error"
            await self.client.link.send(tl.Object(
                f"client.queryAnswer{kind}", error_code=code, error=text, request_id=self.message.request_id,
                request_tokens_used=info.tokens_used if info else tokens.NONE))
        else:
            await self.client.link.send(tl.Object(
                "client.queryAnswerErrorEx", request_id=self.message.request_id, error_code=code, error=text,
                final_info=self.final_info(info)))

    def read(self, message):
        """A worker's message in either form as (is it the first, answer bytes, final info or None, error or None)."""
        name = message.tl_name
        error = (message.error_code, message.error) if "Error" in name else None
        if name.endswith("Ex"):
            info = message.final_info
        else:
            ends = error or message.get("is_completed")
            info = tl.Object("proxy.queryFinalInfo", tokens_used=message.tokens_used) if ends else None
        return name in ("proxy.queryAnswer", "proxy.queryAnswerEx"), message.get("answer"), info, error

    async def take(self, message):
        first, data, info, error = self.read(message)
        if error:
            await self.send_error(*error, info, self.client.version == 0)
            await self.end(0)
            return
        if first == self.begun:
            self.worker.violation("a second first answer" if first else "a part before the first answer")
        self.begun = True
        if first:
            data = self.with_times(data)
        kind = "" if first else "Part"
        request_id = self.message.request_id
        if self.client.version == 0:
            await self.client.link.send(tl.Object(
                f"client.queryAnswer{kind}", answer=data, is_completed=info is not None, request_id=request_id,
                request_tokens_used=info.tokens_used if info else tokens.NONE))
        else:
            await self.client.link.send(tl.Object(
                f"client.queryAnswer{kind}Ex", request_id=request_id, answer=data,
                final_info=self.final_info(info) if info else None))
        if info:
            await self.end(info.tokens_used.total)

    def with_times(self, data):
        response = tl.decode(data)
        stamps = [("X-Cocoon-Proxy-Start", f"{self.started:.6f}"), ("X-Cocoon-Proxy-End", f"{time.time():.6f}")]
        response.headers = response.headers + http_message.header_list(stamps)
        return tl.encode(response)

    async def end(self, total):
        self.client.active.pop(self.message.request_id, None)
        self.worker.active.pop(self.worker_id, None)
        self.worker.db_tokens += total
        await self.pay(total)
        await self.worker.link.send(tl.Object(
            "proxy.workerRequestPayment", request_id=self.worker_id, signed_payment=self.client.proxy.payment,
            db_tokens=self.worker.db_tokens, max_tokens=BALANCE, request_tokens=total,
            request_client_owner=self.client.params.client_owner_address))

    async def pay(self, total):
        self.client.db_tokens += total
        await self.client.link.send(tl.Object(
            "proxy.clientRequestPayment", request_id=self.message.request_id,
            signed_payment=self.client.proxy.payment, db_tokens=self.client.db_tokens, max_tokens=BALANCE,
            request_tokens=total))

    async def lost(self, session):
        """One of the two connections is gone."""
        self.client.active.pop(self.message.request_id, None)
        self.worker.active.pop(self.worker_id, None)
        if session is self.worker:
            try:
                await self.refuse(NOTREADY, "worker connection lost")
            except LinkClosed:
                pass


class Proxy:
    """Listens on loopback. `plain` True: as behind a reverse router (info frame first, no TLS). The policies say whose
    certificates are admitted on the public ports; the same listener serves both roles unless two are opened."""

    def __init__(self, behaviour="R", versions=None, policy="any", difficulty=4, secret=b"", auth="short",
                 payment=EMPTY, certificate=None, is_test=True, client_address=ADDRESS, worker_address=ADDRESS,
                 address=ADDRESS, public_key=None):
        self.behaviour = behaviour
        self.versions = versions or VERSIONS[behaviour]
        self.policy = policy
        self.difficulty = difficulty
        self.secret = secret
        self.auth = auth
        self.payment = payment
        self.certificate = certificate or cert.make()
        self.is_test = is_test
        self.client_address = client_address
        self.worker_address = worker_address
        self.address = address
        self.public_key = public_key or hashlib.sha256(b"peer proxy").digest()
        self.sessions = []
        self.refused = []  # connections that did not get as far as a session
        self.violations = []
        self.ports = []
        self._servers = []
        self._tasks = set()

    async def listen(self, plain=False):
        """Opens one more port; returns its number."""
        async def accepted(reader, writer):
            await self._serve(streams.PlainStream(reader, writer), plain)
        server = await asyncio.start_server(accepted, "127.0.0.1", 0)
        self._servers.append(server)
        self.ports.append(server.sockets[0].getsockname()[1])
        return self.ports[-1]

    async def _serve(self, stream, plain):
        self._tasks.add(asyncio.current_task())
        try:
            stream, peer = await self._admit(stream, plain)
            session = Session(self, stream, peer)
            self.sessions.append(session)
            await session.run()
        except asyncio.CancelledError:
            pass
        except (streams.StreamClosed, LinkClosed, proof_of_work.PowError, cert.CertificateError, tl.TlError, OSError,
                asyncio.TimeoutError) as error:
            self.refused.append(error)
            await stream.close()
        except Exception as error:  # what the connection should not have been able to cause
            self.violations.append(repr(error))
            await stream.close()
        finally:
            self._tasks.discard(asyncio.current_task())

    async def _admit(self, stream, plain):
        if not plain:
            return await streams.accept_public(stream, self.certificate, self.policy, self.difficulty)
        buffered = streams.Buffered(stream)
        (size,) = struct.unpack("<I", await asyncio.wait_for(buffered.exactly(4), streams.TIMEOUT))
        info = attestation_info.decode(await asyncio.wait_for(buffered.exactly(size), streams.TIMEOUT))
        return streams.Preread(stream, bytes(buffered.buffer)), info

    def models(self):
        """Ready workers by model."""
        found = {}
        for session in self.sessions:
            if session.role == "worker" and session.ready and not session.link.closed.is_set():
                found.setdefault(session.model, []).append(session)
        return found

    def choose(self, message):
        """(worker, None) or (None, (code, text))"""
        workers = self.models().get(message.model_name)
        if not workers:
            return None, (PROTOVIOLATION, f"unknown model {message.model_name}")
        able = [one for one in workers if not one.disabled and len(one.active) < one.max_active]
        if not able:
            return None, (NOTREADY, "no ready workers")
        affordable = [one for one in able if one.coefficient <= message.max_coefficient]
        if not affordable:
            lowest = min(one.coefficient for one in able)
            return None, (NOTREADY, f"can run this query with coefficient={lowest}")
        return min(affordable, key=lambda one: len(one.active)), None

    async def close(self):
        for server in self._servers:
            server.close()
        for session in self.sessions:
            await session.link.close()
        for task in list(self._tasks):
            task.cancel()
        for server in self._servers:
            await asyncio.wait_for(server.wait_closed(), 5)
