// The devnet as a program, for tests that kill it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cleanUp } from './support.ts';

const kMain = join(import.meta.dirname, '../src/main.ts');

export interface Program {
  process: ChildProcess;
  ready: { lite_port: number; http_port: number; lite_key: string; config: string; seqno: number; pid: number };
  call(path: string, body?: object): Promise<Record<string, unknown>>;
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

export async function launch(t: TestContext, dir: string, ...more: string[]): Promise<Program> {
  const child = spawn(process.execPath, [kMain, '--dir', dir, '--json', ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const kill = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await exited)[0];
  };
  cleanUp(t, () => (child.exitCode === null && child.signalCode === null ? kill('SIGKILL') : null));
  const line = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  const first = await Promise.race([line, exited.then(([code]) => new Error(`ended with code ${code}`))]);
  if (first instanceof Error) throw first;
  const ready = JSON.parse(first[0]) as Program['ready'];
  const call = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${ready.http_port}${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  return { process: child, ready, call, kill };
}
