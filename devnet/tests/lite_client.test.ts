// A lite client from npm, which shares no code with the devnet, reads everything it knows how to read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address, Cell, loadTransaction } from '@ton/core';
import { run } from './support.ts';

const kSomebody = Address.parseRaw(`0:${'ab'.repeat(32)}`);

test('an independent lite client reads blocks, accounts and transactions', async (t) => {
  const devnet = await run(t);
  const { lite } = devnet;
  const gift = await devnet.post('/devnet/faucet', { address: kSomebody.toString(), amount: '5000000000' });
  assert.equal(gift['balance'], '5000000000');

  const { last, init } = await lite.getMasterchainInfo();
  assert.equal(last.seqno, devnet.chain.tip.master.id.seqno);
  assert.equal(init.rootHash.toString('hex'), devnet.chain.history.zerostate.master.id.rootHash);
  assert.equal((await lite.getMasterchainInfoExt()).last.seqno, last.seqno);
  assert.ok(Math.abs((await lite.getCurrentTime()) - Date.now() / 1000) < 5);
  assert.equal((await lite.getVersion()).kind, 'liteServer.version');

  const account = await lite.getAccountState(kSomebody, last);
  assert.equal(account.balance.coins, 5_000_000_000n);
  assert.equal(account.lastTx?.lt, devnet.chain.tip.shard.state.genLt - 1n);

  const hash = Buffer.from(account.lastTx!.hash.toString(16).padStart(64, '0'), 'hex');
  const list = await lite.getAccountTransactions(kSomebody, account.lastTx!.lt.toString(), hash, 10);
  const [cell] = Cell.fromBoc(list.transactions);
  assert.equal(cell!.hash().toString('hex'), hash.toString('hex'));
  const { inMessage } = loadTransaction(cell!.beginParse());
  assert.ok(inMessage?.info.type === 'internal' && inMessage.info.value.coins === 5_000_000_000n);
  const one = await lite.getAccountTransaction(kSomebody, account.lastTx!.lt.toString(), list.ids[0]!);
  assert.ok(Cell.fromBoc(one.transaction)[0]!.equals(cell!));

  const full = await lite.getFullBlock(last.seqno);
  const shard = full.shards.find(({ workchain }) => workchain === 0)!;
  assert.equal(shard.seqno, devnet.chain.tip.shard.id.seqno);
  assert.ok(shard.transactions.some((transaction) => transaction.account.equals(kSomebody.hash)));
  assert.deepEqual(devnet.failures, []);
});

test('blocks are found by number, time and logical time; configuration and shards are read', async (t) => {
  const devnet = await run(t);
  const { lite } = devnet;
  await devnet.post('/devnet/block', { count: 5 });
  const { last } = await lite.getMasterchainInfo();
  const shard = '-9223372036854775808';
  const third = await lite.lookupBlockByID({ workchain: -1, shard, seqno: 3 });
  assert.equal(third.id.seqno, 3);
  const header = await lite.getBlockHeader(third.id);
  const block = Cell.fromBoc(header.headerProof)[0]!.refs[0]!;
  assert.equal(block.hash(0).toString('hex'), third.id.rootHash.toString('hex'));
  const entry = devnet.chain.history.index.master.get(3)!;
  const byLt = await lite.lookupBlockByLt({ workchain: -1, shard, lt: entry.startLt });
  assert.equal(byLt.id.seqno, 3);
  const byTime = await lite.lookupBlockByUtime({ workchain: -1, shard, utime: devnet.chain.clock.now() });
  assert.equal(byTime.id.seqno, last.seqno);
  const { shards } = await lite.getAllShardsInfo(last);
  assert.deepEqual(shards, { '0': { [shard]: 1 } });
  const config = await lite.getConfig(last);
  assert.equal(config.config.get(19)!.beginParse().loadInt(32), -777);
  assert.deepEqual(devnet.failures, []);
});

test('a client waits for a block that does not exist yet', async (t) => {
  const devnet = await run(t);
  const { seqno } = devnet.chain.tip.master.id;
  const waiting = devnet.lite.getMasterchainInfo({ awaitSeqno: seqno + 1, timeout: 5000 });
  await devnet.post('/devnet/block', {});
  assert.equal((await waiting).last.seqno, seqno + 1);
  await assert.rejects(devnet.lite.getMasterchainInfo({ awaitSeqno: seqno + 100, timeout: 100 }), /imeout/);
});

test('what does not exist is an error, not an answer', async (t) => {
  const { lite, chain } = await run(t);
  const { last } = await lite.getMasterchainInfo();
  await assert.rejects(
    lite.lookupBlockByID({ workchain: -1, shard: '-9223372036854775808', seqno: 99 }),
    /not|no such/,
  );
  const forged = { ...last, rootHash: Buffer.alloc(32) };
  await assert.rejects(lite.getAccountState(kSomebody, forged), /not known/);
  await assert.rejects(lite.sendMessage(Buffer.from('garbage')), /malformed/);
  const nobody = await lite.getAccountState(kSomebody, last);
  assert.equal(nobody.state, null);
  assert.equal(chain.tip.master.id.seqno, last.seqno);
});
