"""Cells and bags of cells, as far as altering proofs needs them: read, hash at every level, prune, write."""

import hashlib
import struct

MAGIC = bytes.fromhex("b5ee9c72")
PRUNED, LIBRARY, PROOF, UPDATE = 1, 2, 3, 4


class Cell:
    """`data` is padded to whole bytes as the descriptor says; `bits` counts without the padding."""

    def __init__(self, data, bits, refs=(), special=False):
        self.data, self.bits, self.refs, self.special = bytes(data), bits, tuple(refs), special
        self.kind = self.data[0] if special else 0
        below = 0
        for ref in self.refs:
            below |= ref.mask
        if self.kind == PRUNED:
            self.mask = self.data[1]
        elif self.kind in (PROOF, UPDATE):
            self.mask = below >> 1
        else:
            self.mask = 0 if self.kind == LIBRARY else below
        self.known = {}

    def _descriptor(self, mask):
        return bytes([len(self.refs) + 8 * self.special + 32 * mask, self.bits // 8 + (self.bits + 7) // 8])

    def _at(self, level):
        """(hash, depth) at a level: that of the highest level below it at which the cell differs."""
        level = (self.mask & ((1 << level) - 1)).bit_length()
        if level not in self.known:
            self.known[level] = self._compute(level)
        return self.known[level]

    def _compute(self, level):
        if self.kind == PRUNED and level < self.mask.bit_length():
            index = (self.mask & ((1 << level) - 1)).bit_count()
            count = self.mask.bit_count()
            depths = self.data[2 + 32 * count :]
            return self.data[2 + 32 * index : 34 + 32 * index], struct.unpack(">H", depths[2 * index : 2 * index + 2])[0]
        lower = self.mask & ((1 << level) - 1)
        data = self.data
        if lower and self.kind != PRUNED:
            data = self._at(lower.bit_length() - 1)[0]
        inside = level + (self.kind in (PROOF, UPDATE))
        below = [ref._at(inside) for ref in self.refs]
        text = (self._descriptor(lower) + data + b"".join(struct.pack(">H", depth) for _, depth in below)
                + b"".join(digest for digest, _ in below))
        return hashlib.sha256(text).digest(), 1 + max((depth for _, depth in below), default=-1)

    def hash(self, level=3):
        return self._at(level)[0]

    def depth(self, level=3):
        return self._at(level)[1]

    def with_refs(self, refs):
        return Cell(self.data, self.bits, refs, self.special)

    def pruned(self):
        """What stands for this cell in a proof that leaves it out. For cells without proofs inside."""
        assert self.mask == 0
        return Cell(bytes([PRUNED, 1]) + self.hash(0) + struct.pack(">H", self.depth(0)), 288, (), True)


def proof_of(child):
    """A Merkle proof around a (partly pruned) tree."""
    return Cell(bytes([PROOF]) + child.hash(0) + struct.pack(">H", child.depth(0)), 280, (child,), True)


def parse(bag):
    """The roots of a bag."""
    assert bag[:4] == MAGIC
    flags, offset_bytes = bag[4], bag[5]
    size = flags & 7
    at = 6

    def number(width):
        nonlocal at
        at += width
        return int.from_bytes(bag[at - width : at], "big")

    cells, roots, _absent = number(size), number(size), number(size)
    number(offset_bytes)
    root_list = [number(size) for _ in range(roots)]
    if flags & 0x80:
        at += cells * offset_bytes
    raw = []
    for _ in range(cells):
        d1, d2 = bag[at], bag[at + 1]
        at += 2
        if d1 & 16:  # hashes and depths, which are computed here
            at += 34 * ((d1 >> 5).bit_count() + 1)
        data = bag[at : at + (d2 + 1) // 2]
        at += len(data)
        bits = 8 * len(data)
        if d2 % 2:
            last = data[-1]
            trailing = (last & -last).bit_length()
            bits -= trailing
        raw.append((data, bits, [number(size) for _ in range(d1 & 7)], bool(d1 & 8)))
    made = [None] * cells
    for index in reversed(range(cells)):
        data, bits, refs, special = raw[index]
        made[index] = Cell(data, bits, [made[ref] for ref in refs], special)
    return [made[root] for root in root_list]


def serialize(roots):
    order, places = [], {}

    def visit(cell):
        if id(cell) not in places:
            for ref in reversed(cell.refs):
                visit(ref)
            places[id(cell)] = len(order)
            order.append(cell)

    for root in reversed(roots):
        visit(root)
    last = len(order) - 1  # parents come after children in `order`, and before them in the bag
    body = bytearray()
    for cell in reversed(order):
        body += cell._descriptor(cell.mask) + cell.data
        for ref in cell.refs:
            body += struct.pack(">H", last - places[id(ref)])
    head = MAGIC + bytes([2, 4]) + struct.pack(">HHH", len(order), len(roots), 0) + struct.pack(">I", len(body))
    return head + b"".join(struct.pack(">H", last - places[id(root)]) for root in roots) + bytes(body)
