"""TL encoding as the network uses it, table-driven and strict: an object is read only if its bytes are exactly what
writing it again would give (shortest length form, zero padding, nothing left over)."""

import struct

from .schema import BOXED, BY_ID, SCHEMA

MAX_VECTOR = 100_000


class TlError(Exception):
    """Bytes that are not the object they should be; the text begins with a reason in snake_case."""


class Object:
    """One constructor with its fields as attributes; an absent optional field reads as None."""

    def __init__(self, _name, **fields):
        known = {field.name for field in SCHEMA[_name].fields}
        unknown = set(fields) - known
        if unknown:
            raise KeyError(f"{_name} has no field {sorted(unknown)}")
        self.__dict__.update(fields)
        self.tl_name = _name

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        if all(field.name != name for field in SCHEMA[self.tl_name].fields):
            raise AttributeError(f"{self.tl_name} has no field {name}")
        return None

    def get(self, name):
        """The field, or None where it is absent or this constructor has none of that name."""
        return self.__dict__.get(name)

    def fields(self):
        return {key: value for key, value in self.__dict__.items() if key != "tl_name"}

    def __eq__(self, other):
        return isinstance(other, Object) and self.tl_name == other.tl_name and self.fields() == other.fields()

    def __repr__(self):
        return f"{self.tl_name}({', '.join(f'{k}={v!r}' for k, v in self.fields().items())})"


def encode_bytes(data):
    size = len(data)
    if size < 254:
        head = bytes([size])
    elif size < 1 << 24:
        head = b"\xfe" + size.to_bytes(3, "little")
    else:
        head = b"\xff" + size.to_bytes(7, "little")
    return head + data + bytes(-(len(head) + size) % 4)


def flags_of(value):
    """The flags an object needs for the optional fields that it holds."""
    bits = 0
    for field in SCHEMA[value.tl_name].fields:
        if field.bit is not None and getattr(value, field.name) is not None:
            bits |= 1 << field.bit
    return bits


def encode(value):
    """The object with its constructor id in front."""
    return SCHEMA[value.tl_name].id + encode_bare(value)


def encode_bare(value):
    out = []
    flags = value.flags if "flags" in value.__dict__ else flags_of(value)
    for field in SCHEMA[value.tl_name].fields:
        if field.bit is not None and not flags >> field.bit & 1:
            continue
        item = flags if field.name == "flags" else getattr(value, field.name)
        if item is None:
            raise TlError(f"missing_field: {value.tl_name}.{field.name}")
        out.append(encode_field(field.type, item))
    return b"".join(out)


PACKED = {"#": "<I", "int": "<i", "long": "<q", "double": "<d"}
RAW = {"int128": 16, "int256": 32}
BOOLS = {True: bytes.fromhex("b5757299"), False: bytes.fromhex("379779bc")}


def encode_field(kind, item):
    if kind in PACKED:
        return struct.pack(PACKED[kind], item)
    if kind in RAW:
        if len(item) != RAW[kind]:
            raise TlError(f"wrong_size: {kind}")
        return bytes(item)
    if kind == "Bool":
        return BOOLS[bool(item)]
    if kind == "string":
        return encode_bytes(item.encode("utf-8", "surrogateescape") if isinstance(item, str) else item)
    if kind == "bytes":
        return encode_bytes(item)
    if kind.startswith("vector "):
        return struct.pack("<i", len(item)) + b"".join(encode_field(kind[7:], one) for one in item)
    return encode(item) if kind in BOXED else encode_bare(item)


class Reader:
    """Takes values off the front of a byte string."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, size):
        if size > len(self.data) - self.at:
            raise TlError("truncated")
        self.at += size
        return self.data[self.at - size : self.at]

    def bytes(self):
        start = self.at
        size = self.take(1)[0]
        if size == 254:
            size = int.from_bytes(self.take(3), "little")
        elif size == 255:
            size = int.from_bytes(self.take(7), "little")
        data = self.take(size)
        self.take(-(self.at - start) % 4)
        if self.data[start : self.at] != encode_bytes(data):
            raise TlError("not_canonical: string")
        return data

    def field(self, kind):
        if kind in PACKED:
            return struct.unpack(PACKED[kind], self.take(struct.calcsize(PACKED[kind])))[0]
        if kind in RAW:
            return self.take(RAW[kind])
        if kind == "Bool":
            word = self.take(4)
            if word not in BOOLS.values():
                raise TlError("not_a_bool")
            return word == BOOLS[True]
        if kind == "string":
            return self.bytes().decode("utf-8", "surrogateescape")
        if kind == "bytes":
            return self.bytes()
        if kind.startswith("vector "):
            count = self.field("int")
            if not 0 <= count <= MAX_VECTOR:
                raise TlError("bad_count")
            return [self.field(kind[7:]) for _ in range(count)]
        return self.boxed(BOXED[kind]) if kind in BOXED else self.bare(kind)

    def boxed(self, allowed=None):
        name = BY_ID.get(bytes(self.take(4)))
        if name is None or (allowed is not None and name not in allowed):
            raise TlError(f"unknown_constructor: {self.data[self.at - 4:self.at].hex()}")
        return self.bare(name)

    def bare(self, name):
        values = {}
        for field in SCHEMA[name].fields:
            if field.bit is None or values["flags"] >> field.bit & 1:
                values[field.name] = self.field(field.type)
        return Object(name, **values)


def decode(data):
    """The one boxed object that the bytes are; TlError for anything else."""
    reader = Reader(bytes(data))
    value = reader.boxed()
    if reader.at != len(reader.data):
        raise TlError("trailing_bytes")
    return value
