"""The proof of work before TLS: challenge and response bytes, solver and check."""

import hashlib
import os
import struct

CHALLENGE_MAGIC = 0x418E1291
RESPONSE_MAGIC = 0x01827319
CHALLENGE_SIZE = 24
RESPONSE_SIZE = 12
MOST_ACCEPTED = 28


class PowError(Exception):
    pass


def challenge(difficulty, salt=None):
    return struct.pack("<Ii", CHALLENGE_MAGIC, difficulty) + (salt or os.urandom(16))


def parse_challenge(data):
    """(difficulty, salt)"""
    magic, difficulty = struct.unpack("<Ii", data[:8])
    if magic != CHALLENGE_MAGIC:
        raise PowError(f"bad_magic: {magic:08x}")
    if not 0 <= difficulty <= MOST_ACCEPTED:
        raise PowError(f"difficulty_refused: {difficulty}")
    return difficulty, data[8:CHALLENGE_SIZE]


def is_solution(salt, nonce, difficulty):
    digest = hashlib.sha256(salt + struct.pack("<q", nonce)).digest()
    return int.from_bytes(digest[:8], "little") >> (64 - difficulty) == 0


def solve(difficulty, salt):
    """The smallest nonce; about 2^difficulty tries, so tests use small difficulties."""
    nonce = 0
    while not is_solution(salt, nonce, difficulty):
        nonce += 1
    return nonce


def response(nonce):
    return struct.pack("<Iq", RESPONSE_MAGIC, nonce)


def parse_response(data):
    magic, nonce = struct.unpack("<Iq", data)
    if magic != RESPONSE_MAGIC:
        raise PowError(f"bad_magic: {magic:08x}")
    return nonce
