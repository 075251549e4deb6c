// What was announced survives: an orderly stop, a kill at any moment, a torn file. Nothing happens twice.
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { launch, type Program } from './process.ts';
import { Random } from './random.ts';
import { optionsFor, run, temporaryFolder } from './support.ts';

const addressOf = (n: number): string => `0:${n.toString(16).padStart(64, '0')}`;

interface BlockName {
  seqno: number;
  root_hash: string;
  file_hash: string;
}

const newest = async (devnet: Program): Promise<BlockName> =>
  ((await devnet.call('/devnet/status')) as { masterchain: BlockName }).masterchain;

async function lookUp(devnet: Program, seqno: number): Promise<BlockName> {
  const path = `/api/v2/lookupBlock?workchain=-1&shard=-9223372036854775808&seqno=${seqno}`;
  return ((await devnet.call(path)) as { result: BlockName }).result;
}

async function balance(devnet: Program, address: string): Promise<bigint> {
  return BigInt(((await devnet.call(`/api/v2/getAddressBalance?address=${address}`)) as { result: string }).result);
}

test('kill -9 at any moment loses nothing that was announced and doubles nothing', async (t) => {
  const random = new Random(t);
  const dir = temporaryFolder(t);
  const given: string[] = [];
  const doubtful: string[] = [];
  const announced = new Map<number, BlockName>();
  let next = 1;
  for (let round = 0; round < 4; round++) {
    const devnet = await launch(t, dir, '--block-ms', '15', '--idle-ms', '50');
    assert.ok(devnet.ready.seqno >= Math.max(1, ...announced.keys()));
    for (const [seqno, block] of announced) assert.deepEqual(await lookUp(devnet, seqno), block);
    for (const address of given) assert.equal(await balance(devnet, address), 1_000_000_000n);
    for (const address of doubtful) assert.ok([0n, 1_000_000_000n].includes(await balance(devnet, address)));
    // Of several givers one sees the round's last gift arrive and kills, while the others' are on their way.
    let left = 1 + random.below(6);
    const givers = [0, 1, 2].map(async () => {
      while (left > 0) {
        const address = addressOf(next++);
        doubtful.push(address);
        try {
          await devnet.call('/devnet/faucet', { address, amount: '1000000000' });
          doubtful.splice(doubtful.indexOf(address), 1);
          given.push(address);
          const block = await newest(devnet);
          announced.set(block.seqno, block);
        } catch {
          return; // The program was killed.
        }
        if (--left === 0) await devnet.kill('SIGKILL');
      }
    });
    await Promise.all(givers);
  }
  assert.ok(given.length >= 4, 'the test did something');
});

test('SIGTERM saves, and the next start replays nothing', async (t) => {
  const dir = temporaryFolder(t);
  const first = await launch(t, dir, '--block-ms', '10', '--idle-ms', '50');
  await first.call('/devnet/faucet', { address: addressOf(5), amount: '1000000000' });
  await first.call('/devnet/block', { count: 20 });
  const last = await newest(first);
  assert.equal(await first.kill('SIGTERM'), 0);
  const segments = readdirSync(join(dir, 'segments')).map(Number);
  assert.equal(statSync(join(dir, 'segments', String(Math.max(...segments)), 'blocks.log')).size, 0);
  const second = await launch(t, dir, '--block-ms', '0');
  assert.ok(second.ready.seqno >= last.seqno);
  assert.deepEqual(await lookUp(second, last.seqno), last);
  assert.equal(await balance(second, addressOf(5)), 1_000_000_000n);
  assert.equal(second.ready.lite_key, first.ready.lite_key);
});

test('a record torn anywhere is cut off, and the chain goes on', async (t) => {
  const random = new Random(t);
  const dir = temporaryFolder(t);
  for (let round = 0; round < 4; round++) {
    const devnet = await launch(t, dir, '--block-ms', '0');
    await devnet.call('/devnet/block', { count: 3 });
    const before = await newest(devnet);
    const log = join(dir, 'segments', '1', 'blocks.log');
    const complete = readFileSync(log).length;
    await devnet.call('/devnet/block', { count: 1 });
    await devnet.kill('SIGKILL');
    const torn = complete + random.below(statSync(log).size - complete);
    truncateSync(log, torn);
    if (round % 2 === 0) appendFileSync(log, random.bytes(random.below(3000)));
    const again = await launch(t, dir, '--block-ms', '0');
    assert.deepEqual(await newest(again), before);
    await again.call('/devnet/block', { count: 1 });
    await again.kill('SIGKILL');
  }
});

test('a key block that a crash left without being announced is forgotten', async (t) => {
  const dir = temporaryFolder(t);
  const first = await run(t, optionsFor(dir));
  const keyBlock = readFileSync(join(dir, 'keyblocks', '1.boc'));
  await first.stop();
  writeFileSync(join(dir, 'keyblocks', '2.boc'), keyBlock);
  const second = await run(t, optionsFor(dir));
  await second.post('/devnet/block', { count: 3 });
  await second.stop();
  const third = await run(t, optionsFor(dir));
  assert.deepEqual(third.chain.history.keySeqnos, [0, 1]);
});

test('a folder in use is not opened a second time', async (t) => {
  const dir = temporaryFolder(t);
  await launch(t, dir);
  await assert.rejects(launch(t, dir), /ended with code 1/);
});

test('states and blocks of earlier segments are found again, until they are too old to keep', async (t) => {
  const devnet = await run(t, { ...optionsFor(temporaryFolder(t)), keepMb: 0.5 });
  const { history } = devnet.chain;
  const hashes = new Map<number, string>();
  devnet.chain.events.on('block', (tip) => hashes.set(tip.master.id.seqno, tip.master.root.hash()));
  await devnet.post('/devnet/block', { count: 500 });
  for (const seqno of [2, 100, 256, 257, 499])
    assert.equal(history.states(seqno)!.master.root.hash(), hashes.get(seqno));
  assert.equal(history.states(502), null);
  await devnet.post('/devnet/block', { count: 100 });
  const shard = '-9223372036854775808';
  assert.equal((await devnet.lite.lookupBlockByID({ workchain: -1, shard, seqno: 300 })).id.seqno, 300);
  await assert.rejects(devnet.lite.lookupBlockByID({ workchain: -1, shard, seqno: 100 }), /known/);
  assert.equal(history.keyBlock(1).id.seqno, 1, 'key blocks are kept forever');
});
