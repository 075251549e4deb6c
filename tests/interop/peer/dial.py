"""The ways to reach a proxy: its public port; the plain port behind a reverse router (attestation-info frame first);
through a SOCKS5 forward router. Each returns a stream ready for Link, and what is known about the peer."""

import asyncio
import struct

from . import attestation_info, cert, streams


async def public(host, port, certificate=None, policy="fake_tdx", **options):
    return await streams.connect_public(host, port, certificate or cert.make(), policy, **options)


async def behind_reverse_router(host, port, info=None):
    """As a reverse router delivers a connection to its application: the info frame, then frames."""
    stream = await streams.connect_plain(host, port)
    await stream.write(attestation_info.encode(info or attestation_info.AttestationInfo()))
    return stream, None


async def read_info(stream, timeout=streams.TIMEOUT):
    """Reads the info frame that begins a stream; (the rest of the stream, the info)."""
    buffered = streams.Buffered(stream)

    async def read():
        (size,) = struct.unpack("<I", await buffered.exactly(4))
        if size > attestation_info.MOST_BYTES:
            raise streams.StreamClosed(f"attestation info of {size} bytes")
        return attestation_info.decode(await buffered.exactly(size))

    info = await asyncio.wait_for(read(), timeout)
    return streams.Preread(stream, bytes(buffered.buffer)), info


async def through_socks5(router, target, user=None, serialize_info=True):
    """CONNECT to target (IPv4 host, port) by the router (host, port)."""
    plain = await streams.connect_plain(*router)
    buffered = streams.Buffered(plain)

    async def negotiate():
        await plain.write(b"\x05\x01\x02" if user else b"\x05\x01\x00")
        version, method = await buffered.exactly(2)
        if version != 5 or method != (2 if user else 0):
            raise streams.StreamClosed("SOCKS5 method refused")
        if user:
            name = user.encode()
            await plain.write(b"\x01" + bytes([len(name)]) + name + b"\x01x")
            if (await buffered.exactly(2))[1] != 0:
                raise streams.StreamClosed("SOCKS5 user refused")
        host = bytes(map(int, target[0].split(".")))
        await plain.write(b"\x05\x01\x00\x01" + host + struct.pack(">H", target[1]))
        reply = await buffered.exactly(10)
        if reply[1] != 0:
            raise streams.StreamClosed(f"SOCKS5 refused: {reply[1]}")

    try:
        await asyncio.wait_for(negotiate(), streams.TIMEOUT)
        stream = streams.Preread(plain, bytes(buffered.buffer))
        if not serialize_info:
            return stream, None
        return await read_info(stream)
    except BaseException:
        await plain.close()
        raise
