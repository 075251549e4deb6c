// A strict light client in small, independent of the devnet's code: cells and hashes are @ton/core's, signatures are
// @ton/crypto's, everything else is written from the formats. Throws Refusal wherever something is not proven.
import { Cell, crc32c, Slice } from '@ton/core';
import { sha256_sync, signVerify } from '@ton/crypto';
import type { liteServer_BlockLink, tonNode_blockIdExt } from 'ton-lite-client/dist/schema.js';

export class Refusal extends Error {}
export type Id = tonNode_blockIdExt;

const must = (condition: boolean, reason: string): void => {
  if (!condition) throw new Refusal(reason);
};

export const sameId = (a: Id, b: Id): boolean =>
  a.workchain === b.workchain &&
  a.seqno === b.seqno &&
  BigInt.asUintN(64, BigInt(a.shard)) === BigInt.asUintN(64, BigInt(b.shard)) &&
  a.rootHash.equals(b.rootHash) &&
  a.fileHash.equals(b.fileHash);

/** The trees inside the Merkle proofs of a bag; core computes the hashes, the stated ones must be true. */
function bodies(boc: Buffer, roots: number): Cell[] {
  const cells = Cell.fromBoc(boc);
  must(cells.length === roots, 'number of proofs');
  return cells.map((cell) => {
    must(cell.type === 3, 'not a Merkle proof');
    const body = cell.refs[0]!;
    must(cell.bits.subbuffer(8, 256)!.equals(body.hash(0)), 'Merkle proof of something else');
    return body;
  });
}

export interface Header {
  seqno: number;
  workchain: number;
  keyBlock: boolean;
  genUtime: number;
  endLt: bigint;
  validatorListHash: number;
  catchainSeqno: number;
  prevKeyBlockSeqno: number;
  prev: { endLt: bigint; seqno: number; rootHash: Buffer; fileHash: Buffer };
  stateHash: Buffer | null;
  block: Cell;
}

export function readHeader(block: Cell): Header {
  const top = block.beginParse();
  must(top.loadUint(32) === 0x11ef55aa, 'not a block');
  const info = block.refs[0]!.beginParse();
  must(info.loadUint(32) === 0x9bc7a987 && info.loadUint(32) === 0, 'not a header');
  const notMaster = info.loadBit();
  must(info.loadUint(5) === 0, 'split or merged');
  const keyBlock = info.loadBit();
  must(info.loadUint(9) === 0, 'flags');
  const seqno = info.loadUint(32);
  info.skip(32);
  must(info.loadUint(2) === 0 && info.loadUint(6) === 0, 'shard');
  const workchain = info.loadInt(32);
  must(info.loadUintBig(64) === 0n && notMaster === (workchain !== -1), 'shard');
  const genUtime = info.loadUint(32);
  const startLt = info.loadUintBig(64);
  const endLt = info.loadUintBig(64);
  must(startLt < endLt, 'logical time');
  const [validatorListHash, catchainSeqno] = [info.loadUint(32), info.loadUint(32)];
  info.skip(32);
  const prevKeyBlockSeqno = info.loadUint(32);
  if (notMaster) info.loadRef();
  const prev = blockRef(info.loadRef().beginParse());
  must(prev.seqno + 1 === seqno && info.remainingBits === 0 && info.remainingRefs === 0, 'previous block');
  const update = block.refs[2]!;
  const stateHash = update.type === 4 ? update.bits.subbuffer(8 + 256, 256)! : null;
  const fixed = { seqno, workchain, keyBlock, genUtime, endLt, validatorListHash, catchainSeqno, prevKeyBlockSeqno };
  return { ...fixed, prev, stateHash, block };
}

const blockRef = (from: Slice) => ({
  endLt: from.loadUintBig(64),
  seqno: from.loadUint(32),
  rootHash: from.loadBuffer(32),
  fileHash: from.loadBuffer(32),
});

function headerOf(block: Cell, id: Id): Header {
  must(block.hash(0).equals(id.rootHash), 'header of another block');
  const header = readHeader(block);
  must(header.seqno === id.seqno && header.workchain === id.workchain, 'header does not fit the name');
  return header;
}

export const checkHeader = (boc: Buffer, id: Id): Header => headerOf(bodies(boc, 1)[0]!, id);

/** Two proofs: of the block, and of the state after it. */
export function checkState(boc: Buffer, id: Id): { header: Header; state: Cell } {
  const [block, state] = bodies(boc, 2);
  return pairUp(headerOf(block!, id), state!);
}

export function checkStatePair(headerBoc: Buffer, stateBoc: Buffer, id: Id): { header: Header; state: Cell } {
  return pairUp(checkHeader(headerBoc, id), bodies(stateBoc, 1)[0]!);
}

function pairUp(header: Header, state: Cell): { header: Header; state: Cell } {
  must(header.stateHash !== null && header.stateHash.equals(state.hash(0)), 'state of another block');
  return { header, state };
}

/** Walks a dictionary; null is proven absence, a pruned branch on the way is a refusal. */
export function lookup(root: Cell | null, keyBits: number, key: bigint): Slice | null {
  let cell = root;
  let left = keyBits;
  while (cell !== null) {
    must(!cell.isExotic, 'the proof does not reach the entry');
    const from = cell.beginParse();
    const label = readLabel(from, left);
    left -= label.length;
    const wanted = (key >> BigInt(left)) & ((1n << BigInt(label.length)) - 1n);
    if (label.length > 0 && wanted !== BigInt(`0b${label}`)) return null;
    if (left === 0) return from;
    left -= 1;
    cell = cell.refs[Number((key >> BigInt(left)) & 1n)]!;
  }
  return null;
}

function readLabel(from: Slice, max: number): string {
  const lengthBits = Math.ceil(Math.log2(max + 1));
  let label = '';
  if (!from.loadBit()) {
    let length = 0;
    while (from.loadBit()) length++;
    for (let i = 0; i < length; i++) label += from.loadBit() ? '1' : '0';
  } else if (!from.loadBit()) {
    const length = from.loadUint(lengthBits);
    for (let i = 0; i < length; i++) label += from.loadBit() ? '1' : '0';
  } else {
    const bit = from.loadBit() ? '1' : '0';
    label = bit.repeat(from.loadUint(lengthBits));
  }
  must(label.length <= max, 'label');
  return label;
}

const skipCurrency = (from: Slice): bigint => {
  const value = from.loadCoins();
  must(!from.loadBit(), 'extra currencies');
  return value;
};

export interface McExtra {
  shards: Cell | null;
  config: Cell;
  inner: Cell;
}

/** McStateExtra of a state of the masterchain. */
export function masterExtra(state: Cell): McExtra {
  const from = state.beginParse();
  must(from.loadUint(32) === 0x9023afe2, 'not a state');
  const custom = state.refs[3]!.beginParse();
  must(custom.loadUint(16) === 0xcc26, 'not a state of the masterchain');
  const shards = custom.loadMaybeRef();
  custom.skip(256);
  return { shards, config: custom.loadRef(), inner: custom.loadRef() };
}

export interface Shard {
  seqno: number;
  rootHash: Buffer;
  fileHash: Buffer;
}

export function shardOf(extra: { shards: Cell | null }, workchain: number): Shard {
  const entry = lookup(extra.shards, 32, BigInt.asUintN(32, BigInt(workchain)));
  must(entry !== null, 'no such workchain');
  const tree = entry!.loadRef().beginParse();
  must(!tree.loadBit(), 'more than one shard');
  const tag = tree.loadUint(4);
  must(tag === 0xa || tag === 0xb, 'not a shard description');
  const seqno = tree.loadUint(32);
  tree.skip(32 + 64 + 64);
  return { seqno, rootHash: tree.loadBuffer(32), fileHash: tree.loadBuffer(32) };
}

export const checkShard = (shard: Shard, id: Id): void =>
  must(
    shard.seqno === id.seqno && shard.rootHash.equals(id.rootHash) && shard.fileHash.equals(id.fileHash),
    'another shard block',
  );

export interface AccountAnswer {
  id: Id;
  shardblk: Id;
  shardProof: Buffer;
  proof: Buffer;
  state: Buffer;
}

/** Balance and last transaction of an account as of a trusted masterchain block; null when it is proven not to exist. */
export function checkAccount(answer: AccountAnswer, trusted: Id, workchain: number, address: Buffer) {
  must(sameId(answer.id, trusted), 'about another block');
  if (workchain === -1) must(sameId(answer.shardblk, trusted) && answer.shardProof.length === 0, 'masterchain account');
  else checkShard(shardOf(masterExtra(checkState(answer.shardProof, trusted).state), workchain), answer.shardblk);
  const { state } = checkState(answer.proof, answer.shardblk);
  const accounts = state.refs[1]!.beginParse();
  const entry = lookup(accounts.loadMaybeRef(), 256, BigInt(`0x${address.toString('hex')}`));
  if (entry === null) {
    must(answer.state.length === 0, 'a state for an account that does not exist');
    return null;
  }
  entry.skip(5);
  const balance = skipCurrency(entry);
  const account = entry.loadRef();
  const lastHash = entry.loadBuffer(32);
  const lastLt = entry.loadUintBig(64);
  const [cell] = Cell.fromBoc(answer.state);
  must(cell !== undefined && cell.level() === 0 && cell.hash().equals(account.hash(0)), 'state of another account');
  return { balance, lastHash, lastLt, cell: cell! };
}

interface Validator {
  key: Buffer;
  weight: bigint;
}

/** Validators of the masterchain by parameters 28 and 34; without shuffling, as the devnet sets it. */
function validatorsOf(config: Cell): Validator[] {
  const catchain = lookup(config, 32, 28n)!.loadRef().beginParse();
  must(catchain.loadUint(8) === 0xc2 && catchain.loadUint(8) === 0, 'shuffled validators are not supported here');
  const set = lookup(config, 32, 34n)!.loadRef().beginParse();
  must(set.loadUint(8) === 0x12, 'validator set');
  set.skip(64);
  const [total, main, declared] = [set.loadUint(16), set.loadUint(16), set.loadUintBig(64)];
  const list = set.loadMaybeRef();
  const validators: Validator[] = [];
  for (let i = 0; i < total; i++) {
    const entry = lookup(list, 16, BigInt(i))!;
    must(entry.loadUint(8) === 0x53 && entry.loadUint(32) === 0x8e81278a, 'validator');
    validators.push({ key: entry.loadBuffer(32), weight: entry.loadUintBig(64) });
  }
  must(validators.reduce((sum, { weight }) => sum + weight, 0n) === declared, 'total weight');
  return validators.slice(0, Math.min(main, total));
}

function listHash(validators: readonly Validator[], catchainSeqno: number): number {
  const head = Buffer.alloc(12);
  head.writeInt32LE(-1877581587, 0);
  head.writeUInt32LE(catchainSeqno, 4);
  head.writeUInt32LE(validators.length, 8);
  const parts = validators.map(({ key, weight }) => {
    const tail = Buffer.alloc(40);
    tail.writeBigUInt64LE(weight);
    return Buffer.concat([key, tail]);
  });
  return crc32c(Buffer.concat([head, ...parts])).readUInt32LE(0);
}

const nodeId = (key: Buffer): string =>
  sha256_sync(Buffer.concat([Buffer.from('c6b41348', 'hex'), key])).toString('hex');

/** Configuration in a key block, or in the zerostate. */
function configOf(boc: Buffer, from: Id): Cell {
  const [body] = bodies(boc, 1);
  must(body!.hash(0).equals(from.rootHash), 'configuration of another block');
  if (from.seqno === 0) return masterExtra(body!).config;
  must(headerOf(body!, from).keyBlock, 'not a key block');
  const custom = body!.refs[3]!.refs[3]!;
  const inside = custom.beginParse();
  must(inside.loadUint(16) === 0xcca5 && inside.loadBit(), 'no configuration');
  return custom.refs.at(-1)!;
}

export function checkLink(link: liteServer_BlockLink): void {
  must(link.from.workchain === -1 && link.to.workchain === -1, 'not of the masterchain');
  if (link.kind === 'liteServer.blockLinkBack') {
    must(link.to.seqno < link.from.seqno, 'direction');
    const { state } = checkStatePair(link.proof, link.stateProof, link.from);
    const inner = masterExtra(state).inner.beginParse();
    inner.skip(16 + 65);
    const entry = lookup(inner.loadMaybeRef(), 32, BigInt(link.to.seqno));
    must(entry !== null, 'not an earlier block');
    entry!.skip(65);
    const isKey = entry!.loadBit();
    const { rootHash, fileHash } = blockRef(entry!);
    must(rootHash.equals(link.to.rootHash) && fileHash.equals(link.to.fileHash), 'another earlier block');
    must(isKey === link.toKeyBlock, 'key block flag');
    if (link.to.seqno > 0) must(checkHeader(link.destProof, link.to).keyBlock === link.toKeyBlock, 'key block flag');
    return;
  }
  must(link.to.seqno > link.from.seqno, 'direction');
  const header = checkHeader(link.destProof, link.to);
  must(header.keyBlock === link.toKeyBlock && header.prevKeyBlockSeqno === link.from.seqno, 'key block');
  const validators = validatorsOf(configOf(link.configProof, link.from));
  const { signatures, catchainSeqno, validatorSetHash } = link.signatures;
  must(catchainSeqno === header.catchainSeqno, 'catchain seqno');
  must(listHash(validators, catchainSeqno) === header.validatorListHash, 'validator set of the header');
  must(validatorSetHash >>> 0 === header.validatorListHash, 'validator set of the signatures');
  const message = Buffer.concat([Buffer.from('706e0bc5', 'hex'), link.to.rootHash, link.to.fileHash]);
  let signed = 0n;
  const left = new Map(validators.map((validator) => [nodeId(validator.key), validator]));
  for (const { nodeIdShort, signature } of signatures) {
    const validator = left.get(nodeIdShort.toString('hex'));
    must(validator !== undefined && signVerify(message, signature, validator.key), 'signature');
    left.delete(nodeIdShort.toString('hex'));
    signed += validator!.weight;
  }
  must(3n * signed > 2n * validators.reduce((sum, { weight }) => sum + weight, 0n), 'not enough signatures');
}

export function checkChain(steps: readonly liteServer_BlockLink[], from: Id, to: Id): void {
  let at = from;
  for (const link of steps) {
    must(sameId(link.from, at), 'links do not join');
    checkLink(link);
    at = link.to;
  }
  must(sameId(at, to), 'links end elsewhere');
}

/** The transaction that a proof shows, or null if it shows that there is none. */
export function checkTransaction(proof: Buffer, id: Id, account: Buffer, lt: bigint): Cell | null {
  const { block } = checkHeader(proof, id);
  const blocks = block.refs[3]!.refs[2]!.beginParse();
  const entry = lookup(blocks.loadMaybeRef(), 256, BigInt(`0x${account.toString('hex')}`));
  if (entry === null) return null;
  skipCurrency(entry);
  must(entry.loadUint(4) === 5 && entry.loadBuffer(32).equals(account), 'account block');
  const rest = entry.asCell();
  const found = lookup(rest, 64, lt);
  if (found === null) return null;
  skipCurrency(found);
  return found.loadRef();
}
