// Running messages and get methods on accounts. Nothing about execution is decided on this side: an account and a message
// go in, a transaction or a refusal comes out.
import { Address, Cell as CoreCell, parseTuple, type TupleItem } from '@ton/core';
import type { Executor } from '@ton/sandbox';
import { parseOne, serializeOne, type Known } from '../cells/boc.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { parseShardAccount, shardAccountCell, viewAccount, type ShardAccount } from '../tlb/account.ts';
import { parseTransaction, type Transaction } from '../tlb/transaction.ts';
import type { StdAddress } from '../tlb/message.ts';
import { asCell, createExecutor, execute, type Call, type Outcome } from './executor.ts';
import { Helper } from './helper.ts';
import { kGetMethodGas, kMaxAccountCells } from './limits.ts';

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
  private readonly helper = new Helper();

  private constructor(executor: Executor) {
    this.executor = executor;
  }

  static async create(): Promise<Tvm> {
    return new Tvm(await createExecutor());
  }

  /** There is, or will soon be, more to do than one thread should. */
  expectMuch(): void {
    this.helper.start();
  }

  async stop(): Promise<void> {
    await this.helper.stop();
  }

  /** Runs a message on an account, in this thread. `known` are cells of the account as it was. */
  async run(at: Surroundings, job: Job, known?: Known): Promise<Executed | Refused> {
    return readOutcome(await execute(this.executor, callFor(at, job)), known);
  }

  /** Runs a message in whichever thread has time; what comes out is not taken apart yet. */
  rehearse(at: Surroundings, job: Job): Promise<Outcome> {
    const here = (): Promise<Outcome> => execute(this.executor, callFor(at, job));
    return this.helper.hasRoom ? this.helper.run(callFor(at, job)).catch(here) : here();
  }

  /** The same in the helping thread; null if that has no time, or is not there. */
  runAside(at: Surroundings, job: Job, known?: Known): Promise<Executed | Refused> | null {
    if (!this.helper.hasRoom) return null;
    return this.helper.run(callFor(at, job)).then(
      (outcome) => readOutcome(outcome, known),
      () => this.run(at, job, known),
    );
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

function callFor(at: Surroundings, job: Job): Call {
  return {
    config: at.config,
    libraries: at.libraries === null ? null : base64(at.libraries),
    account: base64(shardAccountCell(job.account)),
    message: base64(job.message),
    now: at.now,
    lt: job.minLt,
    randSeed: at.randSeed,
    signatures: job.signatures,
  };
}

export function readOutcome(outcome: Outcome, known?: Known): Executed | Refused {
  if ('refusal' in outcome) return outcome;
  return {
    transaction: parseTransaction(parseOne(Buffer.from(outcome.transaction, 'base64'), kLimits)),
    account: parseShardAccount(parseOne(Buffer.from(outcome.account, 'base64'), kLimits, known)),
  };
}

const base64 = (cell: Cell): string => serializeOne(cell).toString('base64');

function loadStack(stack: Buffer): TupleItem[] {
  return stack.length === 0 ? [] : parseTuple(CoreCell.fromBoc(stack)[0]!);
}

const toCore = (cell: Cell): CoreCell => asCell(base64(cell));
