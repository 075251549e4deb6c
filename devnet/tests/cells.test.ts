// Cells, bags and dictionaries against @ton/core and against naive twins; malformed bags are refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginCell, Cell as CoreCell, Dictionary as CoreDictionary } from '@ton/core';
import { parseBoc, parseOne, serializeBoc, serializeOne } from '../src/cells/boc.ts';
import { build } from '../src/cells/builder.ts';
import { Cell, CellError } from '../src/cells/cell.ts';
import { Dictionary, keyOf, kNoExtra, type Change } from '../src/cells/dictionary.ts';
import { applyUpdate, merkleProof, merkleUpdate, Shown } from '../src/cells/merkle.ts';
import { open } from '../src/cells/slice.ts';
import { kCurrencySum } from '../src/tlb/currency.ts';
import { Random } from './random.ts';

function randomCell(random: Random, depth: number): Cell {
  const to = build();
  const bits = random.below(300);
  for (let i = 0; i < bits; i++) to.bit(random.below(2));
  if (depth > 0) for (let i = random.below(5); i > 0; i--) to.ref(randomCell(random, random.below(depth)));
  return to.end();
}

test('bags of random cells are read and written as @ton/core does', (t) => {
  const random = new Random(t);
  for (let i = 0; i < 60; i++) {
    const cell = randomCell(random, 4);
    const boc = serializeOne(cell);
    const core = CoreCell.fromBoc(boc)[0]!;
    assert.equal(core.hash().toString('hex'), cell.hash());
    assert.equal(core.depth(), cell.depth());
    for (const options of [{ idx: false }, { idx: true }, { crc32: false }]) {
      assert.equal(parseOne(core.toBoc(options)).hash(), cell.hash());
    }
  }
});

test('a bag keeps its roots in order', (t) => {
  const random = new Random(t);
  const roots = Array.from({ length: 9 }, () => randomCell(random, 3));
  const all = [...roots, roots[0]!];
  const back = parseBoc(serializeBoc(all), { maxRoots: 10, maxCells: 10_000 });
  assert.deepEqual(
    back.map((cell) => cell.hash()),
    all.map((cell) => cell.hash()),
  );
  assert.throws(() => parseBoc(serializeBoc(all), { maxRoots: 9, maxCells: 10_000 }), CellError);
});

test('cut off, longer, or changed bags are refused', (t) => {
  const random = new Random(t);
  const boc = serializeOne(randomCell(random, 4));
  for (let length = 0; length < boc.length; length++) {
    assert.throws(() => parseOne(boc.subarray(0, length)), CellError);
  }
  assert.throws(() => parseOne(Buffer.concat([boc, Buffer.from([0])])), CellError);
  for (let i = 0; i < boc.length; i++) {
    const changed = Buffer.from(boc);
    changed[i]! ^= 1 << random.below(8);
    assert.throws(() => parseOne(changed), CellError);
  }
});

test('bags without a checksum are refused or lead to other cells, and never to more than an error', (t) => {
  const random = new Random(t);
  const cell = randomCell(random, 4);
  const boc = CoreCell.fromBoc(serializeOne(cell))[0]!.toBoc({ crc32: false });
  for (let i = 0; i < 2000; i++) {
    const changed = Buffer.from(boc);
    for (let n = random.below(4); n >= 0; n--) changed[random.below(changed.length)] = random.below(256);
    try {
      assert.ok(parseOne(changed) instanceof Cell);
    } catch (error) {
      assert.ok(error instanceof CellError, String(error));
    }
  }
});

test('dictionaries are those of @ton/core, whatever is set and deleted', (t) => {
  const random = new Random(t);
  const ours = new Dictionary(16, kNoExtra);
  const core = CoreDictionary.empty(CoreDictionary.Keys.Uint(16), CoreDictionary.Values.Uint(32));
  let root: Cell | null = null;
  for (let round = 0; round < 100; round++) {
    const changes = new Map<number, Change<null>>();
    for (let i = random.below(8); i >= 0; i--) {
      const key = random.below(random.pick([16, 256, 65536]));
      const value = random.below(2 ** 32);
      const isDelete = random.below(3) === 0;
      if (isDelete) core.delete(key);
      else core.set(key, value);
      const leaf = isDelete ? null : { extra: null, write: (to: ReturnType<typeof build>) => void to.uint(value, 32) };
      changes.set(key, { key: keyOf(key, 16), leaf });
    }
    root = ours.update(root, [...changes.values()]);
    const expected = core.size === 0 ? null : beginCell().storeDictDirect(core).endCell().hash().toString('hex');
    assert.equal(root?.hash() ?? null, expected);
    const probe = random.below(65536);
    const found = ours.find(root, keyOf(probe, 16));
    assert.equal(found?.value.uint(32), core.get(probe));
  }
  const keys = [...ours.entries(root)].map(({ key }) => parseInt(key, 2));
  assert.deepEqual(
    keys,
    [...core.keys()].sort((a, b) => a - b),
  );
  assert.deepEqual(
    [...ours.entries(root, 'descending')].map(({ key }) => parseInt(key, 2)),
    keys.reverse(),
  );
});

test('an augmented dictionary sums up its leaves', (t) => {
  const random = new Random(t);
  const ours = new Dictionary(64, kCurrencySum);
  const twin = new Map<string, bigint>();
  let root: Cell | null = null;
  for (let round = 0; round < 100; round++) {
    const key = keyOf(random.below(50), 64);
    const amount = BigInt(random.below(2 ** 40));
    const leaf = random.below(4) === 0 ? null : { extra: amount, write: () => {} };
    if (leaf === null) twin.delete(key);
    else twin.set(key, amount);
    root = ours.update(root, [{ key, leaf }]);
    assert.equal(
      ours.rootExtra(root),
      [...twin.values()].reduce((a, b) => a + b, 0n),
    );
  }
});

test('an update leads from one dictionary to the next, and from no other', (t) => {
  const random = new Random(t);
  const ours = new Dictionary(32, kNoExtra);
  const frame = (root: Cell | null): Cell => build().maybeRef(root).ref(build().uint(7, 32).end()).end();
  let root: Cell | null = null;
  for (let round = 0; round < 50; round++) {
    const touched: Cell[] = [frame(root)];
    const changes = Array.from({ length: 1 + random.below(6) }, () => random.below(64));
    const next: Cell | null = ours.update(
      root,
      [...new Set(changes)].map((key) => {
        const leaf = { extra: null, write: (to: ReturnType<typeof build>) => void to.ref(randomCell(random, 2)) };
        return { key: keyOf(key, 32), leaf: random.below(3) === 0 ? null : leaf };
      }),
      (cell) => touched.push(cell),
    );
    const update = merkleUpdate(frame(root), frame(next), touched);
    assert.equal(applyUpdate(frame(root), update).hash(), frame(next).hash());
    assert.equal(parseOne(serializeOne(update)).hash(), update.hash());
    assert.equal(CoreCell.fromBoc(serializeOne(update))[0]!.hash().toString('hex'), update.hash());
    if (frame(next).hash() !== frame(root).hash()) assert.throws(() => applyUpdate(frame(next), update), CellError);
    root = next;
  }
});

test('an update may keep a cell whole and use a part of it elsewhere', (t) => {
  const random = new Random(t);
  for (let i = 0; i < 60; i++) {
    const parts = Array.from({ length: 6 }, () => randomCell(random, 3));
    const below = (cells: readonly Cell[]): Cell[] => cells.flatMap((cell) => [cell, ...below(cell.refs)]);
    const all = below(parts);
    const pick = (): Cell => all[random.below(all.length)]!;
    const tree = (depth: number): Cell => {
      const to = build().uint(random.below(1 << 16), 16);
      for (let n = random.below(4); n >= 0; n--)
        to.ref(depth === 0 || random.below(2) === 0 ? pick() : tree(depth - 1));
      return to.end();
    };
    const before = tree(3);
    const after = tree(3);
    // Of what was there, and of what only was there in between.
    const touched = [before, ...below([before, tree(2)]).filter(() => random.below(3) > 0)];
    const update = merkleUpdate(before, after, touched);
    assert.equal(applyUpdate(before, parseOne(serializeOne(update))).hash(), after.hash());
  }
});

test('a proof keeps its root and hides what was not asked for', (t) => {
  const random = new Random(t);
  const ours = new Dictionary(32, kNoExtra);
  const changes = Array.from({ length: 100 }, (_, key) => ({
    key: keyOf(key * 7919, 32),
    leaf: { extra: null, write: (to: ReturnType<typeof build>) => void to.uint(key, 32).ref(randomCell(random, 2)) },
  }));
  const root = ours.update(null, changes)!;
  const shown = new Shown();
  const key = keyOf(42 * 7919, 32);
  ours.find(root, key, shown.show);
  const proof = merkleProof(root, (cell) => shown.has(cell));
  const body = parseOne(serializeOne(proof)).refs[0]!;
  assert.equal(body.hash(0), root.hash());
  assert.equal(ours.find(body, key)!.value.uint(32), 42);
  assert.throws(() => ours.find(body, keyOf(43 * 7919, 32)), CellError);
  assert.throws(() => open(ours.find(body, key)!.value.skip(32).ref()), CellError);
});
