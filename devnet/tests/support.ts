// What tests share: a devnet in this process that makes blocks only on demand, a third-party lite client, HTTP calls.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { LiteClient, LiteSingleEngine } from 'ton-lite-client';
import { start, type Devnet } from '../src/devnet.ts';
import { parseOptions, type Options } from '../src/options.ts';

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

export async function run(t: TestContext, options: Options = optionsFor(temporaryFolder(t))): Promise<Running> {
  const failures: unknown[] = [];
  const devnet = await start(options, (error) => {
    console.error(error);
    failures.push(error);
  });
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
