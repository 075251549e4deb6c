"""ADNL over TCP, both ends, from its description: handshake of 256 bytes, two AES-256-CTR streams, framed payloads."""

import hashlib
import os
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PRIME = 2**255 - 19
ED25519_KEY = bytes.fromhex("c6b41348")
HANDSHAKE = 256
SESSION = 160


class AdnlError(Exception):
    """The other end does not keep to the rules."""


def key_id(public):
    return hashlib.sha256(ED25519_KEY + public).digest()


def public_of(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def shared_secret(seed, public):
    """The X25519 secret of two Ed25519 keys."""
    y = int.from_bytes(public, "little") & (2**255 - 1)
    u = (1 + y) * pow(1 - y, PRIME - 2, PRIME) % PRIME
    scalar = hashlib.sha512(seed).digest()[:32]
    return X25519PrivateKey.from_private_bytes(scalar).exchange(X25519PublicKey.from_public_bytes(u.to_bytes(32, "little")))


def ctr(key, counter):
    return Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()


def session_cipher(secret, digest):
    return ctr(secret[:16] + digest[16:], digest[:4] + secret[20:])


class Channel:
    """Two keyed streams over a pair of asyncio streams."""

    def __init__(self, reader, writer, receive, send):
        self.reader, self.writer = reader, writer
        self.receive, self.send_cipher = receive, send

    @classmethod
    async def connect(cls, host, port, server_public, open_connection):
        reader, writer = await open_connection(host, port)
        seed, session = os.urandom(32), os.urandom(SESSION)
        digest = hashlib.sha256(session).digest()
        hidden = session_cipher(shared_secret(seed, server_public), digest).update(session)
        writer.write(key_id(server_public) + public_of(seed) + digest + hidden)
        channel = cls(reader, writer, ctr(session[:32], session[64:80]), ctr(session[32:64], session[80:96]))
        if await channel.read() != b"":
            raise AdnlError("the server did not confirm the handshake")
        return channel

    @classmethod
    async def accept(cls, reader, writer, seed):
        hello = await reader.readexactly(HANDSHAKE)
        if hello[:32] != key_id(public_of(seed)):
            raise AdnlError("the client means another server")
        digest = hello[64:96]
        session = session_cipher(shared_secret(seed, hello[32:64]), digest).update(hello[96:])
        if hashlib.sha256(session).digest() != digest:
            raise AdnlError("the client's handshake is damaged")
        return cls(reader, writer, ctr(session[32:64], session[80:96]), ctr(session[:32], session[64:80]))

    async def read(self):
        size = struct.unpack("<I", self.receive.update(await self.reader.readexactly(4)))[0]
        if not 64 <= size <= 2**24:
            raise AdnlError(f"a frame of {size} bytes")
        frame = self.receive.update(await self.reader.readexactly(size))
        if hashlib.sha256(frame[:-32]).digest() != frame[-32:]:
            raise AdnlError("a damaged frame")
        return frame[32:-32]

    def write(self, payload):
        body = os.urandom(32) + payload
        self.write_frame(body + hashlib.sha256(body).digest())

    def write_frame(self, frame):
        """A frame as it is, right or wrong."""
        self.write_raw(struct.pack("<I", len(frame)) + frame)

    def write_raw(self, data):
        self.writer.write(self.send_cipher.update(data))

    def close(self):
        self.writer.close()
