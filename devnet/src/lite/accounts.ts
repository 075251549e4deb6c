// Lite-server queries about accounts: state with proof, transactions, get methods, messages, libraries, configuration.
import { serializeBoc, serializeOne } from '../cells/boc.ts';
import { CellError, type Cell } from '../cells/cell.ts';
import { TlWriter, type TlReader } from '../adnl/tl.ts';
import type { Chain } from '../chain/chain.ts';
import { findLibrary } from '../chain/libraries.ts';
import { MessageError } from '../chain/mempool.ts';
import type { Side } from '../tlb/tip.ts';
import { findTransaction, headerProof, transactionProof } from '../proofs/block.ts';
import { findWay, NoWayError, type Link } from '../proofs/chain.ts';
import { accountProof, configProof, librariesProof, prunedAccount, shardProof } from '../proofs/state.ts';
import type { ShardAccount } from '../tlb/account.ts';
import { kBasechain, kMasterchain, type BlockId } from '../tlb/ids.ts';
import type { StdAddress } from '../tlb/message.ts';
import { parseTransaction } from '../tlb/transaction.ts';
import { findBlock, findMaster } from './blocks.ts';
import { kErrorCode, LiteError } from './error.ts';

const kMaxTransactions = 16;
const kMaxLibraries = 16;
const kNoCodeExitCode = -256;
const kNothing = Buffer.alloc(0);

const readAddress = (from: TlReader): StdAddress => ({ workchain: from.int(), hash: from.hash() });

interface Located {
  id: BlockId;
  shardId: BlockId;
  /** Empty when the block asked about is the account's own. */
  shardProof: Buffer;
  proof: Buffer;
  found: ShardAccount | null;
  side: Side;
}

function locate(chain: Chain, id: BlockId, { workchain, hash }: StdAddress): Located {
  if (workchain !== kMasterchain && workchain !== kBasechain)
    throw new LiteError(kErrorCode.outside, 'no such workchain');
  if (id.workchain !== kMasterchain && id.workchain !== workchain) {
    throw new LiteError(kErrorCode.outside, 'the account is in another workchain than the block');
  }
  const master = id.workchain === kMasterchain ? findMaster(chain, id) : null;
  const side = master === null ? chain.history.sideOf(id) : workchain === kMasterchain ? master.side : master.shard;
  if (side === null) throw new LiteError(kErrorCode.notFound, 'the state after that block is not kept');
  const block = chain.history.block(findBlock(chain, side.id));
  const { proof, found } = accountProof(side, hash);
  const viaShard = master !== null && workchain !== kMasterchain;
  return {
    id,
    shardId: side.id,
    shardProof: viaShard ? serializeBoc([headerProof(master.block), shardProof(master.side)]) : kNothing,
    proof: serializeBoc([headerProof(block), proof]),
    found,
    side,
  };
}

function accountAnswer(chain: Chain, from: TlReader, show: (account: Cell) => Cell): Buffer {
  const id = from.blockId();
  const located = locate(chain, id, readAddress(from));
  return new TlWriter()
    .tag('7079c751')
    .blockId(id)
    .blockId(located.shardId)
    .data(located.shardProof)
    .data(located.proof)
    .data(located.found === null ? kNothing : serializeOne(show(located.found.account)))
    .end();
}

export const accountState = (chain: Chain, from: TlReader): Buffer => accountAnswer(chain, from, (account) => account);

export const accountStatePruned = (chain: Chain, from: TlReader): Buffer => accountAnswer(chain, from, prunedAccount);

export async function runSmcMethod(chain: Chain, from: TlReader): Promise<Buffer> {
  const mode = from.int() & 7;
  const id = from.blockId();
  const address = readAddress(from);
  const methodId = Number(BigInt.asUintN(32, from.long()));
  const stack = from.data();
  from.end();
  const at = locate(chain, id, address);
  const result = at.found === null ? null : await getMethod(chain, address, at, methodId, stack);
  const to = new TlWriter().tag('a39a616b').int(mode).blockId(id).blockId(at.shardId);
  if (mode & 1) to.data(at.shardProof).data(at.proof);
  if (mode & 2) to.data(at.found === null ? kNothing : serializeOne(at.found.account));
  to.int(result?.exitCode ?? kNoCodeExitCode);
  if (mode & 4) to.data(result?.stack ?? kNothing);
  return to.end();
}

async function getMethod(chain: Chain, address: StdAddress, at: Located, methodId: number, stack: Buffer) {
  try {
    return await chain.runGetMethod(address, at.found!, methodId, stack, at.side.state.genUtime);
  } catch (error) {
    throw new LiteError(kErrorCode.failed, error instanceof Error ? error.message : 'the method could not be run');
  }
}

export async function sendMessage(chain: Chain, from: TlReader): Promise<Buffer> {
  const message = from.data();
  from.end();
  try {
    await chain.send(message);
    return new TlWriter().tag('3950e597').int(1).end();
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    throw new LiteError(kErrorCode.refused, `cannot apply external message to current state: ${error.message}`);
  }
}

export function oneTransaction(chain: Chain, from: TlReader): Buffer {
  const id = from.blockId();
  const { workchain, hash } = readAddress(from);
  const lt = from.long();
  if (workchain !== id.workchain) throw new LiteError(kErrorCode.outside, 'the account is in another workchain');
  const { proof, transaction } = transactionProof(chain.history.block(findBlock(chain, id)), hash, lt);
  const to = new TlWriter().tag('0edeed47').blockId(id).data(serializeOne(proof));
  return to.data(transaction === null ? kNothing : serializeOne(transaction)).end();
}

export interface FoundTransaction {
  id: BlockId;
  cell: Cell;
}

/** Transactions of an account, newest first, from the one with `lt` on. */
export function walkTransactions(
  chain: Chain,
  address: StdAddress,
  lt: bigint,
  hash: string,
  count: number,
): FoundTransaction[] {
  const found: FoundTransaction[] = [];
  let next = { lt, hash };
  while (found.length < count && next.lt !== 0n) {
    const entry = chain.history.index.byLt(address.workchain, next.lt);
    const cell = entry && findTransaction(chain.history.block(entry), address.hash, next.lt);
    if (entry === null || cell === null || cell.hash() !== next.hash) {
      if (found.length > 0) break;
      throw new LiteError(kErrorCode.outside, 'no such transaction is known here');
    }
    found.push({ id: entry.id, cell });
    const { prevLt, prevHash } = parseTransaction(cell);
    next = { lt: prevLt, hash: prevHash };
  }
  return found;
}

export function transactions(chain: Chain, from: TlReader): Buffer {
  const count = Math.min(from.uint(), kMaxTransactions);
  const address = readAddress(from);
  const found = walkTransactions(chain, address, from.long(), from.hash(), count);
  const to = new TlWriter().tag('6f26c60b').vector(found, (out, { id }) => void out.blockId(id));
  return to.data(found.length === 0 ? kNothing : serializeBoc(found.map(({ cell }) => cell))).end();
}

function configAnswer(chain: Chain, mode: number, id: BlockId, params: number[] | 'all'): Buffer {
  const { block, side } = findMaster(chain, id);
  const to = new TlWriter().tag('ae7b272f').int(mode).blockId(id);
  return to
    .data(serializeOne(headerProof(block)))
    .data(serializeOne(configProof(side, params)))
    .end();
}

export function configAll(chain: Chain, from: TlReader): Buffer {
  return configAnswer(chain, from.int(), from.blockId(), 'all');
}

export function configParams(chain: Chain, from: TlReader): Buffer {
  const mode = from.int();
  const id = from.blockId();
  return configAnswer(
    chain,
    mode,
    id,
    from.vector(() => from.int(), 4),
  );
}

function readLibraries(from: TlReader, libraries: Cell | null) {
  const hashes = [...new Set(from.vector(() => from.hash(), 32))].slice(0, kMaxLibraries);
  const found = hashes.flatMap((hash) => {
    const root = findLibrary(libraries, hash);
    return root === null ? [] : [{ hash, root }];
  });
  return { hashes, found };
}

export function libraries(chain: Chain, from: TlReader): Buffer {
  const { found } = readLibraries(from, chain.tip.master.state.libraries);
  const to = new TlWriter().tag('117ab96b');
  return to.vector(found, (out, { hash, root }) => void out.hash(hash).data(serializeOne(root))).end();
}

export function librariesWithProof(chain: Chain, from: TlReader): Buffer {
  const id = from.blockId();
  const mode = from.int();
  const { block, side } = findMaster(chain, id);
  const { hashes, found } = readLibraries(from, side.state.libraries);
  const to = new TlWriter().tag('10a927bf').blockId(id).int(mode);
  to.vector(found, (out, { hash, root }) => void out.hash(hash).data(serializeOne(root)));
  return to
    .data(serializeOne(headerProof(block)))
    .data(serializeOne(librariesProof(side, hashes)))
    .end();
}

export function blockProof(chain: Chain, from: TlReader): Buffer {
  const mode = from.int();
  const known = from.blockId();
  const target = mode & 1 ? from.blockId() : chain.tip.master.id;
  try {
    const { links, complete } = findWay(chain.history, known, target);
    const to = new TlWriter()
      .tag('8ed0d2c1')
      .bool(complete)
      .blockId(known)
      .blockId(links.at(-1)?.to ?? target);
    return to.vector(links, (out, link) => writeLink(out, link)).end();
  } catch (error) {
    if (error instanceof NoWayError || error instanceof CellError)
      throw new LiteError(kErrorCode.notFound, error.message);
    throw error;
  }
}

function writeLink(to: TlWriter, link: Link): void {
  to.tag(link.kind === 'backward' ? 'ef7e1bef' : '520fce1c')
    .bool(link.toKeyBlock)
    .blockId(link.from)
    .blockId(link.to);
  if (link.kind === 'backward') {
    to.data(link.destination === null ? kNothing : serializeOne(link.destination));
    to.data(serializeOne(link.source)).data(serializeOne(link.sourceState));
    return;
  }
  to.data(serializeOne(link.destination)).data(serializeOne(link.config));
  to.tag('f644a6e6').int(link.validatorListHash).int(link.catchainSeqno);
  to.vector(link.signatures, (out, { nodeId, signature }) => void out.hash(nodeId).data(signature));
}
