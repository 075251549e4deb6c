"""The attestation-info frame that a router writes to its local application before anything else: who the TLS peer was."""

import struct
from dataclasses import dataclass, field

from .tl import Reader, TlError, encode_bytes

MOST_BYTES = 16_536
REPORT_BYTES = 448  # eight 48-byte measurements and 64 bytes of report data
COLLATERAL_BYTES = 48


@dataclass
class AttestationInfo:
    """`report` is None for a peer without evidence in layout R; layout N has no such value."""

    layout: str = "R"
    kind: int = 0  # 0 TDX; 1 SGX (R) or SEV (N)
    report: bytes | None = bytes(REPORT_BYTES)
    collateral: bytes = bytes(COLLATERAL_BYTES)
    public_key: bytes = bytes(32)
    source: tuple = ("127.0.0.1", 0)
    destination: tuple = field(default=("127.0.0.1", 0))


def for_peer(peer, source, destination, layout="R"):
    """The frame's content for a peer checked by policy any or fake_tdx: all measurements zero."""
    report = bytes(REPORT_BYTES - 64) + (peer.report_data or bytes(64))
    return AttestationInfo(layout, 0, report, bytes(COLLATERAL_BYTES), peer.public_key, source, destination)


def report_bytes(layout, kind):
    if kind == 0:
        return REPORT_BYTES
    return 32 + 64 if layout == "R" else 48 + 64


def encode(info):
    """The whole frame, length first."""
    out = []
    if info.layout == "N":
        out += [struct.pack("<ii", 2, info.kind), info.report]
        out += [info.collateral] if info.kind == 0 else []
    elif info.report is None:
        out += [struct.pack("<i", 0), info.collateral]
    else:
        out += [struct.pack("<ii", 1, info.kind), info.report, info.collateral]
    out.append(encode_bytes(info.public_key))
    for host, port in (info.source, info.destination):
        out += [encode_bytes(host.encode()), struct.pack("<i", port)]
    body = b"".join(out)
    return struct.pack("<I", len(body)) + body


def decode(body):
    """From the bytes after the length."""
    reader = Reader(body)
    marker = reader.field("int")
    if marker not in (0, 1, 2):
        raise TlError(f"bad_marker: {marker}")
    layout = "N" if marker == 2 else "R"
    kind, report, collateral = 0, None, bytes(COLLATERAL_BYTES)
    if marker != 0:
        kind = reader.field("int")
        if kind not in (0, 1):
            raise TlError(f"bad_kind: {kind}")
        report = reader.take(report_bytes(layout, kind))
    if layout == "R" or kind == 0:
        collateral = reader.take(COLLATERAL_BYTES)
    public_key = reader.bytes()
    ends = [(reader.field("string"), reader.field("int")) for _ in range(2)]
    if reader.at != len(body):
        raise TlError("trailing_bytes")
    return AttestationInfo(layout, kind, report, collateral, public_key, *ends)
