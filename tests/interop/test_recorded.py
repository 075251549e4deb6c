"""The peer against bytes recorded from the live network's own programs: what it writes must be those bytes."""

import datetime
import json
import os
import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from peer import attestation_info, cert, pow as proof_of_work, tl

VECTORS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors")
WIRE = os.path.join(VECTORS, "wire")
SESSIONS = ("client-session-at-proxy", "worker-session-at-proxy", "client-session-at-local-router",
            "worker-session-at-local-router")


def segments(name):
    with open(os.path.join(WIRE, name + ".json"), encoding="ascii") as file:
        return json.load(file)


def stream(name, direction):
    return b"".join(bytes.fromhex(one["hex"]) for one in segments(name) if one["dir"] == direction)


def split_preface(name, direction):
    """(bytes before the frames, frames) of one direction of a recorded session."""
    data = stream(name, direction)
    skip = 0
    if name.endswith("local-router"):
        skip = 3 + 10 if direction == "to_server" else 2 + 10  # SOCKS5
    if (name.endswith("at-proxy")) == (direction == "to_server"):
        skip += 4 + struct.unpack("<I", data[skip : skip + 4])[0]
    return data[:skip], data[skip:]


def frames(data):
    while data:
        size, number = struct.unpack("<Ii", data[:8])
        yield number, data[8 : 8 + size]
        data = data[8 + size :]


@pytest.mark.parametrize("name", SESSIONS)
@pytest.mark.parametrize("direction", ["to_server", "to_client"])
def test_recorded_frames_are_read_and_written_alike(name, direction):
    count = 0
    for number, payload in frames(split_preface(name, direction)[1]):
        assert number == count
        packet = tl.decode(payload)
        assert tl.encode(packet) == payload
        if packet.get("data"):
            inner = tl.decode(packet.data)
            assert tl.encode(inner) == packet.data
            if inner.get("query"):
                assert tl.encode(tl.decode(inner.query)) == inner.query
        count += 1
    assert count > 10


@pytest.mark.parametrize("name,direction", [("client-session-at-proxy", "to_server"),
                                            ("worker-session-at-proxy", "to_server"),
                                            ("client-session-at-local-router", "to_client"),
                                            ("worker-session-at-local-router", "to_client")])
def test_recorded_attestation_frames(name, direction):
    preface = split_preface(name, direction)[0]
    frame = preface[-576:]
    info = attestation_info.decode(frame[4:])
    assert info.layout == "R"
    assert attestation_info.encode(info) == frame


def test_every_truncation_of_recorded_objects_is_refused():
    for _, payload in list(frames(split_preface("client-session-at-proxy", "to_server")[1]))[:4]:
        for size in range(len(payload)):
            with pytest.raises(tl.TlError):
                tl.decode(payload[:size])
        with pytest.raises(tl.TlError, match="trailing_bytes"):
            tl.decode(payload + bytes(4))


def test_recorded_certificate_is_rebuilt_byte_for_byte():
    with open(os.path.join(VECTORS, "attest", "fake-tdx-certificate.pem"), "rb") as file:
        recorded = x509.load_pem_x509_certificate(file.read())
    public_key = cert.raw_public_key(recorded.public_key())
    plan = cert.Plan(serial=recorded.serial_number, not_before=recorded.not_valid_before_utc)
    assert cert.to_be_signed(plan, public_key) == recorded.tbs_certificate_bytes
    then = recorded.not_valid_before_utc + datetime.timedelta(hours=1)
    checked = cert.check(recorded.public_bytes(serialization.Encoding.DER), "fake_tdx", then)
    assert checked.public_key == public_key


def test_recorded_proof_of_work():
    first, second = segments("public-port-first-bytes")[:2]
    difficulty, salt = proof_of_work.parse_challenge(bytes.fromhex(first["hex"]))
    assert difficulty == 20
    answer = bytes.fromhex(second["hex"])[:12]
    nonce = proof_of_work.parse_response(answer)
    assert proof_of_work.is_solution(salt, nonce, difficulty)
    assert not proof_of_work.is_solution(salt, nonce + 1, difficulty)
    assert proof_of_work.response(nonce) == answer
    assert bytes.fromhex(second["hex"])[12:15] == b"\x16\x03\x01"  # TLS begins in the same segment


def test_proof_of_work_vectors():
    salt = bytes(range(16))
    assert proof_of_work.solve(8, salt) == 480
    assert proof_of_work.solve(16, salt) == 84956
    assert proof_of_work.is_solution(salt, 303607, 20)
    assert proof_of_work.challenge(20, salt).hex() == "91128e4114000000" + salt.hex()
    assert proof_of_work.response(303607).hex() == "19738201f7a1040000000000"


def test_connect_to_proxy_vector():
    params = tl.Object("client.params", is_test=False, min_proto_version=1, max_proto_version=2,
                       client_owner_address="UQDJxdrlRruDA9KuV7nGNXAPVs8cTIS2fbyMx2BOWioB_kVe")
    data = tl.encode(tl.Object("client.connectToProxy", params=params, min_config_version=87))
    assert len(data) == 76
    assert data.hex().startswith("f4a05fff0300000030555144")
    assert data.hex().endswith("6b566500000037" "9779bc010000000200000057000000")
    query = tl.encode(tl.Object("tcp.query", id=0x0102030405060708, data=data))
    assert query == bytes.fromhex("0819f53a08070605040302014c") + data + bytes(3)
    opening = tl.encode(tl.Object("tcp.connect", id=0x1122334455667788))
    assert opening.hex() == "61427ca58877665544332211"


def test_http_request_vector():
    headers = [tl.Object("http.header", name="Content-Type", value="application/json"),
               tl.Object("http.header", name="Content-Length", value="2")]
    data = tl.encode(tl.Object("http.request", method="POST", url="/v1/chat/completions", http_version="HTTP/1.0",
                               headers=headers, payload=b"{}"))
    assert len(data) == 112
    assert data.hex() == (
        "e52d494704504f5354000000142f76312f636861742f636f6d706c6574696f6e7300000008485454502f312e300000000200"
        "00000c436f6e74656e742d54797065000000106170706c69636174696f6e2f6a736f6e0000000e436f6e74656e742d4c656e"
        "677468000132" "0000027b7d00")
