// Names of blocks and shards. A shard is its workchain: the devnet never splits one.
import type { Builder } from '../cells/builder.ts';
import type { Hash } from '../cells/cell.ts';
import type { Slice } from '../cells/slice.ts';

export const kMasterchain = -1;
export const kBasechain = 0;
export type Workchain = typeof kMasterchain | typeof kBasechain;

/** The whole workchain as a shard prefix; -2^63 as a signed number. */
export const kWholeShard = 1n << 63n;

export interface BlockId {
  workchain: number;
  seqno: number;
  rootHash: Hash;
  fileHash: Hash;
}

/** ExtBlkRef: a block and the logical time at which it ended. */
export interface BlockRef extends BlockId {
  endLt: bigint;
}

export const sameBlock = (a: BlockId, b: BlockId): boolean =>
  a.workchain === b.workchain && a.seqno === b.seqno && a.rootHash === b.rootHash && a.fileHash === b.fileHash;

export function storeShardIdent(to: Builder, workchain: number): void {
  to.uint(0, 2).uint(0, 6).int(workchain, 32).uint(0, 64);
}

export function storeBlockRef(to: Builder, ref: BlockRef): void {
  to.uint(ref.endLt, 64).uint(ref.seqno, 32).hash(ref.rootHash).hash(ref.fileHash);
}

export function loadBlockRef(from: Slice, workchain: number): BlockRef {
  return { workchain, endLt: from.big(64), seqno: from.uint(32), rootHash: from.hash(), fileHash: from.hash() };
}
