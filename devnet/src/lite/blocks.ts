// Lite-server queries about blocks: newest, by name, by number, logical time or time, and what is in them.
import { build } from '../cells/builder.ts';
import { serializeBoc, serializeOne } from '../cells/boc.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { hashOfKey } from '../cells/dictionary.ts';
import { TlWriter, type TlReader } from '../adnl/tl.ts';
import type { Chain } from '../chain/chain.ts';
import type { Entry } from '../chain/index.ts';
import { headerProof, shardHashesProof, transactionListProof } from '../proofs/block.ts';
import { prevBlockProof, shardProof } from '../proofs/state.ts';
import { accountTransactions, kAccountBlocks, kTransactions, rootOfAccountBlocks } from '../tlb/block.ts';
import { kBasechain, kMasterchain, type BlockId } from '../tlb/ids.ts';
import { parseExtra } from '../tlb/masterchain.ts';
import { descriptionCell } from '../tlb/shards.ts';
import { kErrorCode, LiteError } from './error.ts';
import type { Side } from '../tlb/tip.ts';

const kVersion = 0x101;
const kCapabilities = 7n;
const kMaxListed = 256;
const kMaxStateBytes = 1 << 23;

export function masterchainInfo(chain: Chain): Buffer {
  const { master } = chain.tip;
  const to = new TlWriter().tag('85832881').blockId(master.id).hash(master.root.hash());
  return withZerostate(chain, to).end();
}

export function masterchainInfoExt(chain: Chain, from: TlReader): Buffer {
  const { master } = chain.tip;
  const to = new TlWriter().tag('a8cce0f5').int(from.int()).int(kVersion).long(kCapabilities).blockId(master.id);
  to.int(master.state.genUtime).int(chain.clock.now()).hash(master.root.hash());
  return withZerostate(chain, to).end();
}

function withZerostate(chain: Chain, to: TlWriter): TlWriter {
  const { id } = chain.history.zerostate.master;
  return to.int(id.workchain).hash(id.rootHash).hash(id.fileHash);
}

export const time = (chain: Chain): Buffer => new TlWriter().tag('e953000d').int(chain.clock.now()).end();

export const version = (chain: Chain): Buffer =>
  new TlWriter().tag('5a0491e5').int(0).int(kVersion).long(kCapabilities).int(chain.clock.now()).end();

export function findBlock(chain: Chain, id: BlockId): Entry {
  const entry = chain.history.index.find(id);
  if (entry === null) throw new LiteError(kErrorCode.notFound, `block ${id.workchain}:${id.seqno} is not known here`);
  return entry;
}

/** A masterchain block with the state after it. */
export function findMaster(chain: Chain, id: BlockId): { block: Cell; side: Side; shard: Side } {
  if (id.workchain !== kMasterchain) throw new LiteError(kErrorCode.outside, 'not a masterchain block');
  const entry = findBlock(chain, id);
  const states = chain.history.states(id.seqno);
  if (states === null) throw new LiteError(kErrorCode.notFound, `the state after block ${id.seqno} is not kept`);
  return { block: chain.history.block(entry), side: states.master, shard: states.shard };
}

export function block(chain: Chain, from: TlReader): Buffer {
  const id = from.blockId();
  return new TlWriter()
    .tag('a574ed6c')
    .blockId(id)
    .data(chain.history.boc(findBlock(chain, id)))
    .end();
}

export function state(chain: Chain, from: TlReader): Buffer {
  const id = from.blockId();
  const side = chain.history.sideOf(id);
  if (side === null) throw new LiteError(kErrorCode.notFound, 'that state is not kept');
  const { master, shard } = chain.history.zerostate;
  const zero = [master, shard].find((zerostate) => zerostate.id.rootHash === id.rootHash);
  const boc = zero?.boc ?? serializeOne(side.root);
  if (boc.length > kMaxStateBytes) throw new LiteError(kErrorCode.failed, 'the state is too large to send');
  const fileHash = zero?.id.fileHash ?? id.fileHash;
  return new TlWriter().tag('abaddc0c').blockId(id).hash(side.root.hash()).hash(fileHash).data(boc).end();
}

export function blockHeader(chain: Chain, from: TlReader): Buffer {
  const id = from.blockId();
  return headerAnswer(chain, findBlock(chain, id), from.int());
}

function headerAnswer(chain: Chain, entry: Entry, mode: number): Buffer {
  const proof = headerProof(chain.history.block(entry));
  return new TlWriter().tag('752d8219').blockId(entry.id).int(mode).data(serializeOne(proof)).end();
}

interface Lookup {
  mode: number;
  id: { workchain: number; shard: bigint; seqno: number };
  master: BlockId | null;
  lt: bigint;
  utime: number;
}

function readLookup(from: TlReader, proof: 'with_proof' | 'without_proof'): Lookup {
  const mode = from.int();
  const id = from.shortBlockId();
  const master = proof === 'with_proof' ? from.blockId() : null;
  return { mode, id, master, lt: mode & 2 ? from.long() : 0n, utime: mode & 4 ? from.uint() : 0 };
}

function lookUp(chain: Chain, { mode, id, lt, utime }: Lookup): Entry {
  const { index } = chain.history;
  const ways = [mode & 1, mode & 2, mode & 4].filter((bit) => bit !== 0);
  if (ways.length !== 1) throw new LiteError(kErrorCode.malformed, 'exactly one of seqno, lt and utime must be given');
  let entry: Entry | null = null;
  if (mode & 1) entry = index.line(id.workchain)?.get(id.seqno) ?? null;
  if (mode & 2) entry = index.byLt(id.workchain, lt);
  if (mode & 4) entry = index.byTime(id.workchain, utime);
  if (entry === null || id.shard === 0n) throw new LiteError(kErrorCode.notFound, 'no such block is known here');
  return entry;
}

export function lookupBlock(chain: Chain, from: TlReader): Buffer {
  const lookup = readLookup(from, 'without_proof');
  return headerAnswer(chain, lookUp(chain, lookup), lookup.mode);
}

/** Leads from a masterchain block the client trusts to the block that was found. */
export function lookupBlockWithProof(chain: Chain, from: TlReader): Buffer {
  const lookup = readLookup(from, 'with_proof');
  const { history } = chain;
  const entry = lookUp(chain, lookup);
  const trusted = findMaster(chain, lookup.master!);
  const naming = history.index.master.get(entry.masterSeqno);
  if (naming === null || naming.id.seqno > lookup.master!.seqno) {
    throw new LiteError(kErrorCode.notFound, 'the block is newer than the one the client trusts');
  }
  const isTrusted = naming.id.seqno === lookup.master!.seqno;
  const namingBlock = history.block(naming);
  const isShard = entry.id.workchain !== kMasterchain;
  const stateBoc = isTrusted
    ? null
    : serializeBoc([headerProof(trusted.block), prevBlockProof(trusted.side, naming.id.seqno)]);
  const previous = history.index.line(entry.id.workchain)!.get(entry.id.seqno - 1);
  const to = new TlWriter().tag('99786be7').blockId(entry.id).int(lookup.mode).blockId(naming.id);
  to.data(stateBoc ?? Buffer.alloc(0));
  to.data(serializeOne(isShard ? shardHashesProof(namingBlock) : headerProof(namingBlock)));
  const links = isShard ? [{ id: entry.id, proof: headerProof(history.block(entry)) }] : [];
  to.vector(links, (out, link) => void out.blockId(link.id).data(serializeOne(link.proof)));
  to.data(serializeOne(headerProof(history.block(entry))));
  const wantsPrevious = (lookup.mode & 6) !== 0 && previous !== null;
  return to.data(wantsPrevious ? serializeOne(headerProof(history.block(previous))) : Buffer.alloc(0)).end();
}

export function shardInfo(chain: Chain, from: TlReader): Buffer {
  const id = from.blockId();
  const workchain = from.int();
  from.long();
  from.int();
  const master = findMaster(chain, id);
  if (workchain !== kBasechain) throw new LiteError(kErrorCode.outside, 'no such shard');
  const { shards } = parseExtra(master.side.state.custom!);
  const to = new TlWriter().tag('9fe6cd84').blockId(id).blockId(master.shard.id);
  return to
    .data(serializeBoc([headerProof(master.block), shardProof(master.side)]))
    .data(serializeOne(descriptionCell(shards)))
    .end();
}

export function allShardsInfo(chain: Chain, from: TlReader): Buffer {
  const id = from.blockId();
  const master = findMaster(chain, id);
  const { shards } = parseExtra(master.side.state.custom!);
  return new TlWriter()
    .tag('098fe72d')
    .blockId(id)
    .data(serializeBoc([headerProof(master.block), shardProof(master.side)]))
    .data(serializeOne(build().maybeRef(shards).end()))
    .end();
}

/** Every basechain block is named by the masterchain block it came with, so one link is enough. */
export function shardBlockProof(chain: Chain, from: TlReader): Buffer {
  const id = from.blockId();
  const entry = findBlock(chain, id);
  const naming = chain.history.index.master.get(entry.masterSeqno)!;
  const links = id.workchain === kMasterchain ? [] : [shardHashesProof(chain.history.block(naming))];
  const to = new TlWriter().tag('1d62a07a').blockId(naming.id);
  return to.vector(links, (out, proof) => void out.blockId(id).data(serializeOne(proof))).end();
}

export interface Listed {
  account: Hash;
  lt: bigint;
  transaction: Cell;
}

export interface ListRequest {
  id: BlockId;
  mode: number;
  count: number;
  after: { account: Hash; lt: bigint } | null;
}

function readList(from: TlReader): ListRequest {
  const id = from.blockId();
  const mode = from.int();
  const count = from.uint();
  return { id, mode, count, after: mode & 128 ? { account: from.hash(), lt: from.long() } : null };
}

/** Transactions of a block by account and logical time, after a given one. */
export function listTransactions(chain: Chain, request: ListRequest): { listed: Listed[]; incomplete: boolean } {
  const order = request.mode & 64 ? 'descending' : 'ascending';
  const root = rootOfAccountBlocks(chain.history.block(findBlock(chain, request.id)));
  const { after } = request;
  const isAfter = (a: string, b: string): boolean => (order === 'ascending' ? a > b : a < b);
  const name = (account: Hash, lt: bigint): string => account + lt.toString(16).padStart(16, '0');
  const limit = Math.min(request.count, kMaxListed);
  const listed: Listed[] = [];
  for (const { key, value } of kAccountBlocks.entries(root, order)) {
    const account = hashOfKey(key);
    for (const transaction of kTransactions.entries(accountTransactions(value), order)) {
      const lt = BigInt(`0b${transaction.key}`);
      if (after !== null && !isAfter(name(account, lt), name(after.account, after.lt))) continue;
      if (listed.length === limit) return { listed, incomplete: true };
      listed.push({ account, lt, transaction: transaction.value.ref() });
    }
  }
  return { listed, incomplete: false };
}

const listProof = (chain: Chain, { id, mode }: ListRequest): Buffer =>
  mode & 32 ? serializeOne(transactionListProof(chain.history.block(findBlock(chain, id)))) : Buffer.alloc(0);

export function blockTransactions(chain: Chain, from: TlReader): Buffer {
  const request = readList(from);
  const { listed, incomplete } = listTransactions(chain, request);
  const mode = request.mode & 7;
  const to = new TlWriter().tag('bd8cad2b').blockId(request.id).int(request.count).bool(incomplete);
  to.vector(listed, (out, { account, lt, transaction }) => {
    out.int(mode);
    if (mode & 1) out.hash(account);
    if (mode & 2) out.long(lt);
    if (mode & 4) out.hash(transaction.hash());
  });
  return to.data(listProof(chain, request)).end();
}

export function blockTransactionsExt(chain: Chain, from: TlReader): Buffer {
  const request = readList(from);
  const { listed, incomplete } = listTransactions(chain, request);
  const cells = listed.map(({ transaction }) => transaction);
  const to = new TlWriter().tag('fb8ffce4').blockId(request.id).int(request.count).bool(incomplete);
  return to
    .data(cells.length === 0 ? Buffer.alloc(0) : serializeBoc(cells))
    .data(listProof(chain, request))
    .end();
}
