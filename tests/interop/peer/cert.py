"""Certificates of the network, written as DER by hand so that every field can be right or, on purpose, wrong; and the
checks that the network's verifier makes of a peer's certificate."""

import base64
import datetime
import hashlib
import os
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

QUOTE = "1.3.6.1.4.1.12345.1"
USER_CLAIMS = "1.3.6.1.4.1.12345.2"
KNOWN_CRITICAL = {QUOTE, USER_CLAIMS, "2.5.29.19", "2.5.29.15", "2.5.29.37"}
LIFETIME = 86_400
SUBJECT = (("2.5.4.6", 0x13, "AE"), ("2.5.4.8", 0x0C, "DUBAI"), ("2.5.4.10", 0x0C, "TDLib Development"),
           ("2.5.4.11", 0x0C, "Security"), ("2.5.4.3", 0x0C, "localhost"))


class CertificateError(Exception):
    """A peer's certificate is refused; the text begins with a reason in snake_case."""


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def der_oid(text):
    first, second, *rest = map(int, text.split("."))
    out = bytearray([first * 40 + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return der(0x06, bytes(out))


def der_positive(number):
    return der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def der_time(moment):
    return der(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def der_extension(oid, content, critical):
    return der(0x30, der_oid(oid), der(0x01, b"\xff") if critical else b"", der(0x04, content))


def der_name(subject):
    return der(0x30, *(der(0x31, der(0x30, der_oid(oid), der(tag, text.encode()))) for oid, tag, text in subject))


ED25519 = der(0x30, der_oid("1.3.101.112"))


def report_data(public_key):
    return hashlib.sha512(public_key).digest()


def attestation_extensions(policy, public_key):
    """What a certificate for the policy says about its key: `any` nothing, `fake_tdx` the report data alone."""
    if policy == "any":
        return []
    return [(QUOTE, report_data(public_key), True), (USER_CLAIMS, public_key, True)]


def standard_extensions(public_key):
    names = der(0x30, der(0x82, b"localhost"), der(0x82, b"127.0.0.1"), der(0x87, bytes(15) + b"\x01"))
    usages = der(0x30, der_oid("1.3.6.1.5.5.7.3.1"), der_oid("1.3.6.1.5.5.7.3.2"))
    return [
        ("2.5.29.19", der(0x30), True),
        ("2.5.29.15", der(0x03, b"\x07\x80"), True),
        ("2.5.29.37", usages, True),
        ("2.5.29.14", der(0x04, hashlib.sha1(public_key).digest()), False),
        ("2.5.29.17", names, False),
    ]


@dataclass
class Plan:
    """Everything that goes into a certificate. Defaults make what the network's own tool makes for `fake_tdx`."""

    seed: bytes = field(default_factory=lambda: os.urandom(32))
    policy: str = "fake_tdx"
    version: int = 1
    serial: int = field(default_factory=lambda: int.from_bytes(os.urandom(16), "big"))
    not_before: datetime.datetime = field(
        default_factory=lambda: datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5))
    lifetime: int = LIFETIME
    subject: tuple = SUBJECT
    attestation: list | None = None  # instead of what the policy says: (oid, content, critical)
    extra: list = field(default_factory=list)
    standard: list | None = None


@dataclass
class Certificate:
    der: bytes
    key: ed25519.Ed25519PrivateKey

    @property
    def public_key(self):
        return raw_public_key(self.key.public_key())

    def pem(self):
        body = base64.encodebytes(self.der).decode().replace("\n", "")
        lines = "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
        return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n".encode()

    def key_pem(self):
        return self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                      serialization.NoEncryption())


def raw_public_key(key):
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def to_be_signed(plan, public_key):
    attestation = plan.attestation if plan.attestation is not None else attestation_extensions(plan.policy, public_key)
    standard = plan.standard if plan.standard is not None else standard_extensions(public_key)
    until = plan.not_before + datetime.timedelta(seconds=plan.lifetime)
    extensions = [der_extension(*one) for one in [*attestation, *plan.extra, *standard]]
    return der(
        0x30,
        b"" if plan.version == 1 else der(0xA0, der_positive(plan.version - 1)),
        der_positive(plan.serial),
        ED25519,
        der_name(plan.subject),
        der(0x30, der_time(plan.not_before), der_time(until)),
        der_name(plan.subject),
        der(0x30, ED25519, der(0x03, b"\0", public_key)),
        der(0xA3, der(0x30, *extensions)) if extensions else b"",
    )


def make(plan=None, **choices):
    """A self-signed certificate by the plan; choices are fields of Plan."""
    plan = plan or Plan(**choices)
    key = ed25519.Ed25519PrivateKey.from_private_bytes(plan.seed)
    body = to_be_signed(plan, raw_public_key(key.public_key()))
    return Certificate(der(0x30, body, ED25519, der(0x03, b"\0", key.sign(body))), key)


@dataclass
class Peer:
    """What a checked certificate says: its key and the report data of its (fake) quote, if it has one."""

    public_key: bytes
    report_data: bytes | None


def check(certificate_der, policy, now=None):
    """The verifier's rules for `any` and `fake_tdx`; CertificateError with the broken one."""
    certificate = x509.load_der_x509_certificate(certificate_der)
    key = certificate.public_key()
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise CertificateError("not_ed25519")
    if certificate.issuer != certificate.subject:
        raise CertificateError("not_self_signed")
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes)
    except InvalidSignature as error:
        raise CertificateError("bad_signature") from error
    now = now or datetime.datetime.now(datetime.timezone.utc)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise CertificateError("out_of_date")
    extensions = {one.oid.dotted_string: one for one in certificate.extensions}
    unknown = [oid for oid, one in extensions.items() if one.critical and oid not in KNOWN_CRITICAL]
    if unknown:
        raise CertificateError(f"unknown_critical_extension: {unknown}")
    raw = raw_public_key(key)
    quote = extensions[QUOTE].value.value if QUOTE in extensions else None
    if policy == "any":
        return Peer(raw, None)
    if quote is None:
        raise CertificateError("no_quote")
    if quote != report_data(raw):
        raise CertificateError("report_data_mismatch")
    return Peer(raw, quote)


def check_server_name(certificate_der):
    """The connecting side of the live network insists on the DNS name 127.0.0.1."""
    certificate = x509.load_der_x509_certificate(certificate_der)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound as error:
        raise CertificateError("no_server_name") from error
    if "127.0.0.1" not in names.get_values_for_type(x509.DNSName):
        raise CertificateError("wrong_server_name")
