"""Third-party routers. The forward router takes SOCKS5 on loopback and goes out with proof of work and TLS; the reverse
router takes proof of work and TLS from outside and hands the connection to a plain local port. Both tell their local
application who the TLS peer is, by an attestation-info frame written first."""

import asyncio
import struct

from . import attestation_info, cert, streams


class Router:
    """What both kinds share: a loopback listener and copying both ways until one side closes."""

    def __init__(self, certificate=None, policy="any", layout="R", serialize_info=True):
        self.certificate = certificate or cert.make()
        self.policy = policy
        self.layout = layout
        self.serialize_info = serialize_info
        self.refused = []
        self.connections = 0
        self._server = None
        self._tasks = set()

    async def listen(self):
        async def accepted(reader, writer):
            self._tasks.add(asyncio.current_task())
            stream = streams.PlainStream(reader, writer)
            try:
                await self.serve(stream)
            except asyncio.CancelledError:
                pass
            except Exception as error:  # one bad connection must not end the others
                self.refused.append(error)
            finally:
                await stream.close()
                self._tasks.discard(asyncio.current_task())
        self._server = await asyncio.start_server(accepted, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def serve(self, stream):
        raise NotImplementedError

    async def write_info(self, stream, peer, source, destination):
        if self.serialize_info:
            await stream.write(attestation_info.encode(
                attestation_info.for_peer(peer, source, destination, self.layout)))

    async def copy_both_ways(self, one, other):
        self.connections += 1
        ways = [asyncio.ensure_future(copy(one, other)), asyncio.ensure_future(copy(other, one))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            await other.close()

    async def close(self):
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.wait_for(self._server.wait_closed(), 5)


async def copy(source, target):
    try:
        while data := await source.read_some():
            await target.write(data)
    except (streams.StreamClosed, asyncio.TimeoutError):
        pass


class ReverseRouter(Router):
    """Public port in front of a plain application port."""

    def __init__(self, target, difficulty=4, **options):
        super().__init__(**options)
        self.target = target
        self.difficulty = difficulty

    async def serve(self, stream):
        own, remote = stream.addresses()
        tls, peer = await streams.accept_public(stream, self.certificate, self.policy, self.difficulty)
        local = await streams.connect_plain(*self.target)
        await self.write_info(local, peer, remote, own)
        await self.copy_both_ways(tls, local)


class SocksRouter(Router):
    """SOCKS5 (RFC 1928, 1929) for local applications; CONNECT to IPv4 addresses only. With `user_policy`, a user name is
    the name of the policy to apply."""

    def __init__(self, user_policy=False, **options):
        super().__init__(**options)
        self.user_policy = user_policy

    async def serve(self, stream):
        buffered = streams.Buffered(stream)
        policy, target = await asyncio.wait_for(self.negotiate(stream, buffered), streams.TIMEOUT)
        if target is None:
            return
        try:
            tls, peer = await streams.connect_public(*target, self.certificate, policy)
        except Exception:
            await stream.write(b"\x05\x05\x00\x01" + bytes(6))
            raise
        own, remote = tls.addresses()
        await stream.write(b"\x05\x00\x00\x01" + bytes(map(int, own[0].split("."))) + struct.pack(">H", own[1]))
        await self.write_info(stream, peer, own, remote)
        await self.copy_both_ways(streams.Preread(stream, bytes(buffered.buffer)), tls)

    async def negotiate(self, stream, buffered):
        """(policy, target); target None when refused."""
        version, count = await buffered.exactly(2)
        methods = await buffered.exactly(count)
        policy = self.policy
        if version != 5 or not set(methods) & {0, 2}:
            await stream.write(b"\x05\xff")
            return policy, None
        if self.user_policy and 2 in methods:
            await stream.write(b"\x05\x02")
            policy = await self.user(stream, buffered)
        else:
            await stream.write(b"\x05\x00")
        _, command, _, kind = await buffered.exactly(4)
        if command != 1 or kind != 1:
            await stream.write(b"\x05" + (b"\x07" if command != 1 else b"\x08") + b"\x00\x01" + bytes(6))
            return policy, None
        host = ".".join(map(str, await buffered.exactly(4)))
        return policy, (host, struct.unpack(">H", await buffered.exactly(2))[0])

    async def user(self, stream, buffered):
        _, size = await buffered.exactly(2)
        name = (await buffered.exactly(size)).decode()
        (size,) = await buffered.exactly(1)
        await buffered.exactly(size)
        await stream.write(b"\x01\x00")
        return name
