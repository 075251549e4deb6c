// Blocks as cells: header, value flow, state update, messages and transactions.
import { build, type Builder } from '../cells/builder.ts';
import { CellError, type Cell, type Hash } from '../cells/cell.ts';
import { Dictionary, keyOf, keyOfHash, kNoExtra, type Augmentation, type Change } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { kCurrencySum, kFeeCreated, kImportFees, storeCurrency, type ImportFees } from './currency.ts';
import {
  kBasechain,
  kMasterchain,
  kWholeShard,
  loadBlockRef,
  storeBlockRef,
  storeShardIdent,
  type BlockRef,
} from './ids.ts';

const kBlockTag = 0x11ef55aa;
const kInfoTag = 0x9bc7a987;
const kExtraTag = 0x4a33f6fd;

export interface Header {
  workchain: number;
  seqno: number;
  genUtime: number;
  startLt: bigint;
  endLt: bigint;
  keyBlock: boolean;
  validatorListHash: number;
  catchainSeqno: number;
  minRefMcSeqno: number;
  prevKeyBlockSeqno: number;
  /** The masterchain block that a basechain block builds upon. */
  master: BlockRef | null;
  prev: BlockRef;
}

export function headerCell(header: Header): Cell {
  const to = build().uint(kInfoTag, 32).uint(0, 32);
  to.bit(header.workchain !== kMasterchain)
    .uint(0, 5)
    .bit(header.keyBlock)
    .uint(0, 1 + 8);
  to.uint(header.seqno, 32).uint(0, 32);
  storeShardIdent(to, header.workchain);
  to.uint(header.genUtime, 32).uint(header.startLt, 64).uint(header.endLt, 64);
  to.uint(header.validatorListHash, 32).uint(header.catchainSeqno, 32);
  to.uint(header.minRefMcSeqno, 32).uint(header.prevKeyBlockSeqno, 32);
  if (header.master !== null) to.ref(blockRefCell(header.master));
  return to.ref(blockRefCell(header.prev)).end();
}

function blockRefCell(ref: BlockRef): Cell {
  const to = build();
  storeBlockRef(to, ref);
  return to.end();
}

export function parseHeader(block: Cell): Header {
  const root = open(block);
  if (root.uint(32) !== kBlockTag) throw new CellError('not a block');
  const from = open(root.ref());
  if (from.uint(32) !== kInfoTag) throw new CellError('not a block header');
  from.skip(32);
  const notMaster = from.bit();
  from.skip(5);
  const keyBlock = from.bit();
  from.skip(1 + 8);
  const seqno = from.uint(32);
  from.skip(32 + 2 + 6);
  const workchain = from.int(32);
  from.skip(64);
  const fixed = {
    workchain,
    seqno,
    keyBlock,
    genUtime: from.uint(32),
    startLt: from.big(64),
    endLt: from.big(64),
    validatorListHash: from.uint(32),
    catchainSeqno: from.uint(32),
    minRefMcSeqno: from.uint(32),
    prevKeyBlockSeqno: from.uint(32),
  };
  const master = notMaster ? loadBlockRef(open(from.ref()), kMasterchain) : null;
  return { ...fixed, master, prev: loadBlockRef(open(from.ref()), workchain) };
}

export interface ValueFlow {
  fromPrev: bigint;
  toNext: bigint;
  imported: bigint;
  exported: bigint;
  feesCollected: bigint;
  feesImported: bigint;
}

/** value_flow#b8e48dfb */
export function valueFlowCell(flow: ValueFlow): Cell {
  const moved = build();
  for (const amount of [flow.fromPrev, flow.toNext, flow.imported, flow.exported]) storeCurrency(moved, amount);
  const made = build();
  for (const amount of [flow.feesImported, 0n, 0n, 0n]) storeCurrency(made, amount);
  const to = build().uint(0xb8e48dfb, 32).ref(moved.end());
  storeCurrency(to, flow.feesCollected);
  return to.ref(made.end()).end();
}

export const kInMessages = new Dictionary<ImportFees>(256, kImportFees);
export const kOutMessages = new Dictionary(256, kCurrencySum);
export const kAccountBlocks = new Dictionary(256, kCurrencySum);
export const kTransactions = new Dictionary(64, kCurrencySum);

export interface AccountBlock {
  address: Hash;
  transactions: { lt: bigint; cell: Cell; totalFees: bigint }[];
  oldHash: Hash;
  newHash: Hash;
}

export function accountBlockChange(block: AccountBlock): Change<bigint> {
  const changes = block.transactions.map(({ lt, cell, totalFees }) => ({
    key: keyOf(lt, 64),
    leaf: { extra: totalFees, write: (to: Builder) => void to.ref(cell) },
  }));
  const root = kTransactions.update(null, changes)!;
  const hashes = build().uint(0x72, 8).hash(block.oldHash).hash(block.newHash).end();
  const write = (to: Builder): void => {
    to.uint(5, 4).hash(block.address).rest(open(root)).ref(hashes);
  };
  return { key: keyOfHash(block.address), leaf: { extra: kTransactions.rootExtra(root), write } };
}

/** The dictionary of transactions inside an account block, as the root of a tree of its own. */
export function accountTransactions(value: ReturnType<typeof open>): Cell {
  const from = value.clone().skip(4 + 256);
  const to = build().rest(from).end();
  return withoutLastRef(to);
}

/** The account block ends with a reference that is not part of the dictionary embedded before it. */
function withoutLastRef(cell: Cell): Cell {
  const from = open(cell);
  const to = build().bitString(from.bitString(from.bitsLeft));
  for (const child of cell.refs.slice(0, -1)) to.ref(child);
  return to.end();
}

export interface BlockExtra {
  inMessages: Cell | null;
  outMessages: Cell | null;
  accountBlocks: Cell | null;
  randSeed: Hash;
  createdBy: Buffer;
  custom: Cell | null;
}

export function extraCell(extra: BlockExtra): Cell {
  const wrapped = <T>(dictionary: Dictionary<T>, root: Cell | null): Cell => {
    const to = build();
    dictionary.store(to, root);
    return to.end();
  };
  return build()
    .uint(kExtraTag, 32)
    .ref(wrapped(kInMessages, extra.inMessages))
    .ref(wrapped(kOutMessages, extra.outMessages))
    .ref(wrapped(kAccountBlocks, extra.accountBlocks))
    .hash(extra.randSeed)
    .bytes(extra.createdBy)
    .maybeRef(extra.custom)
    .end();
}

const kSignatures = new Dictionary(16, kNoExtra);
const kShardFees = new Dictionary(96, kFeeCreated);

export interface MasterBlockExtra {
  shards: Cell;
  /** Fees collected in the basechain since the last masterchain block. */
  shardFees: bigint;
  /** Signatures under the previous block, in the order of the validators. */
  prevSignatures: { nodeId: Hash; signature: Buffer }[];
  /** Address of the configuration and its parameters, in key blocks only. */
  config: { address: Hash; params: Cell } | null;
}

export function masterExtraCell(extra: MasterBlockExtra): Cell {
  const fees: Augmentation<{ fees: bigint; created: bigint }>['empty'] = { fees: extra.shardFees, created: 0n };
  const to = build()
    .uint(0xcca5, 16)
    .bit(extra.config !== null)
    .maybeRef(extra.shards);
  const key = keyOf(kBasechain, 32) + keyOf(kWholeShard, 64);
  const leaf = { extra: fees, write: (cell: Builder) => kFeeCreated.store(cell, fees) };
  kShardFees.store(to, extra.shardFees === 0n ? null : kShardFees.update(null, [{ key, leaf }]));
  to.ref(signaturesCell(extra.prevSignatures));
  if (extra.config !== null) to.hash(extra.config.address).ref(extra.config.params);
  return to.end();
}

function signaturesCell(signatures: MasterBlockExtra['prevSignatures']): Cell {
  const changes = signatures.map(({ nodeId, signature }, i) => ({
    key: keyOf(i, 16),
    leaf: { extra: null, write: (to: Builder) => void to.hash(nodeId).uint(5, 4).bytes(signature) },
  }));
  return build()
    .maybeRef(changes.length === 0 ? null : kSignatures.update(null, changes))
    .bit(0)
    .bit(0)
    .end();
}

export interface BlockParts {
  globalId: number;
  header: Header;
  flow: ValueFlow;
  update: Cell;
  extra: BlockExtra;
}

export function blockCell(parts: BlockParts): Cell {
  return build()
    .uint(kBlockTag, 32)
    .int(parts.globalId, 32)
    .ref(headerCell(parts.header))
    .ref(valueFlowCell(parts.flow))
    .ref(parts.update)
    .ref(extraCell(parts.extra))
    .end();
}

/** Where the parts of a block are. */
export const headerOf = (block: Cell): Cell => block.refs[0]!;
export const updateOf = (block: Cell): Cell => block.refs[2]!;
export const extraOf = (block: Cell): Cell => block.refs[3]!;
export const accountBlocksOf = (block: Cell): Cell => extraOf(block).refs[2]!;
export const masterExtraOf = (block: Cell): Cell => extraOf(block).refs[3]!;
export const rootOfAccountBlocks = (block: Cell): Cell | null => kAccountBlocks.load(open(accountBlocksOf(block)));
