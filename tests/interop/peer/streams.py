"""Byte streams the sessions run on: plain TCP, or TLS 1.3 driven by hand over it (a proof of work goes before TLS on the
same socket, so the TLS bytes can't be left to asyncio). Every wait has a deadline."""

import asyncio
import socket

from cryptography import x509
from OpenSSL import SSL, crypto

from . import cert, pow as proof_of_work

TIMEOUT = 10.0
READ_SIZE = 65_536
CIPHERS = b"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"


class StreamClosed(Exception):
    """The other side closed or reset the connection."""


class PlainStream:
    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def read_some(self):
        """At least one byte; b"" at the end."""
        try:
            return await self.reader.read(READ_SIZE)
        except ConnectionError as error:
            raise StreamClosed(str(error)) from error

    async def write(self, data, timeout=TIMEOUT):
        try:
            self.writer.write(data)
            await asyncio.wait_for(self.writer.drain(), timeout)
        except ConnectionError as error:
            raise StreamClosed(str(error)) from error

    async def close(self):
        self.writer.close()
        try:
            await asyncio.wait_for(self.writer.wait_closed(), 1)
        except (OSError, asyncio.TimeoutError):
            pass

    def addresses(self):
        """(own, peer) as (host, port)"""
        return self.writer.get_extra_info("sockname")[:2], self.writer.get_extra_info("peername")[:2]


def tls_context(certificate):
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    context.set_tls13_ciphersuites(CIPHERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    if certificate is not None:
        context.use_certificate(x509.load_der_x509_certificate(certificate.der))
        context.use_privatekey(certificate.key)
    # OpenSSL accepts any chain here; cert.check decides afterwards, before a byte of the session is exchanged.
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    return context


class TlsStream:
    """TLS over a PlainStream. `certificate` None presents none (a client only)."""

    def __init__(self, plain, certificate, side):
        self.plain = plain
        self.tls = SSL.Connection(tls_context(certificate), None)
        if side == "accept":
            self.tls.set_accept_state()
        else:
            self.tls.set_connect_state()

    async def handshake(self, timeout=TIMEOUT):
        await asyncio.wait_for(self._handshake(), timeout)

    async def _handshake(self):
        while True:
            try:
                self.tls.do_handshake()
                await self._flush()
                return
            except SSL.WantReadError:
                await self._flush()
                await self._fill()
            except SSL.Error as error:
                await self._flush()
                raise StreamClosed(f"TLS: {error}") from error

    def peer_certificate(self):
        return crypto.dump_certificate(crypto.FILETYPE_ASN1, self.tls.get_peer_certificate())

    async def _flush(self):
        while True:
            try:
                data = self.tls.bio_read(READ_SIZE)
            except SSL.WantReadError:
                return
            await self.plain.write(data)

    async def _fill(self):
        data = await self.plain.read_some()
        if not data:
            raise StreamClosed("closed within TLS")
        self.tls.bio_write(data)

    async def read_some(self):
        while True:
            try:
                return self.tls.recv(READ_SIZE)
            except SSL.WantReadError:
                await self._flush()
                try:
                    await self._fill()
                except StreamClosed:
                    return b""
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                raise StreamClosed(f"TLS: {error}") from error

    async def write(self, data, timeout=TIMEOUT):
        view = memoryview(data)
        while view:
            try:
                view = view[self.tls.send(bytes(view[:READ_SIZE])) :]
            except SSL.Error as error:
                raise StreamClosed(f"TLS: {error}") from error
        while True:
            try:
                out = self.tls.bio_read(READ_SIZE)
            except SSL.WantReadError:
                return
            await self.plain.write(out, timeout)

    async def close(self):
        try:
            self.tls.shutdown()
            await self._flush()
        except (SSL.Error, StreamClosed, asyncio.TimeoutError):
            pass
        await self.plain.close()

    def addresses(self):
        return self.plain.addresses()


class Buffered:
    """Exact reads from a stream."""

    def __init__(self, stream, start=b""):
        self.stream = stream
        self.buffer = bytearray(start)

    async def exactly(self, size):
        """No deadline of its own: the caller has one."""
        while len(self.buffer) < size:
            data = await self.stream.read_some()
            if not data:
                raise StreamClosed("end of stream" if not self.buffer else "end of stream inside a message")
            self.buffer += data
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data


class Preread:
    """A stream some of whose bytes were read already."""

    def __init__(self, plain, data):
        self.plain = plain
        self.data = data

    async def read_some(self):
        if self.data:
            data, self.data = self.data, b""
            return data
        return await self.plain.read_some()

    def __getattr__(self, name):
        return getattr(self.plain, name)


async def connect_plain(host, port, timeout=TIMEOUT):
    return PlainStream(*await asyncio.wait_for(asyncio.open_connection(host, port), timeout))


async def connect_public(host, port, certificate, policy="fake_tdx", timeout=TIMEOUT, solve=proof_of_work.solve):
    """To a public port: proof of work, then TLS. Returns (stream, cert.Peer). `solve` may lie in tests; `policy` None
    accepts whatever the server shows."""
    plain = await connect_plain(host, port, timeout)
    try:
        return await asyncio.wait_for(_connect_public(plain, certificate, policy, solve), timeout)
    except BaseException:
        await plain.close()
        raise


async def _connect_public(plain, certificate, policy, solve):
    buffered = Buffered(plain)
    difficulty, salt = proof_of_work.parse_challenge(await buffered.exactly(proof_of_work.CHALLENGE_SIZE))
    nonce = await asyncio.get_running_loop().run_in_executor(None, solve, difficulty, salt)
    await plain.write(proof_of_work.response(nonce))
    tls = TlsStream(Preread(plain, bytes(buffered.buffer)), certificate, "connect")
    await tls._handshake()
    der = tls.peer_certificate()
    if policy is None:
        return tls, None
    cert.check_server_name(der)
    return tls, cert.check(der, policy)


async def accept_public(plain, certificate, policy="fake_tdx", difficulty=4, timeout=TIMEOUT):
    """The serving side of connect_public, on a connection just accepted."""
    try:
        return await asyncio.wait_for(_accept_public(plain, certificate, policy, difficulty), timeout)
    except BaseException:
        await plain.close()
        raise


async def _accept_public(plain, certificate, policy, difficulty):
    challenge = proof_of_work.challenge(difficulty)
    await plain.write(challenge)
    buffered = Buffered(plain)
    nonce = proof_of_work.parse_response(await buffered.exactly(proof_of_work.RESPONSE_SIZE))
    if not proof_of_work.is_solution(challenge[8:], nonce, difficulty):
        raise proof_of_work.PowError("wrong_answer")
    tls = TlsStream(Preread(plain, bytes(buffered.buffer)), certificate, "accept")
    await tls._handshake()
    return tls, cert.check(tls.peer_certificate(), policy) if policy is not None else None
