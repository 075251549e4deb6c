// Everything the devnet proves is checked by the strict client of verifier.ts, which must also refuse what is not proven.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Address, Cell, loadShardStateUnsplit } from '@ton/core';
import { Functions } from 'ton-lite-client/dist/schema.js';
import * as check from './verifier.ts';
import { optionsFor, run, temporaryFolder, type Running } from './support.ts';

const kSomebody = Address.parseRaw(`0:${'ab'.repeat(32)}`);
const kInMaster = Address.parseRaw(`-1:${'ab'.repeat(32)}`);

async function withHistory(t: TestContext, ...more: string[]): Promise<Running> {
  const devnet = await run(t, optionsFor(temporaryFolder(t), ...more));
  for (const address of [kSomebody, kInMaster]) {
    await devnet.post('/devnet/faucet', { address: address.toRawString(), amount: '7000000000' });
  }
  return devnet;
}

const zerostate = (devnet: Running): check.Id => idOf(devnet.chain.history.zerostate.master.id);

const idOf = (id: { workchain: number; seqno: number; rootHash: string; fileHash: string }): check.Id => ({
  kind: 'tonNode.blockIdExt',
  workchain: id.workchain,
  shard: '-9223372036854775808',
  seqno: id.seqno,
  rootHash: Buffer.from(id.rootHash, 'hex'),
  fileHash: Buffer.from(id.fileHash, 'hex'),
});

const proofBetween = (devnet: Running, knownBlock: check.Id, targetBlock: check.Id) =>
  devnet.engine.query(Functions.liteServer_getBlockProof, {
    kind: 'liteServer.getBlockProof',
    mode: 1,
    knownBlock,
    targetBlock,
  });

async function follow(devnet: Running, from: check.Id, to: check.Id): Promise<number> {
  let at = from;
  for (let rounds = 1; ; rounds++) {
    const proof = await proofBetween(devnet, at, to);
    check.checkChain(proof.steps, at, proof.to);
    at = proof.to;
    if (proof.complete) {
      assert.ok(check.sameId(at, to));
      return rounds;
    }
  }
}

test('signatures lead from the zerostate to the newest block, across changes of validators', async (t) => {
  const devnet = await withHistory(t, '--validators', '4');
  for (let i = 0; i < 3; i++) {
    await devnet.post('/devnet/keyblock', { rotate: i !== 1 });
    await devnet.post('/devnet/block', { count: 2 });
  }
  const { last } = await devnet.lite.getMasterchainInfo();
  assert.equal(await follow(devnet, zerostate(devnet), last), 1);
  const third = idOf(devnet.chain.history.index.master.get(3)!.id);
  assert.equal(await follow(devnet, third, last), 1, 'from a block that is no key block');
  assert.equal(await follow(devnet, last, third), 1, 'backward');
  assert.equal(await follow(devnet, last, zerostate(devnet)), 1, 'backward to the zerostate');
  assert.deepEqual(devnet.failures, []);
});

test('a long chain of key blocks is proven in parts', async (t) => {
  const devnet = await run(t);
  for (let i = 0; i < 20; i++) await devnet.post('/devnet/keyblock', { rotate: true });
  await devnet.post('/devnet/block', {});
  const { last } = await devnet.lite.getMasterchainInfo();
  assert.equal(await follow(devnet, zerostate(devnet), last), 2);
});

test('links with a false signature, too few or doubled ones are refused', async (t) => {
  const devnet = await withHistory(t, '--validators', '4');
  const { last } = await devnet.lite.getMasterchainInfo();
  const { steps } = await proofBetween(devnet, idOf(devnet.chain.history.keyBlock(1).id), last);
  const [link] = steps;
  assert.ok(link?.kind === 'liteServer.blockLinkForward');
  check.checkLink(link);
  const { signatures } = link.signatures;
  const withSignatures = (list: typeof signatures) => ({
    ...link,
    signatures: { ...link.signatures, signatures: list },
  });
  assert.doesNotThrow(() => check.checkLink(withSignatures(signatures.slice(1))), '3 of 4 are more than two thirds');
  assert.throws(() => check.checkLink(withSignatures(signatures.slice(2))), check.Refusal);
  assert.throws(() => check.checkLink(withSignatures([...signatures.slice(1), signatures[1]!])), check.Refusal);
  const forged = { ...signatures[0]!, signature: Buffer.from(signatures[0]!.signature).fill(1, 0, 1) };
  assert.throws(() => check.checkLink(withSignatures([forged, ...signatures.slice(1)])), check.Refusal);
  assert.throws(() => check.checkLink({ ...link, to: { ...link.to, fileHash: Buffer.alloc(32) } }), check.Refusal);
});

test('accounts of both workchains are proven, present and absent', async (t) => {
  const devnet = await withHistory(t);
  const { last } = await devnet.lite.getMasterchainInfo();
  const ask = async (address: Address, block = last) => {
    const raw = await devnet.lite.getAccountStateRaw(address, block);
    const answer = {
      id: raw.block,
      shardblk: raw.shardBlock,
      shardProof: raw.shardProof,
      proof: raw.proof,
      state: raw.raw,
    };
    return { answer, account: check.checkAccount(answer, block, address.workChain, address.hash) };
  };
  for (const address of [kSomebody, kInMaster]) {
    const { account, answer } = await ask(address);
    assert.equal(account!.balance, 7_000_000_000n);
    const other = { ...answer, state: (await ask(Address.parseRaw(`0:${devnetFaucet(devnet)}`))).answer.state };
    assert.throws(() => check.checkAccount(other, last, address.workChain, address.hash), check.Refusal);
    const absent = new Address(address.workChain, Buffer.alloc(32, 0x11));
    assert.equal((await ask(absent)).account, null);
    assert.throws(() => check.checkAccount(answer, last, address.workChain, absent.hash), check.Refusal);
  }
  const before = idOf(devnet.chain.history.index.master.get(1)!.id);
  assert.equal((await ask(kSomebody, before)).account, null, 'it was not there yet');
  const { answer } = await ask(kSomebody);
  assert.throws(() => check.checkAccount(answer, before, 0, kSomebody.hash), check.Refusal);
  const pruned = await devnet.lite.getAccountStatePrunned(kSomebody, last);
  assert.equal(pruned.stateHash!.toString('hex'), Cell.fromBoc(answer.state)[0]!.hash().toString('hex'));
});

const devnetFaucet = (devnet: Running): string => {
  const [block] = Cell.fromBoc(devnet.chain.history.zerostate.shard.boc);
  const accounts = loadShardStateUnsplit(block!.beginParse()).accounts!;
  return accounts.keys()[0]!.toString(16).padStart(64, '0');
};

test('transactions are proven to be in their block, or not to be', async (t) => {
  const devnet = await withHistory(t);
  const account = devnet.chain.account({ workchain: 0, hash: kSomebody.hash.toString('hex') })!;
  const hash = Buffer.from(account.lastTransHash, 'hex');
  const { ids } = await devnet.lite.getAccountTransactions(kSomebody, account.lastTransLt.toString(), hash, 1);
  const [id] = ids;
  const one = await devnet.lite.getAccountTransaction(kSomebody, account.lastTransLt.toString(), id!);
  const shown = check.checkTransaction(one.proof, id!, kSomebody.hash, account.lastTransLt);
  assert.ok(shown!.hash(0).equals(hash));
  assert.ok(Cell.fromBoc(one.transaction)[0]!.hash().equals(hash));
  const none = await devnet.lite.getAccountTransaction(kSomebody, (account.lastTransLt + 1n).toString(), id!);
  assert.equal(none.transaction.length, 0);
  assert.equal(check.checkTransaction(none.proof, id!, kSomebody.hash, account.lastTransLt + 1n), null);

  const listed = await devnet.engine.query(Functions.liteServer_listBlockTransactions, {
    kind: 'liteServer.listBlockTransactions',
    id: id!,
    mode: 7 + 32,
    count: 100,
    after: null,
    reverseOrder: null,
    wantProof: null, // This client would write a flag as a Bool.
  });
  assert.ok(listed.ids.length >= 2);
  for (const entry of listed.ids) {
    const found = check.checkTransaction(listed.proof, id!, entry.account!, BigInt(entry.lt!));
    assert.ok(found!.hash(0).equals(entry.hash!));
  }
});

test('shards, configuration, headers and shard blocks are proven', async (t) => {
  const devnet = await withHistory(t);
  const { lite, engine } = devnet;
  const { last } = await lite.getMasterchainInfo();
  const shards = await lite.getAllShardsInfo(last);
  const extra = check.masterExtra(check.checkState(shards.proof, last).state);
  const shardId = idOf(devnet.chain.tip.shard.id);
  check.checkShard(check.shardOf(extra, 0), shardId);
  const info = await engine.query(Functions.liteServer_getShardInfo, {
    kind: 'liteServer.getShardInfo',
    id: last,
    workchain: 0,
    shard: '-9223372036854775808',
    exact: true,
  });
  assert.ok(check.sameId(info.shardblk, shardId));
  check.checkShard(check.shardOf(check.masterExtra(check.checkState(info.shardProof, last).state), 0), shardId);

  const config = await engine.query(Functions.liteServer_getConfigParams, {
    kind: 'liteServer.getConfigParams',
    mode: 0,
    id: last,
    paramList: [19, 34],
  });
  const { state } = check.checkStatePair(config.stateProof, config.configProof, last);
  const params = check.masterExtra(state).config;
  assert.equal(check.lookup(params, 32, 19n)!.loadRef().beginParse().loadInt(32), -777);
  assert.throws(() => check.lookup(params, 32, 20n)!.loadRef().beginParse(), /./, 'was not asked for');

  const proof = await engine.query(Functions.liteServer_getShardBlockProof, {
    kind: 'liteServer.getShardBlockProof',
    id: shardId,
  });
  const master = check.checkHeader(proof.links[0]!.proof, proof.masterchainId);
  const custom = master.block.refs[3]!.refs[3]!.beginParse();
  assert.equal(custom.skip(16 + 1).loadBit(), true);
  check.checkShard(check.shardOf({ shards: custom.loadRef() }, 0), shardId);
  assert.ok(check.sameId(proof.links[0]!.id, shardId));
});

test('blocks are whole: they join, their updates join the states, and the states parse', async (t) => {
  const devnet = await withHistory(t);
  const { history } = devnet.chain;
  for (const line of [history.index.master, history.index.shard]) {
    let stateHash: Buffer | null = null;
    let previous: check.Id | null = null;
    for (let seqno = 1; seqno <= line.last; seqno++) {
      const entry = line.get(seqno)!;
      const [block] = Cell.fromBoc(history.boc(entry));
      const header = check.readHeader(block!);
      const update = block!.refs[2]!;
      if (stateHash !== null) assert.ok(update.bits.subbuffer(8, 256)!.equals(stateHash));
      if (previous !== null) assert.ok(header.prev.rootHash.equals(previous.rootHash));
      if (previous !== null) assert.ok(header.prev.fileHash.equals(previous.fileHash));
      stateHash = header.stateHash;
      previous = idOf(entry.id);
      assert.ok(previous.rootHash.equals(block!.hash()));
    }
    const sent = await devnet.engine.query(Functions.liteServer_getState, {
      kind: 'liteServer.getState',
      id: previous!,
    });
    const [state] = Cell.fromBoc(sent.data);
    assert.ok(state!.hash().equals(stateHash!));
    const parsed = loadShardStateUnsplit(state!.beginParse());
    assert.equal(parsed.seqno, line.last);
    assert.ok(parsed.accounts!.size >= 1);
  }
});
