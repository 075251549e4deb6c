// Stacks of get methods in the JSON of the toncenter API, both ways.
import { Cell, parseTuple, serializeTuple, type TupleItem } from '@ton/core';
import { HttpError } from './server.ts';

const kMaxItems = 256;
const kMaxDepth = 16;

/** Number of a get method by its name: CRC-16/XMODEM with bit 16 set. */
export function methodNumber(name: string): number {
  let crc = 0;
  for (const byte of Buffer.from(name)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc | 0x10000;
}

/** VmStack of ["num", "0x1"], ["tvm.Cell", base64], ... */
export function readStack(items: unknown): Buffer {
  if (!Array.isArray(items) || items.length > kMaxItems) throw new HttpError(422, 'stack is not a list');
  if (items.length === 0) return Buffer.alloc(0);
  return serializeTuple(items.map(readItem)).toBoc();
}

function readItem(item: unknown): TupleItem {
  const [type, value] = Array.isArray(item) ? (item as unknown[]) : [];
  try {
    if (type === 'num' || type === 'int') return { type: 'int', value: readNumber(value) };
    if (type === 'tvm.Cell' || type === 'cell') return { type: 'cell', cell: Cell.fromBase64(readBytes(value)) };
    if (type === 'tvm.Slice' || type === 'slice') return { type: 'slice', cell: Cell.fromBase64(readBytes(value)) };
    if (type === 'tvm.Builder' || type === 'builder')
      return { type: 'builder', cell: Cell.fromBase64(readBytes(value)) };
    if (type === 'null') return { type: 'null' };
  } catch {
    throw new HttpError(422, `malformed ${String(type)} on the stack`);
  }
  throw new HttpError(422, 'unknown type on the stack');
}

function readNumber(value: unknown): bigint {
  const text = String(value);
  const number = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  if (number >= 1n << 256n || number < -(1n << 256n)) throw new RangeError('number too large');
  return number;
}

function readBytes(value: unknown): string {
  if (typeof value === 'string') return value;
  const { bytes } = value as { bytes: unknown };
  if (typeof bytes !== 'string') throw new TypeError('no bytes');
  return bytes;
}

export function writeStack(boc: Buffer): unknown[] {
  if (boc.length === 0) return [];
  return unpack(boc).map((item) => writeItem(item, 0));
}

function unpack(boc: Buffer): TupleItem[] {
  try {
    return parseTuple(Cell.fromBoc(boc)[0]!);
  } catch {
    throw new HttpError(500, 'the method left something on the stack that this API cannot show');
  }
}

const kNumber = (value: bigint): string => (value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);
const bytes = (cell: Cell): string => cell.toBoc().toString('base64');

function writeItem(item: TupleItem, depth: number): unknown[] {
  switch (item.type) {
    case 'int':
      return ['num', kNumber(item.value)];
    case 'nan':
      return ['num', 'nan'];
    case 'null':
      return ['list', { '@type': 'tvm.list', elements: [] }];
    case 'cell':
      return ['cell', { bytes: bytes(item.cell), object: cellObject(item.cell) }];
    case 'slice':
      return ['slice', { bytes: bytes(item.cell), object: cellObject(item.cell) }];
    case 'builder':
      return ['builder', { bytes: bytes(item.cell) }];
    case 'tuple':
      return ['tuple', { '@type': 'tvm.tuple', elements: elements(item.items, depth) }];
  }
}

/** The only part of toncenter's tree of a cell that clients read. */
function cellObject(cell: Cell): object {
  return {
    data: {
      b64: cell.bits.subbuffer(0, cell.bits.length - (cell.bits.length % 8))?.toString('base64') ?? '',
      len: cell.bits.length,
    },
  };
}

/** Entries of a tuple, in tonlib's words. */
function elements(items: readonly TupleItem[], depth: number): unknown[] {
  if (depth >= kMaxDepth) throw new HttpError(500, 'the result is nested too deeply');
  return items.map((item) => {
    switch (item.type) {
      case 'int':
        return {
          '@type': 'tvm.stackEntryNumber',
          number: { '@type': 'tvm.numberDecimal', number: item.value.toString() },
        };
      case 'cell':
        return { '@type': 'tvm.stackEntryCell', cell: { '@type': 'tvm.cell', bytes: bytes(item.cell) } };
      case 'slice':
        return { '@type': 'tvm.stackEntrySlice', slice: { '@type': 'tvm.slice', bytes: bytes(item.cell) } };
      case 'tuple': {
        const tuple = { '@type': 'tvm.tuple', elements: elements(item.items, depth + 1) };
        return { '@type': 'tvm.stackEntryTuple', tuple };
      }
      default:
        return { '@type': 'tvm.stackEntryList', list: { '@type': 'tvm.list', elements: [] } };
    }
  });
}
