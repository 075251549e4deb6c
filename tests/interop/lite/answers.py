"""Questions to lite servers and their answers, taken apart and put together: as far as lies about them need it."""

import struct
from dataclasses import dataclass, field


def tag(number):
    """A constructor's bytes from its number."""
    return bytes.fromhex(number)[::-1]


QUERY = tag("b48bf97a")
ANSWER = tag("0fac8416")
LITE_QUERY = tag("798c06df")
ERROR = tag("bba9e148")
WAIT = tag("baeab892")

MASTERCHAIN_INFO = tag("89b5e62e")
BLOCK_PROOF = tag("8aea9c44")
ACCOUNT_STATE = tag("6b890e25")
TRANSACTIONS = tag("1c40e7a1")
SEND_MESSAGE = tag("690ad482")
LIBRARIES = tag("d122b662")
BLOCK_TRANSACTIONS = tag("adfcc7da")

TRUE, FALSE = tag("997275b5"), tag("bc799737")


def tl_bytes(data):
    if len(data) < 254:
        head = bytes([len(data)])
    elif len(data) < 2**24:
        head = b"\xfe" + len(data).to_bytes(3, "little")
    else:
        head = b"\xff" + len(data).to_bytes(7, "little")
    return head + data + bytes(-(len(head) + len(data)) % 4)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        self.at += size
        assert self.at <= len(self.data), "an answer ends too early"
        return self.data[self.at - size : self.at]

    def number(self):
        return struct.unpack("<i", self.take(4))[0]

    def bytes(self):
        start, size = self.at, self.take(1)[0]
        if size == 254:
            size = int.from_bytes(self.take(3), "little")
        elif size == 255:
            size = int.from_bytes(self.take(7), "little")
        data = self.take(size)
        self.take(-(self.at - start) % 4)
        return data

    def boolean(self):
        return self.take(4) == TRUE


@dataclass
class Block:
    workchain: int
    shard: int
    seqno: int
    root_hash: bytes
    file_hash: bytes

    @classmethod
    def read(cls, reader):
        return cls(*struct.unpack("<iqI", reader.take(16)), reader.take(32), reader.take(32))

    def encode(self):
        return struct.pack("<iqI", self.workchain, self.shard, self.seqno) + self.root_hash + self.file_hash


@dataclass
class MasterchainInfo:
    last: Block
    state_root_hash: bytes
    init: bytes  # workchain, root hash, file hash

    TAG = tag("85832881")

    @classmethod
    def read(cls, reader):
        return cls(Block.read(reader), reader.take(32), reader.take(68))

    def encode(self):
        return self.TAG + self.last.encode() + self.state_root_hash + self.init


@dataclass
class AccountState:
    id: Block
    shard_block: Block
    shard_proof: bytes
    proof: bytes
    state: bytes

    TAG = tag("7079c751")

    @classmethod
    def read(cls, reader):
        return cls(Block.read(reader), Block.read(reader), reader.bytes(), reader.bytes(), reader.bytes())

    def encode(self):
        return (self.TAG + self.id.encode() + self.shard_block.encode() + tl_bytes(self.shard_proof)
                + tl_bytes(self.proof) + tl_bytes(self.state))


@dataclass
class TransactionList:
    ids: list
    transactions: bytes

    TAG = tag("6f26c60b")

    @classmethod
    def read(cls, reader):
        return cls([Block.read(reader) for _ in range(reader.number())], reader.bytes())

    def encode(self):
        return (self.TAG + struct.pack("<i", len(self.ids)) + b"".join(block.encode() for block in self.ids)
                + tl_bytes(self.transactions))


@dataclass
class BlockTransactions:
    id: Block
    count: int
    incomplete: bool
    ids: list  # [account, lt, hash]
    proof: bytes

    TAG = tag("bd8cad2b")
    MODE = 7

    @classmethod
    def read(cls, reader):
        told = cls(Block.read(reader), reader.number(), reader.boolean(), [], b"")
        for _ in range(reader.number()):
            assert reader.number() == cls.MODE
            told.ids.append([reader.take(32), reader.take(8), reader.take(32)])
        told.proof = reader.bytes()
        return told

    def encode(self):
        rows = b"".join(struct.pack("<i", self.MODE) + b"".join(row) for row in self.ids)
        return (self.TAG + self.id.encode() + struct.pack("<i", self.count) + (TRUE if self.incomplete else FALSE)
                + struct.pack("<i", len(self.ids)) + rows + tl_bytes(self.proof))


@dataclass
class Signatures:
    """liteServer.signatureSet.ordinary."""

    list_hash: int
    catchain_seqno: int
    signatures: list  # [node id, signature]

    TAG = tag("f644a6e6")

    @classmethod
    def read(cls, reader):
        assert reader.take(4) == cls.TAG
        list_hash, catchain_seqno, count = struct.unpack("<III", reader.take(12))
        return cls(list_hash, catchain_seqno, [[reader.take(32), reader.bytes()] for _ in range(count)])

    def encode(self):
        rows = b"".join(node + tl_bytes(signature) for node, signature in self.signatures)
        return self.TAG + struct.pack("<III", self.list_hash, self.catchain_seqno, len(self.signatures)) + rows


@dataclass
class Link:
    """A step forward or back; a step back has a state proof in place of signatures."""

    forward: bool
    to_key_block: bool
    start: Block
    end: Block
    dest_proof: bytes
    proof: bytes
    signed: object = None

    FORWARD, BACK = tag("520fce1c"), tag("ef7e1bef")

    @classmethod
    def read(cls, reader):
        tag = reader.take(4)
        assert tag in (cls.FORWARD, cls.BACK), tag.hex()
        link = cls(tag == cls.FORWARD, reader.boolean(), Block.read(reader), Block.read(reader), reader.bytes(),
                   reader.bytes())
        link.signed = Signatures.read(reader) if link.forward else reader.bytes()
        return link

    def encode(self):
        head = (self.FORWARD if self.forward else self.BACK) + (TRUE if self.to_key_block else FALSE)
        tail = self.signed.encode() if self.forward else tl_bytes(self.signed)
        return (head + self.start.encode() + self.end.encode() + tl_bytes(self.dest_proof) + tl_bytes(self.proof) + tail)


@dataclass
class BlockProof:
    complete: bool
    start: Block
    end: Block
    steps: list = field(default_factory=list)

    TAG = tag("8ed0d2c1")

    @classmethod
    def read(cls, reader):
        proof = cls(reader.boolean(), Block.read(reader), Block.read(reader))
        proof.steps = [Link.read(reader) for _ in range(reader.number())]
        return proof

    def encode(self):
        return (self.TAG + (TRUE if self.complete else FALSE) + self.start.encode() + self.end.encode()
                + struct.pack("<i", len(self.steps)) + b"".join(link.encode() for link in self.steps))


KINDS = {kind.TAG: kind for kind in (MasterchainInfo, AccountState, TransactionList, BlockTransactions, BlockProof)}


def decode(answer):
    """The answer as one of the classes above; None for any other."""
    kind = KINDS.get(answer[:4])
    return kind and kind.read(Reader(answer[4:]))


def function_of(question):
    """The constructor of what is asked, without the waiting before it."""
    return question[12:16] if question[:4] == WAIT else question[:4]
