// What tests share: a devnet in this process that makes blocks only on demand, a third-party lite client, HTTP calls.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { LiteClient, LiteSingleEngine } from 'ton-lite-client';
import { parseOne } from '../src/cells/boc.ts';
import { applyUpdate } from '../src/cells/merkle.ts';
import type { Chain } from '../src/chain/chain.ts';
import { start, type Devnet } from '../src/devnet.ts';
import { parseOptions, type Options } from '../src/options.ts';
import { updateOf } from '../src/tlb/block.ts';
import type { Side } from '../src/tlb/tip.ts';

const kCleanups = new WeakMap<TestContext, (() => unknown)[]>();

/** Runs after the test, the last one registered first. */
export function cleanUp(t: TestContext, action: () => unknown): void {
  let actions = kCleanups.get(t);
  if (actions === undefined) {
    const list: (() => unknown)[] = [];
    kCleanups.set(t, (actions = list));
    t.after(async () => {
      for (const next of list.reverse()) await next();
    });
  }
  actions.push(action);
}

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'devnet-'));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const optionsFor = (dir: string, ...more: string[]): Options =>
  parseOptions(['--dir', dir, '--block-ms', '0', ...more])!;

export interface Running extends Devnet {
  lite: LiteClient;
  engine: LiteSingleEngine;
  /** POSTs to the HTTP port; fails unless the answer is 200. */
  post(path: string, body: object): Promise<Record<string, unknown>>;
  endpoint: string;
  /** Failures that were nobody's fault but the devnet's. */
  failures: unknown[];
}

/** From now on each block, as it lies on disk, must lead from the state before it to the one after it. */
export function expectUpdatesToApply(t: TestContext, chain: Chain): void {
  const broken: string[] = [];
  let before = chain.tip;
  const check = (from: Side, to: Side): void => {
    if (from.id.seqno === to.id.seqno) return;
    const { workchain, seqno } = to.id;
    try {
      const boc = chain.history.boc(chain.history.index.find(to.id)!);
      const after = applyUpdate(from.root, updateOf(parseOne(boc, { maxRoots: 1, maxCells: 1 << 22 })));
      assert.equal(after.hash(), to.root.hash());
    } catch (error) {
      broken.push(`block ${workchain}:${seqno}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  chain.events.on('block', (tip) => {
    check(before.master, tip.master);
    check(before.shard, tip.shard);
    before = tip;
  });
  cleanUp(t, () => assert.deepEqual(broken, []));
}

export async function run(t: TestContext, options: Options = optionsFor(temporaryFolder(t))): Promise<Running> {
  const failures: unknown[] = [];
  const devnet = await start(options, (error) => {
    console.error(error);
    failures.push(error);
  });
  expectUpdatesToApply(t, devnet.chain);
  const engine = new LiteSingleEngine({ host: `tcp://127.0.0.1:${devnet.litePort}`, publicKey: devnet.liteKey });
  const lite = new LiteClient({ engine, cacheMap: 1 });
  await new Promise<void>((resolve, reject) => {
    engine.once('ready', resolve);
    engine.once('error', reject);
  });
  engine.on('error', () => {}); // The connection ends with the devnet.
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    engine.close();
    return (stopped ??= devnet.stop());
  };
  cleanUp(t, stop);
  const origin = `http://127.0.0.1:${devnet.httpPort}`;
  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const response = await fetch(origin + path, { method: 'POST', body: JSON.stringify(body) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  return { ...devnet, lite, engine, post, endpoint: `${origin}/api/v2/jsonRPC`, stop, failures };
}

export const kRich = 1_000_000_000_000n;
