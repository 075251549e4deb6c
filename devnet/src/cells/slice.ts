// Reads a cell bit by bit. Reading past the end, or an exotic cell as data, throws CellError.
import { Cell, CellError, type Hash } from './cell.ts';

export class Slice {
  readonly cell: Cell;
  position = 0;
  refPosition = 0;

  constructor(cell: Cell) {
    if (cell.isExotic) throw new CellError(`a ${cell.kind} cell is not data`);
    this.cell = cell;
  }

  get bitsLeft(): number {
    return this.cell.bits - this.position;
  }

  get refsLeft(): number {
    return this.cell.refs.length - this.refPosition;
  }

  bit(): boolean {
    return this.uint(1) === 1;
  }

  /** At most 32 bits. */
  uint(bits: number): number {
    this.need(bits);
    let value = 0;
    for (let left = bits; left > 0;) {
      const room = 8 - (this.position % 8);
      const take = Math.min(room, left);
      const part = (this.cell.data.charCodeAt(this.position >> 3) >> (room - take)) & ((1 << take) - 1);
      value = value * 2 ** take + part;
      this.position += take;
      left -= take;
    }
    return value;
  }

  int(bits: number): number {
    const value = this.uint(bits);
    return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }

  big(bits: number): bigint {
    let value = 0n;
    for (let left = bits; left > 0;) {
      const take = Math.min(32, left);
      value = (value << BigInt(take)) | BigInt(this.uint(take));
      left -= take;
    }
    return value;
  }

  bytes(count: number): Buffer {
    this.need(count * 8);
    if (this.position % 8 === 0) {
      const start = this.position >> 3;
      this.position += count * 8;
      return Buffer.from(this.cell.data.slice(start, start + count), 'latin1');
    }
    const out = Buffer.allocUnsafe(count);
    for (let i = 0; i < count; i++) out[i] = this.uint(8);
    return out;
  }

  hash(): Hash {
    return this.bytes(32).toString('hex');
  }

  /** The next bits as a string of 0 and 1. */
  bitString(bits: number): string {
    let out = '';
    for (let left = bits; left > 0;) {
      const take = Math.min(24, left);
      out += this.uint(take).toString(2).padStart(take, '0');
      left -= take;
    }
    return out;
  }

  coins(): bigint {
    return this.big(this.uint(4) * 8);
  }

  ref(): Cell {
    const child = this.cell.refs[this.refPosition];
    if (child === undefined) throw new CellError('no more references');
    this.refPosition++;
    return child;
  }

  maybeRef(): Cell | null {
    return this.bit() ? this.ref() : null;
  }

  skip(bits: number): this {
    this.need(bits);
    this.position += bits;
    return this;
  }

  clone(): Slice {
    const copy = new Slice(this.cell);
    copy.position = this.position;
    copy.refPosition = this.refPosition;
    return copy;
  }

  private need(bits: number): void {
    if (bits > this.bitsLeft) throw new CellError('no more bits');
  }
}

export const open = (cell: Cell): Slice => new Slice(cell);
