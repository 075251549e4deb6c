"""The liar's own cells (lite/cells.py) against recorded bags, so that what it alters is what it means to alter."""

import json
import pathlib
import sys

from lite import cells

ITEMS = pathlib.Path(__file__).resolve().parents[1] / "vectors" / "ton-proofs"


def bags():
    for path in sorted(ITEMS.glob("*/*.json")):
        item = json.loads(path.read_text())
        if item.get("kind") != "boc_parse" or not item["expect"].get("ok"):
            continue
        given = item["inputs"]["boc"]
        bag = bytes.fromhex(given["hex"]) if "hex" in given else (path.parent / given["file"]).read_bytes()
        if bag.startswith(cells.MAGIC):
            yield item, bag


def test_recorded_bags_have_their_hashes_and_come_back():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)  # the deepest recorded cell has 1024 levels
    try:
        count = 0
        for item, bag in bags():
            roots = cells.parse(bag)
            assert [root.hash().hex() for root in roots] == [root["repr_hash"] for root in item["expect"]["roots"]]
            again = cells.parse(cells.serialize(roots))
            assert [root.hash() for root in again] == [root.hash() for root in roots]
            count += 1
        assert count >= 50
    finally:
        sys.setrecursionlimit(limit)


def test_a_pruned_branch_keeps_the_hash():
    leaf = cells.Cell(b"\x12\x34", 16)
    tree = cells.Cell(b"\xff", 8, (leaf, leaf))
    shown = tree.with_refs((leaf.pruned(), leaf))
    assert shown.hash(0) == tree.hash(0) and shown.hash() != tree.hash()
    assert cells.proof_of(shown).mask == 0
