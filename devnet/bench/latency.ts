// How long it takes from a block's announcement until the watcher has told of a transaction in it: a program that proves each
// block and each transaction to itself. Prints one line of JSON.
//   node devnet/bench/latency.ts WATCHER [ROUNDS]    WATCHER: build/release/bench/bench_ton_watch
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { serializeOne } from '../src/cells/boc.ts';
import { faucetMessage } from '../src/chain/faucet.ts';
import { start } from '../src/devnet.ts';
import { parseOptions } from '../src/options.ts';

const [watcher, rounds = '50'] = process.argv.slice(2);
if (watcher === undefined) throw new Error('usage: node devnet/bench/latency.ts WATCHER [ROUNDS]');
const dir = mkdtempSync(join(tmpdir(), 'devnet-latency-'));
const devnet = await start(parseOptions(['--dir', dir, '--block-ms', '0'])!, console.error);
const { chain } = devnet;

const account = { workchain: 0, hash: 'ab'.repeat(32) };
const child = spawn(watcher, [devnet.configFile, `0:${account.hash}`, join(dir, 'journal')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const lines = createInterface({ input: child.stdout });
/** The next line that tells of this kind of event. */
async function next(kind: string): Promise<number> {
  for (;;) {
    const [line] = (await once(lines, 'line')) as [string];
    if ((JSON.parse(line) as { event: string }).event === kind) return performance.now();
  }
}

await next('current');
const latencies: number[] = [];
let announced = 0;
chain.events.on('block', () => (announced = performance.now()));
for (let i = 0; i < Number(rounds); i++) {
  const seen = next('seen');
  await chain.send(serializeOne(faucetMessage([{ to: account, nanotons: 1000n }])));
  while (chain.hasWork) await chain.produce();
  latencies.push((await seen) - announced);
}
latencies.sort((a, b) => a - b);
const at = (share: number): number =>
  Number(latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]!.toFixed(2));
console.log(JSON.stringify({ rounds: latencies.length, p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99) }));
child.kill();
await devnet.stop();
rmSync(dir, { recursive: true });
