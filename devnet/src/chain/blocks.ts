// Makes the next block of each workchain from what was collated: new state, update, header, signed by nobody yet.
import { randomBytes } from 'node:crypto';
import { serializeOne } from '../cells/boc.ts';
import { sha256, type Cell, type Hash } from '../cells/cell.ts';
import { merkleUpdate } from '../cells/merkle.ts';
import { kShardAccounts } from '../tlb/account.ts';
import {
  blockCell,
  masterExtraCell,
  type BlockExtra,
  type Header,
  type MasterBlockExtra,
  type ValueFlow,
} from '../tlb/block.ts';
import type { BlockId } from '../tlb/ids.ts';
import { extraCell, kPrevBlocks, prevBlockChange, type MasterExtra } from '../tlb/masterchain.ts';
import { parseShardHashes, shardHashes, type ShardDescription } from '../tlb/shards.ts';
import { stateCell, type ShardState } from '../tlb/shard_state.ts';
import type { Collation } from './collator.ts';
import { updateLibraries } from './libraries.ts';
import { prevKeyBlockSeqno, refOf, sideOf, validatorsOf, type Side, type Tip } from '../tlb/tip.ts';
import { listHash, shardSubset, type Signature } from './validators.ts';

const kLtAlign = 1_000_000n;

export interface MadeBlock {
  id: BlockId;
  boc: Buffer;
  block: Cell;
  side: Side;
  feesCollected: bigint;
  startLt: bigint;
}

/** Logical times of a block begin after everything that both workchains know. */
export function nextStartLt(...ends: readonly bigint[]): bigint {
  const latest = ends.reduce((a, b) => (a > b ? a : b));
  return (latest / kLtAlign + 1n) * kLtAlign;
}

export const freshSeed = (): Hash => randomBytes(32).toString('hex');

export function makeShardBlock(tip: Tip, made: Collation, now: number, startLt: bigint, randSeed: Hash): MadeBlock {
  const { shard, extra, master } = tip;
  const state: ShardState = {
    ...advanced(shard.state, made, now),
    minRefMcSeqno: master.id.seqno,
    master: refOf(master),
  };
  const validators = validatorsOf(extra.config);
  const header: Header = {
    ...headerFor(shard, state, startLt),
    keyBlock: false,
    validatorListHash: listHash(shardSubset(validators), extra.catchainSeqno),
    catchainSeqno: extra.catchainSeqno,
    prevKeyBlockSeqno: prevKeyBlockSeqno(tip),
    master: refOf(master),
  };
  const block = { ...blockExtra(made, randSeed), createdBy: validators[0]!.publicKey, custom: null };
  return finish(shard, state, made, header, block, 0n);
}

export interface MasterInput {
  made: Collation;
  shard: MadeBlock | null;
  now: number;
  startLt: bigint;
  randSeed: Hash;
  prevSignatures: readonly Signature[];
  /** The configuration from now on, when this is to be a key block. */
  newConfig: { config: Cell; touched: readonly Cell[] } | null;
}

export function makeMasterBlock(tip: Tip, input: MasterInput): MadeBlock {
  const { master, extra } = tip;
  const touched: Cell[] = [];
  const next = nextExtra(tip, input, touched);
  const state: ShardState = {
    ...advanced(master.state, input.made, input.now),
    minRefMcSeqno: parseShardHashes(next.shards).minRefMcSeqno,
    libraries: updateLibraries(master.state.libraries, input.made.changed),
    custom: extraCell(next),
  };
  const shardFees = input.shard?.feesCollected ?? 0n;
  state.totalFees += shardFees;
  const header: Header = {
    ...headerFor(master, state, input.startLt),
    keyBlock: input.newConfig !== null,
    validatorListHash: extra.validatorListHash,
    catchainSeqno: extra.catchainSeqno,
    prevKeyBlockSeqno: prevKeyBlockSeqno(tip),
    master: null,
  };
  const custom: MasterBlockExtra = {
    shards: next.shards,
    shardFees,
    prevSignatures: [...input.prevSignatures],
    config: input.newConfig === null ? null : { address: extra.configAddress, params: next.config },
  };
  const block: BlockExtra = {
    ...blockExtra(input.made, input.randSeed),
    createdBy: validatorsOf(extra.config)[0]!.publicKey,
    custom: masterExtraCell(custom),
  };
  const collation = { ...input.made, touched: [...input.made.touched, ...touched] };
  return finish(master, state, collation, header, block, shardFees);
}

function nextExtra(tip: Tip, input: MasterInput, touched: Cell[]): MasterExtra {
  const { master, extra } = tip;
  const previous = { ...refOf(master), key: extra.afterKeyBlock };
  const isKey = input.newConfig !== null;
  const config = input.newConfig?.config ?? extra.config;
  const catchainSeqno = extra.catchainSeqno + (isKey ? 1 : 0);
  const custom = master.state.custom!;
  touched.push(custom, custom.refs[0]!, custom.refs[0]!.refs[0]!, custom.refs[2]!, ...(input.newConfig?.touched ?? []));
  return {
    ...extra,
    shards:
      input.shard === null ? extra.shards : shardHashes(describe(input.shard, master.id.seqno + 1, catchainSeqno)),
    config,
    validatorListHash: isKey ? listHash(validatorsOf(config), catchainSeqno) : extra.validatorListHash,
    catchainSeqno,
    prevBlocks: kPrevBlocks.update(extra.prevBlocks, [prevBlockChange(previous)], (cell) => touched.push(cell)),
    afterKeyBlock: isKey,
    lastKeyBlock: extra.afterKeyBlock ? refOf(master) : extra.lastKeyBlock,
  };
}

const describe = (shard: MadeBlock, regMcSeqno: number, nextCatchainSeqno: number): ShardDescription => ({
  block: refOf(shard.side),
  startLt: shard.startLt,
  regMcSeqno,
  minRefMcSeqno: shard.side.state.minRefMcSeqno,
  genUtime: shard.side.state.genUtime,
  nextCatchainSeqno,
  feesCollected: shard.feesCollected,
});

/** What changes in the state of either workchain. */
function advanced(state: ShardState, made: Collation, now: number): ShardState {
  return {
    ...state,
    seqno: state.seqno + 1,
    genUtime: now,
    genLt: made.endLt,
    queue: made.queue,
    accounts: made.accounts,
    totalBalance: kShardAccounts.rootExtra(made.accounts),
    totalFees: state.totalFees + made.fees,
  };
}

function headerFor(prev: Side, state: ShardState, startLt: bigint) {
  return {
    workchain: state.workchain,
    seqno: state.seqno,
    genUtime: state.genUtime,
    startLt,
    endLt: state.genLt,
    minRefMcSeqno: state.minRefMcSeqno,
    prev: refOf(prev),
  };
}

function blockExtra(made: Collation, randSeed: Hash) {
  const { inMessages, outMessages, accountBlocks } = made;
  return { inMessages, outMessages, accountBlocks, randSeed };
}

function finish(
  prev: Side,
  state: ShardState,
  made: Collation,
  header: Header,
  extra: BlockExtra,
  feesImported: bigint,
): MadeBlock {
  const flow: ValueFlow = {
    fromPrev: prev.state.totalBalance,
    toNext: state.totalBalance,
    imported: made.imported,
    exported: made.exported,
    feesCollected: made.fees + feesImported,
    feesImported,
  };
  if (flow.fromPrev + flow.imported + feesImported !== flow.toNext + flow.exported + flow.feesCollected) {
    throw new Error(`block ${header.workchain}:${header.seqno} makes or loses money`);
  }
  const root = stateCell(state);
  const frame = [prev.root, ...prev.root.refs.slice(0, 3)];
  const update = merkleUpdate(prev.root, root, [...frame, ...made.touched]);
  const block = blockCell({ globalId: state.globalId, header, flow, update, extra });
  const boc = serializeOne(block);
  const id = { workchain: state.workchain, seqno: state.seqno, rootHash: block.hash(), fileHash: sha256(boc) };
  return { id, boc, block, side: sideOf(id, root), feesCollected: flow.feesCollected, startLt: header.startLt };
}
