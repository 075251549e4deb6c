// The TVM and transaction executor of the TON node, compiled to WebAssembly by @ton/sandbox. Nothing about execution is
// decided on this side: an account and a message go in, a transaction or a refusal comes out.
import { createRequire } from 'node:module';
import { Address, Cell as CoreCell, parseTuple, type TupleItem } from '@ton/core';
import type { Executor } from '@ton/sandbox';
import { parseOne, serializeOne, type Known } from '../cells/boc.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { parseShardAccount, shardAccountCell, viewAccount, type ShardAccount } from '../tlb/account.ts';
import { parseTransaction, type Transaction } from '../tlb/transaction.ts';
import type { StdAddress } from '../tlb/message.ts';
import { kGetMethodGas, kMaxAccountCells } from './limits.ts';

/** The executor alone: the package's index also loads its test tools, which takes most of a second. */
const { Executor: ExecutorClass } = createRequire(import.meta.url)('@ton/sandbox/dist/executor/Executor.js') as {
  Executor: typeof Executor;
};

/** What a block says to every transaction in it. */
export interface Surroundings {
  /** Bag of cells of the configuration, base64. */
  config: string;
  libraries: Cell | null;
  now: number;
  randSeed: Hash;
}

export interface Job {
  account: ShardAccount | null;
  message: Cell;
  /** The earliest logical time the transaction may have. */
  minLt: bigint;
  /** 'ignored' is for estimates, whose result is never kept. */
  signatures: 'checked' | 'ignored';
}

export interface Executed {
  transaction: Transaction;
  account: ShardAccount;
}
export interface Refused {
  refusal: string;
  exitCode: number | null;
}

export interface GetMethodCall {
  address: StdAddress;
  account: ShardAccount;
  methodId: number;
  /** VmStack as the lite server's clients send it; empty for no arguments. */
  stack: Buffer;
}

export interface GetMethodResult {
  exitCode: number;
  gasUsed: bigint;
  /** VmStack. */
  stack: Buffer;
}

const kLimits = { maxRoots: 1, maxCells: kMaxAccountCells };
/** What lite servers answer for an account without code. */
export const kNoCodeExitCode = -256;

export class Tvm {
  private readonly executor: Executor;

  private constructor(executor: Executor) {
    this.executor = executor;
  }

  static async create(): Promise<Tvm> {
    return new Tvm(await ExecutorClass.create());
  }

  /** Runs a message on an account. `known` are cells of the account as it was. */
  async run(at: Surroundings, job: Job, known?: Known): Promise<Executed | Refused> {
    const { result } = await this.executor.runTransaction({
      config: at.config,
      libs: at.libraries === null ? null : toCore(at.libraries),
      verbosity: 'short',
      shardAccount: serializeOne(shardAccountCell(job.account)).toString('base64'),
      now: at.now,
      lt: job.minLt,
      randomSeed: Buffer.from(at.randSeed, 'hex'),
      ignoreChksig: job.signatures === 'ignored',
      debugEnabled: false,
      message: toCore(job.message),
    });
    if (!result.success) return { refusal: result.error, exitCode: result.vmResults?.vmExitCode ?? null };
    return {
      transaction: parseTransaction(parseOne(Buffer.from(result.transaction, 'base64'), kLimits)),
      account: parseShardAccount(parseOne(Buffer.from(result.shardAccount, 'base64'), kLimits, known)),
    };
  }

  async get(at: Surroundings, call: GetMethodCall): Promise<GetMethodResult> {
    const { code, data, balance } = viewAccount(call.account.account);
    if (code === null) return { exitCode: kNoCodeExitCode, gasUsed: 0n, stack: Buffer.alloc(0) };
    const { output } = await this.executor.runGetMethod({
      code: toCore(code),
      data: data === null ? CoreCell.EMPTY : toCore(data),
      methodId: call.methodId,
      stack: loadStack(call.stack),
      config: at.config,
      verbosity: 'short',
      ...(at.libraries === null ? {} : { libs: toCore(at.libraries) }),
      address: new Address(call.address.workchain, Buffer.from(call.address.hash, 'hex')),
      unixTime: at.now,
      balance,
      randomSeed: Buffer.from(at.randSeed, 'hex'),
      gasLimit: kGetMethodGas,
      debugEnabled: false,
    });
    if (!output.success) throw new Error(`the get method could not be run: ${output.error}`);
    return {
      exitCode: output.vm_exit_code,
      gasUsed: BigInt(output.gas_used),
      stack: Buffer.from(output.stack, 'base64'),
    };
  }
}

function loadStack(stack: Buffer): TupleItem[] {
  return stack.length === 0 ? [] : parseTuple(CoreCell.fromBoc(stack)[0]!);
}

/** The executor asks cells for nothing but their bag; parsing them a second time would cost more than running them. */
function toCore(cell: Cell): CoreCell {
  return { toBoc: () => serializeOne(cell) } as unknown as CoreCell;
}
