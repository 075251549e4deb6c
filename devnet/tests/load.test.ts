// More messages than a block has time for: nothing is lost, order is kept, queues drain.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serializeOne } from '../src/cells/boc.ts';
import { faucetMessage } from '../src/chain/faucet.ts';
import { viewAccount } from '../src/tlb/account.ts';
import { run } from './support.ts';

const addressOf = (n: number): string => n.toString(16).padStart(64, '0');

test('a burst is spread over blocks through the queue', async (t) => {
  const devnet = await run(t);
  const { chain } = devnet;
  const perMessage = 150;
  const count = 700;
  for (let at = 0; at < count; at += perMessage) {
    const transfers = Array.from({ length: Math.min(perMessage, count - at) }, (_, i) => ({
      to: { workchain: (at + i) % 3 === 0 ? -1 : 0, hash: addressOf(at + i + 1) },
      nanotons: 1_000_000_000n,
    }));
    await chain.send(serializeOne(faucetMessage(transfers)));
  }
  let sawQueue = false;
  let blocks = 0;
  for (; chain.hasWork; blocks++) {
    await chain.produce();
    sawQueue ||= chain.tip.shard.state.queue.messages !== null;
    assert.ok(blocks < 200);
  }
  assert.ok(sawQueue && blocks > 1);
  for (let i = 1; i <= count; i++) {
    const workchain = (i - 1) % 3 === 0 ? -1 : 0;
    const account = chain.account({ workchain, hash: addressOf(i) });
    assert.equal(viewAccount(account!.account).balance, 1_000_000_000n, `account ${i}`);
  }
  assert.deepEqual(devnet.failures, []);
});
