// Cells: the only data structure of TON. A Cell that exists is well-formed: sizes, exotic layout, depth and hashes are
// computed and checked here, so nothing else has to. Refuses (by CellError) what the format forbids.
import { hash as digest } from 'node:crypto';

/** 64 lowercase hexadecimal characters. */
export type Hash = string;

export class CellError extends Error {}

export const kMaxBits = 1023;
export const kMaxDepth = 1024;
const kPruned = 1;
const kLibrary = 2;
const kMerkleProof = 3;
const kMerkleUpdate = 4;

/** What is hashed at once: descriptors, data, depths and hashes of children. */
const kScratch = Buffer.alloc(2 + 128 + 4 * 34);

export type CellKind = 'ordinary' | 'pruned' | 'library' | 'merkle_proof' | 'merkle_update';

export const sha256 = (data: Uint8Array): Hash => digest('sha256', data, 'hex');

/** Number of significant levels of a mask: what a pruned branch stores a hash for. */
export const countLevels = (mask: number): number => (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1);

export class Cell {
  readonly kind: CellKind;
  /**
   * Data: ceil(bits / 8) characters of one byte each; bits after the last are zero. A string, because millions of small
   * buffers would each keep a page of memory.
   */
  readonly data: string;
  readonly bits: number;
  readonly refs: readonly Cell[];
  /** Bit i is set when the cell has a hash of its own at level i + 1. */
  readonly mask: number;
  private readonly hashes: readonly Hash[];
  private readonly depths: readonly number[];

  constructor(data: string, bits: number, refs: readonly Cell[], exotic: 'ordinary' | 'exotic' = 'ordinary') {
    if (bits > kMaxBits || refs.length > 4) throw new CellError('cell too large');
    this.data = data;
    this.bits = bits;
    this.refs = refs;
    this.kind = exotic === 'exotic' ? exoticKind(data, bits, refs) : 'ordinary';
    this.mask = maskOf(this.kind, data, refs);
    [this.hashes, this.depths] = this.kind === 'pruned' ? this.prunedHashes() : this.ownHashes();
  }

  get isExotic(): boolean {
    return this.kind !== 'ordinary';
  }

  /** Representation hash when no level is given; level 0 identifies a cell whatever has been pruned below it. */
  hash(level = 3): Hash {
    return this.hashes[countLevels(this.mask & ((1 << level) - 1))]!;
  }

  depth(level = 3): number {
    return this.depths[countLevels(this.mask & ((1 << level) - 1))]!;
  }

  /** Descriptor bytes d1 and d2 (TON Blockchain, 3.1.4) with the level mask cut to the levels below `level`. */
  descriptors(level = 3): [number, number] {
    const mask = this.mask & ((1 << level) - 1);
    return [
      this.refs.length + (this.isExotic ? 8 : 0) + 32 * mask,
      Math.floor(this.bits / 8) + Math.ceil(this.bits / 8),
    ];
  }

  private ownHashes(): [Hash[], number[]] {
    const hashes: Hash[] = [];
    const depths: number[] = [];
    for (let level = 0; level <= 3; level++) {
      if (level > 0 && (this.mask & (1 << (level - 1))) === 0) continue;
      const [hash, depth] = this.hashAt(level, hashes.at(-1));
      hashes.push(hash);
      depths.push(depth);
    }
    for (const [i, child] of this.refs.entries()) this.checkMerkle(i, child);
    return [hashes, depths];
  }

  private hashAt(level: number, lower: Hash | undefined): [Hash, number] {
    const childLevel = this.kind === 'merkle_proof' || this.kind === 'merkle_update' ? Math.min(level + 1, 3) : level;
    const [d1, d2] = this.descriptors(level);
    kScratch[0] = d1;
    kScratch[1] = d2;
    let at = 2;
    if (lower === undefined) at += writePadded(this.data, this.bits, kScratch, at);
    else at += kScratch.write(lower, at, 'hex');
    let depth = 0;
    for (const child of this.refs) {
      const below = child.depth(childLevel);
      depth = Math.max(depth, below + 1);
      at = kScratch.writeUInt16BE(below, at);
    }
    for (const child of this.refs) at += kScratch.write(child.hash(childLevel), at, 'hex');
    if (depth > kMaxDepth) throw new CellError('cell too deep');
    return [sha256(kScratch.subarray(0, at)), depth];
  }

  /** A Merkle cell states hash and depth of each child; both must be true. */
  private checkMerkle(index: number, child: Cell): void {
    if (this.kind !== 'merkle_proof' && this.kind !== 'merkle_update') return;
    const data = Buffer.from(this.data, 'latin1');
    const hashAt = 1 + 32 * index;
    const depthAt = 1 + 32 * this.refs.length + 2 * index;
    if (data.toString('hex', hashAt, hashAt + 32) !== child.hash(0) || data.readUInt16BE(depthAt) !== child.depth(0)) {
      throw new CellError('Merkle cell does not fit its child');
    }
  }

  private prunedHashes(): [Hash[], number[]] {
    const data = Buffer.from(this.data, 'latin1');
    const count = countLevels(this.mask);
    const hashes: Hash[] = [];
    const depths: number[] = [];
    for (let i = 0; i < count; i++) {
      hashes.push(data.toString('hex', 2 + 32 * i, 34 + 32 * i));
      depths.push(data.readUInt16BE(2 + 32 * count + 2 * i));
    }
    const [d1, d2] = this.descriptors();
    hashes.push(sha256(Buffer.concat([Buffer.from([d1, d2]), data])));
    depths.push(0);
    return [hashes, depths];
  }
}

/** Writes the data with its completion tag, a 1 bit and zeros when the last byte is not full; returns its length. */
export function writePadded(data: string, bits: number, to: Buffer, at: number): number {
  const length = to.write(data, at, 'latin1');
  if (bits % 8 !== 0) to[at + length - 1]! |= 0x80 >> (bits % 8);
  return length;
}

function exoticKind(data: string, bits: number, refs: readonly Cell[]): CellKind {
  const type = bits >= 8 ? data.charCodeAt(0) : 0;
  if (type === kPruned && refs.length === 0 && bits >= 16) {
    const mask = data.charCodeAt(1);
    if (mask >= 1 && mask <= 7 && bits === 8 * (2 + 34 * countLevels(mask))) return 'pruned';
  }
  if (type === kLibrary && refs.length === 0 && bits === 264) return 'library';
  if (type === kMerkleProof && refs.length === 1 && bits === 280) return 'merkle_proof';
  if (type === kMerkleUpdate && refs.length === 2 && bits === 552) return 'merkle_update';
  throw new CellError('malformed exotic cell');
}

function maskOf(kind: CellKind, data: string, refs: readonly Cell[]): number {
  if (kind === 'pruned') return data.charCodeAt(1);
  let mask = 0;
  for (const child of refs) mask |= child.mask;
  return kind === 'merkle_proof' || kind === 'merkle_update' ? mask >> 1 : mask;
}

export const kEmptyCell = new Cell('', 0, []);
