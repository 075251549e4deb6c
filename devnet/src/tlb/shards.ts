// ShardHashes: what the masterchain says about the newest block of the basechain.
import { build } from '../cells/builder.ts';
import type { Cell } from '../cells/cell.ts';
import { Dictionary, keyOf, kNoExtra, type Visit } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { loadCurrency, storeCurrency } from './currency.ts';
import { kBasechain, kWholeShard, type BlockId, type BlockRef } from './ids.ts';

const kShardHashes = new Dictionary(32, kNoExtra);
const kTag = 0xa;

export interface ShardDescription {
  block: BlockRef;
  startLt: bigint;
  /** Masterchain block that first named this one. */
  regMcSeqno: number;
  minRefMcSeqno: number;
  genUtime: number;
  nextCatchainSeqno: number;
  feesCollected: bigint;
}

/** ShardHashes with the one shard there is. */
export function shardHashes(shard: ShardDescription): Cell {
  const leaf = { extra: null, write: (to: ReturnType<typeof build>) => void to.ref(descriptionTree(shard)) };
  return kShardHashes.update(null, [{ key: keyOf(kBasechain, 32), leaf }])!;
}

/** A BinTree of one leaf. */
function descriptionTree(shard: ShardDescription): Cell {
  const to = build().bit(0).uint(kTag, 4);
  to.uint(shard.block.seqno, 32).uint(shard.regMcSeqno, 32).uint(shard.startLt, 64).uint(shard.block.endLt, 64);
  to.hash(shard.block.rootHash).hash(shard.block.fileHash).uint(0, 5).uint(0, 3);
  to.uint(shard.nextCatchainSeqno, 32).uint(kWholeShard, 64).uint(shard.minRefMcSeqno, 32).uint(shard.genUtime, 32);
  const fees = build();
  storeCurrency(fees, shard.feesCollected);
  storeCurrency(fees, 0n);
  return to.bit(0).ref(fees.end()).end();
}

export function parseShardHashes(root: Cell, visit?: Visit): ShardDescription {
  const leaf = kShardHashes.find(root, keyOf(kBasechain, 32), visit);
  const tree = leaf!.value.ref();
  visit?.(tree);
  const from = open(tree).skip(1 + 4);
  const seqno = from.uint(32);
  const regMcSeqno = from.uint(32);
  const startLt = from.big(64);
  const endLt = from.big(64);
  const block = { workchain: kBasechain, seqno, endLt, rootHash: from.hash(), fileHash: from.hash() };
  from.skip(8);
  const nextCatchainSeqno = from.uint(32);
  from.skip(64);
  const minRefMcSeqno = from.uint(32);
  const genUtime = from.uint(32);
  const feesCell = from.ref();
  visit?.(feesCell);
  const feesCollected = loadCurrency(open(feesCell));
  return { block, startLt, regMcSeqno, minRefMcSeqno, genUtime, nextCatchainSeqno, feesCollected };
}

/** The ShardDescr alone, as the lite server sends it. */
export const descriptionCell = (root: Cell): Cell => {
  const tree = open(kShardHashes.find(root, keyOf(kBasechain, 32))!.value.ref());
  tree.skip(1);
  return build().rest(tree).end();
};

export const shardBlock = (root: Cell, visit?: Visit): BlockId => parseShardHashes(root, visit).block;
