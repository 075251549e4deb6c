// The running chain: takes messages, makes blocks one at a time, tells who waits for them. A block is announced when it is
// on disk.
import { EventEmitter } from 'node:events';
import { serializeOne } from '../cells/boc.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { findAccount, type ShardAccount } from '../tlb/account.ts';
import { kConfig, setParam, validatorsParam } from '../tlb/config.ts';
import { kBasechain, kMasterchain } from '../tlb/ids.ts';
import type { ExternalInMessage, StdAddress } from '../tlb/message.ts';
import { freshSeed, makeMasterBlock, makeShardBlock, nextStartLt, type MadeBlock, type MasterInput } from './blocks.ts';
import type { Clock } from './clock.ts';
import { Collator, type Collation } from './collator.ts';
import type { History } from './history.ts';
import { Mempool, MessageError, parseExternal } from './mempool.ts';
import { minLtOf, Rehearsal } from './rehearsal.ts';
import { validatorsOf, type Tip } from '../tlb/tip.ts';
import { type GetMethodResult, type Job, type Surroundings, type Tvm } from './tvm.ts';

const kValidatorsUntil = 0xffffffff;
const kValidatorsParam = 34;
// A wallet's request expires by the time of its own shard, so that has to go on when nothing happens.
const kBasechainIdleSeconds = 10;

export interface KeyBlockRequest {
  validators: 'kept' | 'changed';
  /** Configuration parameters to set, by number. */
  params: ReadonlyMap<number, Cell>;
}

export class Chain {
  readonly history: History;
  readonly clock: Clock;
  readonly tvm: Tvm;
  /** 'block' when there is a new masterchain block, 'message' when one waits for a block. */
  readonly events = new EventEmitter<{ block: [Tip]; message: [] }>();
  private readonly mempool = new Mempool();
  private last: Promise<unknown> = Promise.resolve();
  /** Of the next basechain block, once a message waits for it. */
  private plan: Rehearsal | null = null;
  private configCache: { config: Cell; base64: string } | null = null;

  constructor(history: History, clock: Clock, tvm: Tvm) {
    this.history = history;
    this.clock = clock;
    this.tvm = tvm;
    this.events.setMaxListeners(0);
    clock.atLeast(history.tip.master.state.genUtime);
  }

  get tip(): Tip {
    return this.history.tip;
  }

  /** Whether the next block would have something in it. */
  get hasWork(): boolean {
    const { master, shard } = this.tip;
    return this.mempool.size > 0 || shard.state.queue.messages !== null || master.state.queue.messages !== null;
  }

  /** External messages that wait for a block. */
  get waitingMessages(): number {
    return this.mempool.size;
  }

  /** Time of the block that would be made now. */
  now(): number {
    return Math.max(this.clock.now(), this.tip.master.state.genUtime);
  }

  /** Accepts an external message if its account would accept it now; throws MessageError with the reason otherwise. */
  async send(boc: Buffer): Promise<ExternalInMessage> {
    const message = parseExternal(boc);
    if (this.mempool.has(message)) return message;
    const account = this.account(message.destination);
    const plan = this.planned();
    const minLt = minLtOf(account, plan.startLt, plan.startLt);
    const job: Job = { account, message: message.cell, minLt, signatures: 'checked' };
    const outcome = await this.tvm.rehearse(plan.at, job);
    if ('refusal' in outcome) throw new MessageError(refusalText(outcome));
    if (message.destination.workchain === kBasechain) plan.note(job, outcome);
    this.mempool.add(message, boc.length);
    this.events.emit('message');
    return message;
  }

  /** Makes the next masterchain block, and a basechain block if there is work for it or the last one is old. */
  produce(keyBlock: KeyBlockRequest | null = null): Promise<Tip> {
    const result = this.last.then(() => this.makeNext(keyBlock));
    this.last = result.catch(() => {});
    return result;
  }

  /** Waits for the block that is being made, if one is. */
  async settle(): Promise<void> {
    await this.last;
  }

  account({ workchain, hash }: StdAddress): ShardAccount | null {
    const side = workchain === kMasterchain ? this.tip.master : this.tip.shard;
    return findAccount(side.state.accounts, hash);
  }

  runGetMethod(
    address: StdAddress,
    account: ShardAccount,
    methodId: number,
    stack: Buffer,
    now: number,
  ): Promise<GetMethodResult> {
    return this.tvm.get(this.surroundings(now, freshSeed()), { address, account, methodId, stack });
  }

  surroundings(now: number, randSeed: Hash): Surroundings {
    const { config } = this.tip.extra;
    if (this.configCache?.config !== config) {
      this.configCache = { config, base64: serializeOne(config).toString('base64') };
    }
    return { config: this.configCache.base64, libraries: this.tip.master.state.libraries, now, randSeed };
  }

  private async makeNext(keyBlock: KeyBlockRequest | null): Promise<Tip> {
    const before = this.tip;
    const now = this.now();
    const shard = await this.makeShard(before);
    const startLt = nextStartLt(before.master.state.genLt, shard?.side.state.genLt ?? before.shard.state.genLt);
    const randSeed = freshSeed();
    const queue = (shard?.side ?? before.shard).state.queue;
    const externals = this.mempool.list(kMasterchain);
    const collator = new Collator(
      this.tvm,
      this.surroundings(now, randSeed),
      kMasterchain,
      before.master.state,
      startLt,
    );
    const made = await collator.collate(queue, externals);
    this.forget(externals, made);
    const first = before.master.id.seqno === 0 ? kFirstKeyBlock : null;
    const input: MasterInput = {
      made,
      shard,
      now,
      startLt,
      randSeed,
      prevSignatures: this.prevSignatures(before),
      newConfig: this.newConfig(before, keyBlock ?? first, now),
    };
    this.history.append(makeMasterBlock(before, input), shard);
    this.events.emit('block', this.tip);
    return this.tip;
  }

  /** What is known of the next basechain block. */
  private planned(): Rehearsal {
    const { master, shard } = this.tip;
    const startLt = nextStartLt(master.state.genLt, shard.state.genLt);
    const { ahead } = this.clock;
    if (!this.plan?.fits(this.now(), startLt, ahead)) {
      this.plan = new Rehearsal(this.surroundings(this.now(), freshSeed()), startLt, ahead);
    }
    return this.plan;
  }

  private async makeShard(before: Tip): Promise<MadeBlock | null> {
    const externals = this.mempool.list(kBasechain);
    const { master, shard } = before;
    const waiting = shard.state.queue.messages !== null || master.state.queue.messages !== null;
    // The first block makes the workchain one that proofs can start from: a zerostate has no header.
    const idle = externals.length === 0 && !waiting && shard.id.seqno > 0;
    if (idle && this.now() - shard.state.genUtime < kBasechainIdleSeconds) return null;
    const plan = this.planned();
    this.plan = null;
    const { at, startLt } = plan;
    const collator = new Collator(this.tvm, at, kBasechain, shard.state, startLt, plan);
    const made = await collator.collate(master.state.queue, externals);
    this.forget(externals, made);
    return makeShardBlock(before, made, at.now, startLt, at.randSeed);
  }

  private forget(externals: readonly ExternalInMessage[], made: Collation): void {
    const postponed = new Set(made.postponed);
    this.mempool.settle(externals.filter((message) => !postponed.has(message)));
  }

  private prevSignatures(before: Tip) {
    const { id } = before.master;
    if (id.seqno === 0) return [];
    const { keySeqnos } = this.history;
    const governing = keySeqnos.findLast((seqno) => seqno < id.seqno)!;
    return this.history.sign(id, governing);
  }

  private newConfig(before: Tip, request: KeyBlockRequest | null, now: number): MasterInput['newConfig'] {
    if (request === null) return null;
    const { config } = before.extra;
    const changes = [...request.params].map(([index, value]) => setParam(index, value));
    if (request.validators === 'changed') {
      const next = this.history.keys.next(validatorsOf(config));
      changes.push(setParam(kValidatorsParam, validatorsParam(next, now, kValidatorsUntil)));
    }
    const touched: Cell[] = [];
    return { config: kConfig.update(config, changes, (cell) => touched.push(cell))!, touched };
  }
}

/** The block after the zerostate repeats the configuration, so that clients can start from a block. */
const kFirstKeyBlock: KeyBlockRequest = { validators: 'kept', params: new Map() };

const refusalText = ({ refusal, exitCode }: { refusal: string; exitCode: number | null }): string =>
  exitCode === null ? refusal : `${refusal} (exit code ${exitCode})`;
