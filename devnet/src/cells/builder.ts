// Writes a cell bit by bit, big-endian, as TL-B describes it. Values that do not fit throw: they are our own mistakes.
import { Cell, CellError, kMaxBits, type Hash } from './cell.ts';
import type { Slice } from './slice.ts';

/** Buffers of finished builders, all zero, to be used again. */
const kFree: Buffer[] = [];

export class Builder {
  private readonly buffer = kFree.pop() ?? Buffer.alloc(128);
  private used = 0;
  private readonly children: Cell[] = [];
  private ended = false;

  get bits(): number {
    return this.used;
  }

  bit(value: boolean | number): this {
    return this.uint(value ? 1 : 0, 1);
  }

  uint(value: number | bigint, bits: number): this {
    if (typeof value === 'number' && bits <= 32) return this.small(value, bits);
    const big = BigInt(value);
    if (big < 0n || big >> BigInt(bits) !== 0n) throw new CellError(`${value} does not fit ${bits} bits`);
    const bytes = Buffer.from(big.toString(16).padStart(Math.ceil(bits / 8) * 2, '0'), 'hex');
    return this.copy(bytes.toString('latin1'), bytes.length * 8 - bits, bits);
  }

  int(value: number | bigint, bits: number): this {
    const big = BigInt(value);
    const half = 1n << BigInt(bits - 1);
    if (big < -half || big >= half) throw new CellError(`${value} does not fit ${bits} bits`);
    return this.uint(BigInt.asUintN(bits, big), bits);
  }

  /** All of the bytes. */
  bytes(value: Buffer): this {
    return this.copy(value.toString('latin1'), 0, value.length * 8);
  }

  hash(value: Hash): this {
    const bytes = Buffer.from(value, 'hex');
    if (bytes.length !== 32) throw new CellError('not a hash');
    return this.bytes(bytes);
  }

  /** Bits given as a string of 0 and 1. */
  bitString(value: string): this {
    for (let i = 0; i < value.length; i += 24) {
      const part = value.slice(i, i + 24);
      this.small(parseInt(part, 2), part.length);
    }
    return this;
  }

  /** VarUInteger 16: the type Grams. */
  coins(value: bigint): this {
    return this.varUint(value, 4);
  }

  varUint(value: bigint, lengthBits: number): this {
    const bytes = value === 0n ? 0 : Math.ceil(value.toString(16).length / 2);
    this.uint(bytes, lengthBits);
    return bytes === 0 ? this : this.uint(value, bytes * 8);
  }

  ref(cell: Cell): this {
    if (this.children.length === 4) throw new CellError('too many references');
    this.children.push(cell);
    return this;
  }

  maybeRef(cell: Cell | null): this {
    this.bit(cell !== null);
    return cell === null ? this : this.ref(cell);
  }

  /** Everything the slice has left; the slice itself is not moved. */
  rest(slice: Slice): this {
    this.copy(slice.cell.data, slice.position, slice.bitsLeft);
    for (const child of slice.cell.refs.slice(slice.refPosition)) this.ref(child);
    return this;
  }

  end(exotic: 'ordinary' | 'exotic' = 'ordinary'): Cell {
    if (this.ended) throw new CellError('a builder ends once');
    this.ended = true;
    const length = Math.ceil(this.used / 8);
    const data = this.buffer.toString('latin1', 0, length);
    this.buffer.fill(0, 0, length);
    kFree.push(this.buffer);
    return new Cell(data, this.used, this.children, exotic);
  }

  private small(value: number, bits: number): this {
    if (!(value >= 0 && value < 2 ** bits)) throw new CellError(`${value} does not fit ${bits} bits`);
    this.grow(bits);
    let left = bits;
    while (left > 0) {
      const room = 8 - (this.used % 8);
      const take = Math.min(room, left);
      const part = Math.floor(value / 2 ** (left - take)) % 2 ** take;
      this.buffer[this.used >> 3]! |= part << (room - take);
      this.used += take;
      left -= take;
    }
    return this;
  }

  private copy(source: string, from: number, bits: number): this {
    if (from % 8 === 0 && this.used % 8 === 0) {
      this.grow(bits);
      this.buffer.write(source.slice(from >> 3, (from + bits + 7) >> 3), this.used >> 3, 'latin1');
      this.used += bits;
      if (this.used % 8 !== 0) this.buffer[this.used >> 3]! &= 0xff00 >> (this.used % 8);
      return this;
    }
    for (let at = from; at < from + bits;) {
      const take = Math.min(8 - (at % 8), from + bits - at);
      this.small((source.charCodeAt(at >> 3) >> (8 - (at % 8) - take)) & ((1 << take) - 1), take);
      at += take;
    }
    return this;
  }

  private grow(bits: number): void {
    if (this.ended) throw new CellError('a builder that has ended is not written to');
    if (this.used + bits > kMaxBits) throw new CellError('cell overflow');
  }
}

export const build = (): Builder => new Builder();
