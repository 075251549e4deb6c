// Bags of cells: reads every form of the format (TON Blockchain, appendix of crypto/tl/boc.tlb), writes the plain form with
// CRC32C. Refuses, in time linear in the input: cycles, absent cells, false level masks, trailing bytes, roots of non-zero
// level, more roots or cells than asked for.
import { Cell, CellError, countLevels, writePadded, type Hash } from './cell.ts';
import { crc32c } from './crc32c.ts';

export interface BocLimits {
  maxRoots: number;
  maxCells: number;
}
export const kOneRoot: BocLimits = { maxRoots: 1, maxCells: 1 << 20 };

const kMagic = 0xb5ee9c72;
const kMagicIndexed = 0x68ff65f3;
const kMagicIndexedCrc = 0xacc3a728;

interface Header {
  sizeBytes: number;
  cells: number;
  roots: number[];
  dataAt: number;
  dataEnd: number;
}

/** Cells already held elsewhere, found by hash, so that equal trees share memory. */
export type Known = ReadonlyMap<Hash, Cell>;

export function parseBoc(bytes: Buffer, limits: BocLimits = kOneRoot, known?: Known): Cell[] {
  const header = readHeader(bytes, limits);
  const raw: { data: string; bits: number; refs: number[]; d1: number }[] = [];
  let at = header.dataAt;
  for (let i = 0; i < header.cells; i++) {
    const d1 = byteAt(bytes, at);
    const d2 = byteAt(bytes, at + 1);
    if ((d1 & 7) > 4) throw new CellError('absent or malformed cell');
    at += 2;
    if (d1 & 16) at += 34 * (1 + countLevels(d1 >> 5));
    const length = (d2 + 1) >> 1;
    const refs: number[] = [];
    const refsAt = at + length;
    for (let r = 0; r < (d1 & 7); r++) refs.push(readUint(bytes, refsAt + r * header.sizeBytes, header.sizeBytes));
    if (refs.some((r) => r <= i || r >= header.cells)) throw new CellError('reference does not point forward');
    const [data, bits] = unpadded(bytes, at, length, d2);
    raw.push({ data, bits, refs, d1 });
    at = refsAt + refs.length * header.sizeBytes;
  }
  if (at !== header.dataEnd) throw new CellError('cells do not fill the bag');
  return assemble(raw, header.roots, known);
}

function assemble(
  raw: readonly { data: string; bits: number; refs: number[]; d1: number }[],
  roots: readonly number[],
  known: Known | undefined,
): Cell[] {
  const cells: Cell[] = new Array<Cell>(raw.length);
  for (let i = raw.length - 1; i >= 0; i--) {
    const { data, bits, refs, d1 } = raw[i]!;
    const children = refs.map((r) => cells[r]!);
    const cell = new Cell(data, bits, children, d1 & 8 ? 'exotic' : 'ordinary');
    if (cell.mask !== d1 >> 5) throw new CellError('false level mask');
    cells[i] = known?.get(cell.hash()) ?? cell;
  }
  return roots.map((r) => {
    const root = cells[r]!;
    if (root.mask !== 0) throw new CellError('root of non-zero level');
    return root;
  });
}

function readHeader(bytes: Buffer, limits: BocLimits): Header {
  const magic = bytes.length >= 6 ? bytes.readUInt32BE(0) : 0;
  if (magic !== kMagic && magic !== kMagicIndexed && magic !== kMagicIndexedCrc)
    throw new CellError('not a bag of cells');
  const flags = bytes[4]!;
  const plain = magic === kMagic;
  const sizeBytes = plain ? flags & 7 : flags;
  const offsetBytes = bytes[5]!;
  const hasIndex = plain ? (flags & 0x80) !== 0 : true;
  const hasCrc = plain ? (flags & 0x40) !== 0 : magic === kMagicIndexedCrc;
  const hasCache = plain && (flags & 0x20) !== 0;
  if (sizeBytes < 1 || sizeBytes > 4 || offsetBytes < 1 || offsetBytes > 8) throw new CellError('malformed header');
  if ((plain && (flags & 0x18) !== 0) || (hasCache && !hasIndex)) throw new CellError('unknown flags');
  let at = 6;
  const next = (size: number): number => {
    const value = readUint(bytes, at, size);
    at += size;
    return value;
  };
  const cells = next(sizeBytes);
  const roots = next(sizeBytes);
  if (next(sizeBytes) !== 0) throw new CellError('absent cells');
  const total = next(offsetBytes);
  if (cells < 1 || roots < 1) throw new CellError('empty bag');
  if (cells > limits.maxCells || cells * 2 > bytes.length) throw new CellError('too many cells');
  if (roots > limits.maxRoots || (!plain && roots !== 1)) throw new CellError('too many roots');
  const list = plain ? Array.from({ length: roots }, () => next(sizeBytes)) : [0];
  if (list.some((r) => r >= cells)) throw new CellError('no such root');
  if (hasIndex) at += cells * offsetBytes;
  const dataEnd = at + total;
  if (dataEnd + (hasCrc ? 4 : 0) !== bytes.length) throw new CellError('wrong length');
  if (hasCrc && bytes.readUInt32LE(dataEnd) !== crc32c(bytes.subarray(0, dataEnd))) throw new CellError('wrong CRC');
  return { sizeBytes, cells, roots: list, dataAt: at, dataEnd };
}

function byteAt(bytes: Buffer, at: number): number {
  const value = bytes[at];
  if (value === undefined) throw new CellError('truncated bag');
  return value;
}

function readUint(bytes: Buffer, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + byteAt(bytes, at + i);
  if (value > Number.MAX_SAFE_INTEGER) throw new CellError('number too large');
  return value;
}

/** The data of a cell without its completion tag. */
function unpadded(source: Buffer, at: number, length: number, d2: number): [string, number] {
  if (at + length > source.length) throw new CellError('truncated bag');
  if (d2 % 2 === 0) return [source.toString('latin1', at, at + length), length * 8];
  const last = byteAt(source, at + length - 1);
  if (last === 0 || last === 0x80) throw new CellError('overlong padding');
  const zeros = 31 - Math.clz32(last & -last);
  source.copy(kScratch, 0, at, at + length);
  kScratch[length - 1] = last & ~(1 << zeros);
  return [kScratch.toString('latin1', 0, length), length * 8 - zeros - 1];
}
const kScratch = Buffer.alloc(128);

export function parseOne(bytes: Buffer, limits: BocLimits = kOneRoot, known?: Known): Cell {
  return parseBoc(bytes, { ...limits, maxRoots: 1 }, known)[0]!;
}

/** Cells in an order in which every reference points forward; equal cells once. */
function inOrder(roots: readonly Cell[]): { order: Cell[]; index: Map<Hash, number> } {
  const finished: Cell[] = [];
  const seen = new Set<Hash>();
  const stack: { cell: Cell; next: number }[] = [];
  const enter = (cell: Cell): void => {
    const key = cell.hash();
    if (seen.has(key)) return;
    seen.add(key);
    stack.push({ cell, next: cell.refs.length });
  };
  for (const root of [...roots].reverse()) {
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next > 0) enter(top.cell.refs[--top.next]!);
      else finished.push(stack.pop()!.cell);
    }
  }
  const order = finished.reverse();
  return { order, index: new Map(order.map((cell, i) => [cell.hash(), i])) };
}

const bytesFor = (value: number): number => Math.max(1, Math.ceil(value.toString(16).length / 2));

export function serializeBoc(roots: readonly Cell[]): Buffer {
  const { order, index } = inOrder(roots);
  const sizeBytes = bytesFor(order.length);
  let total = 0;
  for (const cell of order) total += 2 + Math.ceil(cell.bits / 8) + cell.refs.length * sizeBytes;
  const offsetBytes = bytesFor(total);
  const head = 6 + 3 * sizeBytes + offsetBytes + roots.length * sizeBytes;
  const out = Buffer.alloc(head + total + 4);
  out.writeUInt32BE(kMagic, 0);
  out[4] = 0x40 | sizeBytes;
  out[5] = offsetBytes;
  let at = out.writeUIntBE(order.length, 6, sizeBytes);
  at = out.writeUIntBE(roots.length, at, sizeBytes);
  at = out.writeUIntBE(0, at, sizeBytes);
  at = out.writeUIntBE(total, at, offsetBytes);
  for (const root of roots) at = out.writeUIntBE(index.get(root.hash())!, at, sizeBytes);
  for (const cell of order) {
    const [d1, d2] = cell.descriptors();
    out[at++] = d1;
    out[at++] = d2;
    at += writePadded(cell.data, cell.bits, out, at);
    for (const child of cell.refs) at = out.writeUIntBE(index.get(child.hash())!, at, sizeBytes);
  }
  out.writeUInt32LE(crc32c(out.subarray(0, at)), at);
  return out;
}

export const serializeOne = (root: Cell): Buffer => serializeBoc([root]);
