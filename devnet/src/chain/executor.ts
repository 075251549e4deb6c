// The transaction executor and TVM of the TON node, compiled to WebAssembly by @ton/sandbox, with texts going in and out, so
// that any thread can have one.
import { createRequire } from 'node:module';
import type { Cell as CoreCell } from '@ton/core';
import type { Executor } from '@ton/sandbox';

/** The executor alone: the package's index also loads its test tools, which takes most of a second. */
const { Executor: ExecutorClass } = createRequire(import.meta.url)('@ton/sandbox/dist/executor/Executor.js') as {
  Executor: typeof Executor;
};

/** Bags of cells are base64. */
export interface Call {
  config: string;
  libraries: string | null;
  account: string;
  message: string;
  now: number;
  lt: bigint;
  /** Hexadecimal digits. */
  randSeed: string;
  signatures: 'checked' | 'ignored';
}

export type Outcome = { transaction: string; account: string } | { refusal: string; exitCode: number | null };

export const createExecutor = (): Promise<Executor> => ExecutorClass.create();

export async function execute(executor: Executor, call: Call): Promise<Outcome> {
  const { result } = await executor.runTransaction({
    config: call.config,
    libs: call.libraries === null ? null : asCell(call.libraries),
    verbosity: 'short',
    shardAccount: call.account,
    now: call.now,
    lt: call.lt,
    randomSeed: Buffer.from(call.randSeed, 'hex'),
    ignoreChksig: call.signatures === 'ignored',
    debugEnabled: false,
    message: asCell(call.message),
  });
  if (!result.success) return { refusal: result.error, exitCode: result.vmResults?.vmExitCode ?? null };
  return { transaction: result.transaction, account: result.shardAccount };
}

/** The executor asks a cell for nothing but its bag in base64; making cells of it would cost more than running them. */
export function asCell(base64: string): CoreCell {
  return { toBoc: () => ({ toString: () => base64 }) } as unknown as CoreCell;
}
