// The TL encoding: little-endian numbers, strings padded to four bytes. The reader refuses what is cut off or left over.
import type { Hash } from '../cells/cell.ts';
import { kWholeShard, type BlockId } from '../tlb/ids.ts';

export class TlError extends Error {}

export class TlReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  int(): number {
    return this.take(4).readInt32LE(0);
  }
  uint(): number {
    return this.take(4).readUInt32LE(0);
  }
  long(): bigint {
    return this.take(8).readBigInt64LE(0);
  }
  hash(): Hash {
    return this.take(32).toString('hex');
  }

  data(): Buffer {
    const first = this.take(1)[0]!;
    if (first === 255) throw new TlError('malformed string');
    const long = first === 254;
    const length = long ? this.take(3).readUIntLE(0, 3) : first;
    const data = this.take(length);
    this.take((4 - (((long ? 4 : 1) + length) % 4)) % 4);
    return data;
  }

  /** A vector whose elements take at least `bytes` each. */
  vector<T>(read: () => T, bytes: number): T[] {
    const count = this.uint();
    if (count * bytes > this.left) throw new TlError('vector longer than its bytes');
    return Array.from({ length: count }, read);
  }

  /** tonNode.blockIdExt. */
  blockId(): BlockId {
    const { workchain, seqno } = this.shortBlockId();
    return { workchain, seqno, rootHash: this.hash(), fileHash: this.hash() };
  }

  /** tonNode.blockId. */
  shortBlockId(): { workchain: number; shard: bigint; seqno: number } {
    return { workchain: this.int(), shard: BigInt.asUintN(64, this.long()), seqno: this.uint() };
  }

  /** A constructor's number, in hexadecimal digits. */
  tag(): string {
    return this.uint().toString(16).padStart(8, '0');
  }

  end(): void {
    if (this.left !== 0) throw new TlError('bytes left over');
  }

  private take(count: number): Buffer {
    if (count > this.left) throw new TlError('cut off');
    const part = this.bytes.subarray(this.at, this.at + count);
    this.at += count;
    return part;
  }
}

export class TlWriter {
  private readonly parts: Buffer[] = [];

  int(value: number): this {
    const out = Buffer.allocUnsafe(4);
    out.writeInt32LE(value | 0);
    return this.raw(out);
  }
  long(value: bigint): this {
    const out = Buffer.allocUnsafe(8);
    out.writeBigInt64LE(BigInt.asIntN(64, value));
    return this.raw(out);
  }
  hash(value: Hash): this {
    return this.raw(Buffer.from(value, 'hex'));
  }
  /** A boxed Bool. */
  bool(value: boolean): this {
    return this.raw(Buffer.from(value ? 'b5757299' : '379779bc', 'hex'));
  }

  data(value: Buffer): this {
    const long = value.length >= 254;
    const head = Buffer.alloc(long ? 4 : 1);
    if (long) head.writeUInt32LE(254 + value.length * 256);
    else head[0] = value.length;
    return this.raw(head, value, Buffer.alloc((4 - ((head.length + value.length) % 4)) % 4));
  }

  vector<T>(items: readonly T[], write: (to: this, item: T) => void): this {
    this.int(items.length);
    for (const item of items) write(this, item);
    return this;
  }

  blockId(id: BlockId): this {
    return this.int(id.workchain).long(kWholeShard).int(id.seqno).hash(id.rootHash).hash(id.fileHash);
  }

  /** A constructor's number, in hexadecimal digits. */
  tag(hex: string): this {
    return this.int(parseInt(hex, 16));
  }

  raw(...bytes: Buffer[]): this {
    this.parts.push(...bytes);
    return this;
  }

  end(): Buffer {
    return Buffer.concat(this.parts);
  }
}
