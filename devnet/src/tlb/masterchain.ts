// McStateExtra: what only the state of the masterchain has: shards, configuration, validators, earlier blocks.
import { build, type Builder } from '../cells/builder.ts';
import { CellError, type Cell, type Hash } from '../cells/cell.ts';
import { Dictionary, keyOf, type Augmentation, type Change, type Visit } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { loadCurrency, storeCurrency } from './currency.ts';
import { kMasterchain, loadBlockRef, storeBlockRef, type BlockRef } from './ids.ts';

const kTag = 0xcc26;

interface KeyMaxLt {
  key: boolean;
  maxEndLt: bigint;
}

const kKeyMaxLt: Augmentation<KeyMaxLt> = {
  empty: { key: false, maxEndLt: 0n },
  load: (from) => ({ key: from.bit(), maxEndLt: from.big(64) }),
  store: (to, { key, maxEndLt }) => void to.bit(key).uint(maxEndLt, 64),
  combine: (a, b) => ({ key: a.key || b.key, maxEndLt: a.maxEndLt > b.maxEndLt ? a.maxEndLt : b.maxEndLt }),
};

export const kPrevBlocks = new Dictionary(32, kKeyMaxLt);

export interface MasterExtra {
  /** ShardHashes, never empty. */
  shards: Cell;
  configAddress: Hash;
  /** Hashmap 32 ^Cell. */
  config: Cell;
  validatorListHash: number;
  catchainSeqno: number;
  /** OldMcBlocksInfo. */
  prevBlocks: Cell | null;
  afterKeyBlock: boolean;
  lastKeyBlock: BlockRef | null;
  globalBalance: bigint;
}

export function extraCell(extra: MasterExtra): Cell {
  const inner = build().uint(0, 16);
  inner.uint(extra.validatorListHash, 32).uint(extra.catchainSeqno, 32).bit(0);
  kPrevBlocks.store(inner, extra.prevBlocks);
  inner.bit(extra.afterKeyBlock).bit(extra.lastKeyBlock !== null);
  if (extra.lastKeyBlock !== null) storeBlockRef(inner, extra.lastKeyBlock);
  const to = build().uint(kTag, 16).maybeRef(extra.shards);
  to.hash(extra.configAddress).ref(extra.config).ref(inner.end());
  storeCurrency(to, extra.globalBalance);
  return to.end();
}

export function parseExtra(cell: Cell): MasterExtra {
  const from = open(cell);
  if (from.uint(16) !== kTag) throw new CellError('not a masterchain state');
  const shards = from.maybeRef();
  if (shards === null) throw new CellError('no shards');
  const configAddress = from.hash();
  const config = from.ref();
  const inner = open(from.ref()).skip(16);
  const globalBalance = loadCurrency(from);
  const validatorListHash = inner.uint(32);
  const catchainSeqno = inner.uint(32);
  inner.skip(1);
  const prevBlocks = kPrevBlocks.load(inner);
  const afterKeyBlock = inner.bit();
  const lastKeyBlock = inner.bit() ? loadBlockRef(inner, kMasterchain) : null;
  return {
    shards,
    configAddress,
    config,
    validatorListHash,
    catchainSeqno,
    prevBlocks,
    afterKeyBlock,
    lastKeyBlock,
    globalBalance,
  };
}

export interface PrevBlock extends BlockRef {
  key: boolean;
}

export const prevBlockChange = (block: PrevBlock): Change<KeyMaxLt> => ({
  key: keyOf(block.seqno, 32),
  leaf: {
    extra: { key: block.key, maxEndLt: block.endLt },
    write: (to: Builder) => storeBlockRef(to.bit(block.key), block),
  },
});

export function findPrevBlock(prevBlocks: Cell | null, seqno: number, visit?: Visit): PrevBlock | null {
  const found = kPrevBlocks.find(prevBlocks, keyOf(seqno, 32), visit);
  return found === null ? null : { key: found.value.bit(), ...loadBlockRef(found.value, kMasterchain) };
}
