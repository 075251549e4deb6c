// Dictionaries (HashmapE and HashmapAugE of TL-B) as persistent trees: an update copies only the paths to what changes.
// Keys are strings of 0 and 1. Works on whole trees; a pruned branch on the way is an error, never "absent".
import { build, Builder } from './builder.ts';
import { Cell, CellError } from './cell.ts';
import { open, Slice } from './slice.ts';

/** What every node of an augmented dictionary says about the leaves below it. */
export interface Augmentation<T> {
  empty: T;
  load(from: Slice): T;
  store(to: Builder, extra: T): void;
  combine(left: T, right: T): T;
}

export const kNoExtra: Augmentation<null> = { empty: null, load: () => null, store: () => {}, combine: () => null };

export interface Leaf<T> {
  extra: T;
  /** Writes the value that follows the extra. */
  write(to: Builder): void;
}

/** The new value under a key, or null to delete. */
export interface Change<T> {
  key: string;
  leaf: Leaf<T> | null;
}

export interface Found<T> {
  key: string;
  extra: T;
  value: Slice;
}

/** Called with every cell that was read. */
export type Visit = (cell: Cell) => void;

interface Edge<T> {
  label: string;
  extra: T;
  fork: [Cell, Cell] | null;
  leaf: ((to: Builder) => void) | null;
}

export class Dictionary<T> {
  readonly keyBits: number;
  private readonly aug: Augmentation<T>;

  constructor(keyBits: number, aug: Augmentation<T>) {
    this.keyBits = keyBits;
    this.aug = aug;
  }

  find(root: Cell | null, key: string, visit?: Visit): Found<T> | null {
    let cell = root;
    let at = 0;
    while (cell !== null) {
      visit?.(cell);
      const slice = open(cell);
      const label = loadLabel(slice, this.keyBits - at);
      if (!key.startsWith(label, at)) return null;
      at += label.length;
      if (at === this.keyBits) return { key, extra: this.aug.load(slice), value: slice };
      cell = cell.refs[key[at] === '0' ? 0 : 1] ?? null;
      at += 1;
    }
    return null;
  }

  /** Entries in the order of their keys, read backwards when asked; stops when the caller does. */
  *entries(root: Cell | null, order: 'ascending' | 'descending' = 'ascending', visit?: Visit): Generator<Found<T>> {
    const stack: { cell: Cell; prefix: string }[] = root === null ? [] : [{ cell: root, prefix: '' }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      visit?.(top.cell);
      const slice = open(top.cell);
      const key = top.prefix + loadLabel(slice, this.keyBits - top.prefix.length);
      if (key.length === this.keyBits) {
        yield { key, extra: this.aug.load(slice), value: slice };
        continue;
      }
      const children = [0, 1].map((bit) => ({ cell: top.cell.refs[bit]!, prefix: key + bit }));
      stack.push(...(order === 'ascending' ? children.reverse() : children));
    }
  }

  rootExtra(root: Cell | null): T {
    return root === null ? this.aug.empty : this.loadEdge(root, this.keyBits).extra;
  }

  /** Applies all changes in one pass; keys must be distinct. */
  update(root: Cell | null, changes: readonly Change<T>[], visit?: Visit): Cell | null {
    const sorted = [...changes].sort((a, b) => (a.key < b.key ? -1 : 1));
    if (sorted.some((change) => change.key.length !== this.keyBits)) throw new CellError('key of wrong length');
    const edge = root === null ? null : this.loadEdge(root, this.keyBits, visit);
    const result = this.apply(edge, sorted, 0, visit);
    return result === null ? null : this.storeEdge(result, this.keyBits);
  }

  /** HashmapE or HashmapAugE: the optional root, then the extra if there is one. */
  store(to: Builder, root: Cell | null): void {
    to.maybeRef(root);
    this.aug.store(to, this.rootExtra(root));
  }

  load(from: Slice): Cell | null {
    const root = from.maybeRef();
    this.aug.load(from);
    return root;
  }

  private apply(edge: Edge<T> | null, changes: readonly Change<T>[], at: number, visit?: Visit): Edge<T> | null {
    if (changes.length === 0) return edge;
    if (edge === null) return this.create(changes, at);
    const common = commonPrefix(edge.label, changes, at);
    const next = at + common;
    if (common === edge.label.length && next === this.keyBits) return leafEdge(edge.label, changes[0]!.leaf);
    const sides = split(changes, next);
    const below = common === edge.label.length ? this.children(edge, next, visit) : splitEdge(edge, common);
    return this.join(
      edge.label.slice(0, common),
      this.apply(below[0], sides[0], next + 1, visit),
      this.apply(below[1], sides[1], next + 1, visit),
      this.keyBits - next - 1,
    );
  }

  /** Both children of a fork: also one without changes may be joined to its parent. */
  private children(edge: Edge<T>, at: number, visit?: Visit): [Edge<T> | null, Edge<T> | null] {
    const bits = this.keyBits - at - 1;
    const [left, right] = edge.fork!;
    return [this.loadEdge(left, bits, visit), this.loadEdge(right, bits, visit)];
  }

  private create(changes: readonly Change<T>[], at: number): Edge<T> | null {
    const present = changes.filter((change) => change.leaf !== null);
    const first = present[0];
    if (first === undefined) return null;
    const rest = first.key.slice(at);
    if (present.length === 1) return leafEdge(rest, first.leaf);
    const common = commonPrefix(rest, present, at);
    const next = at + common;
    const sides = split(present, next);
    return this.join(
      rest.slice(0, common),
      this.create(sides[0], next + 1),
      this.create(sides[1], next + 1),
      this.keyBits - next - 1,
    );
  }

  private join(label: string, left: Edge<T> | null, right: Edge<T> | null, childBits: number): Edge<T> | null {
    if (left === null && right === null) return null;
    if (left === null) return { ...right!, label: `${label}1${right!.label}` };
    if (right === null) return { ...left, label: `${label}0${left.label}` };
    const fork: [Cell, Cell] = [this.storeEdge(left, childBits), this.storeEdge(right, childBits)];
    return { label, extra: this.aug.combine(left.extra, right.extra), fork, leaf: null };
  }

  private loadEdge(cell: Cell, bits: number, visit?: Visit): Edge<T> {
    visit?.(cell);
    const slice = open(cell);
    const label = loadLabel(slice, bits);
    const isLeaf = label.length === bits;
    const fork: [Cell, Cell] | null = isLeaf ? null : [slice.ref(), slice.ref()];
    const extra = this.aug.load(slice);
    const edge: Edge<T> = { label, extra, fork, leaf: isLeaf ? (to) => void to.rest(slice) : null };
    kOriginal.set(edge, { cell, bits });
    return edge;
  }

  private storeEdge(edge: Edge<T>, bits: number): Cell {
    const original = kOriginal.get(edge);
    if (original !== undefined && original.bits === bits) return original.cell;
    const to = build();
    storeLabel(to, edge.label, bits);
    if (edge.fork !== null) to.ref(edge.fork[0]).ref(edge.fork[1]);
    this.aug.store(to, edge.extra);
    edge.leaf?.(to);
    return to.end();
  }
}

/** The cell an unchanged edge was read from, so that it is kept rather than written again. */
const kOriginal = new WeakMap<object, { cell: Cell; bits: number }>();

function leafEdge<T>(label: string, leaf: Leaf<T> | null): Edge<T> | null {
  return leaf === null ? null : { label, extra: leaf.extra, fork: null, leaf: (to) => leaf.write(to) };
}

function splitEdge<T>(edge: Edge<T>, common: number): [Edge<T> | null, Edge<T> | null] {
  const shorter = { ...edge, label: edge.label.slice(common + 1) };
  return edge.label[common] === '0' ? [shorter, null] : [null, shorter];
}

function commonPrefix<T>(label: string, changes: readonly Change<T>[], at: number): number {
  let common = label.length;
  for (const { key } of [changes[0]!, changes.at(-1)!]) {
    let i = 0;
    while (i < common && key[at + i] === label[i]) i++;
    common = i;
  }
  return common;
}

function split<T>(changes: readonly Change<T>[], at: number): [readonly Change<T>[], readonly Change<T>[]] {
  let middle = 0;
  while (middle < changes.length && changes[middle]!.key[at] === '0') middle++;
  return [changes.slice(0, middle), changes.slice(middle)];
}

const lengthBits = (max: number): number => 32 - Math.clz32(max);

/** HmLabel, the shortest of the three forms; the reference prefers short, then long, then same among equals. */
function storeLabel(to: Builder, label: string, max: number): void {
  const n = label.length;
  const k = lengthBits(max);
  const same = n > 1 && (!label.includes('1') || !label.includes('0'));
  if (same && k < 2 * n - 1) {
    to.uint(3, 2)
      .bit(label[0] === '1')
      .uint(n, k);
  } else if (k < n) {
    to.uint(2, 2).uint(n, k).bitString(label);
  } else {
    to.bit(0).bitString('1'.repeat(n)).bit(0).bitString(label);
  }
}

function loadLabel(from: Slice, max: number): string {
  let length = 0;
  if (!from.bit()) {
    while (from.bit()) length++;
  } else if (!from.bit()) {
    length = from.uint(lengthBits(max));
  } else {
    const bit = from.bit() ? '1' : '0';
    length = from.uint(lengthBits(max));
    if (length > max) throw new CellError('label too long');
    return bit.repeat(length);
  }
  if (length > max) throw new CellError('label too long');
  return from.bitString(length);
}

/** An unsigned key of a dictionary; negative numbers in two's complement. */
export const keyOf = (value: number | bigint, bits: number): string =>
  BigInt.asUintN(bits, BigInt(value)).toString(2).padStart(bits, '0');

export const keyOfHash = (hash: string): string => keyOf(BigInt(`0x${hash}`), 256);
export const hashOfKey = (key: string): string => BigInt(`0b${key}`).toString(16).padStart(64, '0');
