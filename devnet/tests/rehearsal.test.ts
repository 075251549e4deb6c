// A message that was tried on arrival is not run again in its block, unless something it came from is another by then.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { serializeOne } from '../src/cells/boc.ts';
import type { Chain } from '../src/chain/chain.ts';
import { faucetMessage } from '../src/chain/faucet.ts';
import { viewAccount } from '../src/tlb/account.ts';
import { run } from './support.ts';

const receiver = (n: number) => ({ workchain: 0, hash: n.toString(16).padStart(64, '0') });

async function give(chain: Chain, n: number): Promise<void> {
  await chain.send(serializeOne(faucetMessage([{ to: receiver(n), nanotons: 1_000_000_000n }])));
}

async function settled(t: TestContext) {
  const devnet = await run(t);
  const { chain } = devnet;
  await chain.produce();
  t.mock.method(performance, 'now', () => 0); // a block has all the time that it needs
  const runs = t.mock.method(chain.tvm, 'run');
  const expectRuns = (count: number, what: string): void => {
    assert.equal(runs.mock.callCount(), count, what);
    runs.mock.resetCalls();
  };
  const arrived = (n: number): boolean => {
    const account = chain.account(receiver(n));
    return account !== null && viewAccount(account.account).balance === 1_000_000_000n;
  };
  return { chain, expectRuns, arrived };
}

test('what was tried on arrival counts in the block', async (t) => {
  const { chain, expectRuns, arrived } = await settled(t);
  await give(chain, 1);
  await chain.produce();
  expectRuns(1, 'the delivery alone');
  assert.ok(arrived(1));
});

test('an account that has changed since is run again', async (t) => {
  const { chain, expectRuns, arrived } = await settled(t);
  await give(chain, 1);
  await give(chain, 2);
  await chain.produce();
  expectRuns(3, 'the second message, and two deliveries');
  assert.ok(arrived(1) && arrived(2));
});

test('a clock that was moved since counts, and another block', async (t) => {
  const { chain, expectRuns, arrived } = await settled(t);
  await give(chain, 1);
  chain.clock.advance(1);
  const now = chain.clock.now();
  await chain.produce();
  expectRuns(2, 'the message and its delivery');
  assert.ok(arrived(1));
  assert.ok(chain.tip.shard.state.genUtime >= now);

  const made = chain.produce();
  await give(chain, 2); // as things were before the block that is being made
  await made;
  await chain.produce();
  expectRuns(2, 'the message and its delivery');
  assert.ok(arrived(2));
});
