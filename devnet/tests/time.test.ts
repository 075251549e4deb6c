// Time travel: the clock jumps, blocks and contracts follow, a restart does not go back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPairFromSeed } from '@ton/crypto';
import { internal } from '@ton/core';
import { TonClient, WalletContractV4 } from '@ton/ton';
import { optionsFor, run, temporaryFolder } from './support.ts';

const kDay = 86_400;

test('blocks follow the clock, and a restart keeps it', async (t) => {
  const folder = temporaryFolder(t);
  const first = await run(t, optionsFor(folder));
  const before = await first.lite.getCurrentTime();
  const status = await first.post('/devnet/advance', { seconds: 30 * kDay });
  assert.ok(Number(status['last_block_time']) >= before + 30 * kDay);
  assert.ok((await first.lite.getCurrentTime()) >= before + 30 * kDay);
  await first.stop();
  const second = await run(t, optionsFor(folder));
  assert.ok((await second.lite.getCurrentTime()) >= before + 30 * kDay);
  await second.post('/devnet/block', {});
  assert.ok(second.chain.tip.master.state.genUtime >= before + 30 * kDay);
});

test('a message that was valid until a moment is refused after it', async (t) => {
  const devnet = await run(t);
  const keys = keyPairFromSeed(Buffer.alloc(32, 9));
  const client = new TonClient({ endpoint: devnet.endpoint });
  const wallet = client.open(WalletContractV4.create({ workchain: 0, publicKey: keys.publicKey }));
  await devnet.post('/devnet/faucet', { address: wallet.address.toString() });
  const messages = [internal({ to: wallet.address, value: '1', bounce: false })];
  const timeout = devnet.chain.clock.now() + 60;
  const transfer = (seqno: number) => wallet.createTransfer({ seqno, secretKey: keys.secretKey, messages, timeout });
  await wallet.send(transfer(0));
  await devnet.post('/devnet/block', {});
  await devnet.post('/devnet/advance', { seconds: 61 });
  await assert.rejects(wallet.send(transfer(1)));
});

test('the clock goes forward only, and not too far', async (t) => {
  const devnet = await run(t);
  for (const seconds of [0, -5, 1e12, 'x']) {
    await assert.rejects(devnet.post('/devnet/advance', { seconds }), /422/);
  }
});
