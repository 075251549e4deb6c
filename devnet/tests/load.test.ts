// More messages than a block has time for: nothing is lost, order is kept, queues drain; and what the helping thread says is
// what this one would have said.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serializeOne } from '../src/cells/boc.ts';
import type { Chain } from '../src/chain/chain.ts';
import { faucetAddress, faucetMessage } from '../src/chain/faucet.ts';
import type { Executed, Job, Refused } from '../src/chain/tvm.ts';
import { viewAccount } from '../src/tlb/account.ts';
import { Random } from './random.ts';
import { run } from './support.ts';

const addressOf = (n: number): string => n.toString(16).padStart(64, '0');

const hashOf = (result: Executed | Refused): string =>
  'refusal' in result ? result.refusal : result.transaction.cell.hash();

/** A gift, as a message to run on the faucet as it is. */
function gift(chain: Chain): Job {
  const message = faucetMessage([{ to: { workchain: 0, hash: addressOf(9) }, nanotons: 7n }]);
  return { account: chain.account(faucetAddress()), message, minLt: 10n ** 12n, signatures: 'checked' };
}

async function waitForHelper(chain: Chain): Promise<void> {
  const at = chain.surroundings(chain.now(), addressOf(1));
  chain.tvm.expectMuch();
  for (let left = 600; ; left--) {
    const answer = chain.tvm.runAside(at, gift(chain));
    if (answer !== null) return void (await answer);
    assert.ok(left > 0, 'the helping thread does not start');
    await sleep(100);
  }
}

test('the helping thread says the same, takes a few messages, and may die', async (t) => {
  const random = new Random(t);
  const { chain } = await run(t);
  await waitForHelper(chain);
  const jobs = Array.from({ length: 6 }, () => gift(chain));
  const at = chain.surroundings(chain.now(), random.bytes(32).toString('hex'));
  const expected: string[] = [];
  for (const job of jobs) expected.push(hashOf(await chain.tvm.run(at, job)));
  assert.equal(new Set(expected).size, jobs.length);
  const asked = jobs.map((job) => chain.tvm.runAside(at, job));
  const taken = asked.filter((answer) => answer !== null).length;
  assert.ok(taken > 0 && taken < jobs.length, `${taken} were taken`);
  for (const [i, answer] of asked.entries()) {
    if (answer !== null) assert.equal(hashOf(await answer), expected[i]);
  }
  const last = chain.tvm.runAside(at, jobs[0]!);
  assert.notEqual(last, null);
  await chain.tvm.stop();
  assert.equal(hashOf((await last)!), expected[0], 'answered in this thread instead');
  assert.equal(chain.tvm.runAside(at, jobs[0]!), null);
});

test('a burst is spread over blocks through the queue', async (t) => {
  const devnet = await run(t);
  const { chain } = devnet;
  await waitForHelper(chain);
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
