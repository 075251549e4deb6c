// Collects the transactions of one block of one workchain. The order is the network's: messages from queues by logical time,
// then external messages, then the messages that these made; what does not fit goes to the queue for the next block.
import { build, type Builder } from '../cells/builder.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { keyOfHash, type Change } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { accountLeaf, findAccount, kNoAccount, kShardAccounts, type ShardAccount } from '../tlb/account.ts';
import { accountBlockChange, kAccountBlocks, kInMessages, kOutMessages } from '../tlb/block.ts';
import type { ImportFees } from '../tlb/currency.ts';
import type { Workchain } from '../tlb/ids.ts';
import { envelope, parseMessage, type ExternalInMessage, type InternalMessage, type Message } from '../tlb/message.ts';
import {
  dequeue,
  enqueue,
  isBefore,
  kOutQueue,
  queued,
  type Queued,
  type QueueState,
  type Watermark,
} from '../tlb/queue.ts';
import type { ShardState } from '../tlb/shard_state.ts';
import type { Transaction } from '../tlb/transaction.ts';
import { kBusyMessages, kMaxBlockMs, kMaxBlockTransactions } from './limits.ts';
import { minLtOf, type Rehearsal } from './rehearsal.ts';
import { readOutcome, type Executed, type Refused, type Job, type Surroundings, type Tvm } from './tvm.ts';

export interface Collation {
  accounts: Cell | null;
  queue: QueueState;
  inMessages: Cell | null;
  outMessages: Cell | null;
  accountBlocks: Cell | null;
  imported: bigint;
  exported: bigint;
  fees: bigint;
  endLt: bigint;
  transactions: number;
  /** Cells of the state before that were read on the way to what changed. */
  touched: Cell[];
  /** Accounts before and after, for what the masterchain derives from them. */
  changed: { address: Hash; before: Cell; after: Cell }[];
  /** External messages that no account accepted. */
  refused: { message: Hash; reason: string }[];
  /** External messages that did not fit. */
  postponed: ExternalInMessage[];
}

interface Live {
  before: ShardAccount | null;
  now: ShardAccount | null;
  known: Map<Hash, Cell>;
  transactions: Transaction[];
}

/** What came of a message that was run before its turn, as things stood then. */
interface Early {
  job: Job;
  result: Promise<Executed | Refused>;
}

interface Made {
  message: InternalMessage;
  by: Cell;
}

/** How far to look for messages that the helping thread can take. */
const kAhead = 6;

export class Collator {
  private readonly tvm: Tvm;
  private readonly at: Surroundings;
  private readonly workchain: Workchain;
  private readonly state: ShardState;
  private readonly startLt: bigint;
  private readonly rehearsal: Rehearsal | null;
  private readonly live = new Map<Hash, Live>();
  private readonly touched: Cell[] = [];
  private readonly inChanges: Change<ImportFees>[] = [];
  private readonly outChanges: Change<bigint>[] = [];
  private readonly queueChanges: Change<bigint>[] = [];
  private readonly made: Made[] = [];
  private readonly early = new Map<Hash, Early>();
  private readonly ours = new Set<Hash>();
  private readonly refused: Collation['refused'] = [];
  private processed: Watermark;
  private imported = 0n;
  private exported = 0n;
  private fees = 0n;
  private endLt: bigint;
  private count = 0;
  private readonly deadline = performance.now() + kMaxBlockMs;

  /** `rehearsal`: made with the same surroundings and start. */
  constructor(
    tvm: Tvm,
    at: Surroundings,
    workchain: Workchain,
    state: ShardState,
    startLt: bigint,
    rehearsal: Rehearsal | null = null,
  ) {
    this.tvm = tvm;
    this.rehearsal = rehearsal;
    this.at = at;
    this.workchain = workchain;
    this.state = state;
    this.startLt = startLt;
    this.endLt = startLt + 1n;
    this.processed = state.queue.processed;
  }

  async collate(neighbour: QueueState, externals: readonly ExternalInMessage[]): Promise<Collation> {
    const own = queued(this.state.queue.messages);
    this.forgetDelivered(own, neighbour.processed);
    const finished = await this.takeInQueued(own, queued(neighbour.messages));
    const postponed = finished ? await this.takeInExternals(externals) : [...externals];
    await this.takeInMade(finished);
    return this.finish(postponed);
  }

  private hasRoom(): boolean {
    return this.count < kMaxBlockTransactions && performance.now() < this.deadline;
  }

  /** Messages to the other workchain leave the queue when its watermark has passed them. */
  private forgetDelivered(own: readonly Queued[], mark: Watermark): void {
    for (const { key, envelope: cell, message, at } of own) {
      if (message.destination.workchain === this.workchain || isBefore(mark, at)) continue;
      this.queueChanges.push(dequeue(key));
      this.out(message, 0n, (to) => {
        to.uint(13, 4).hash(cell.hash()).int(message.destination.workchain, 32);
        to.uint(BigInt(`0x${message.destination.hash.slice(0, 16)}`), 64).uint(this.startLt, 64);
      });
    }
  }

  /** Returns whether everything that waited was taken in. */
  private async takeInQueued(own: readonly Queued[], neighbour: readonly Queued[]): Promise<boolean> {
    const waiting = [...own, ...neighbour]
      .filter(({ message, at }) => message.destination.workchain === this.workchain && isBefore(this.processed, at))
      .sort((a, b) => (isBefore(a.at, b.at) ? -1 : 1));
    const ownKeys = new Set(own.map(({ key }) => key));
    for (const [i, { key, envelope: cell, message, at }] of waiting.entries()) {
      if (!this.hasRoom()) return false;
      this.lookAhead(waiting.length - i, (n) => waiting[i + n]!.message);
      const transaction = await this.deliver(message);
      const imported = build().uint(4, 3).ref(cell).ref(transaction.cell).coins(message.fwdFee).end();
      const value = message.value + message.fwdFee;
      this.in(message.cell, { fees: message.fwdFee, value }, imported);
      this.imported += value;
      this.processed = at;
      if (!ownKeys.has(key)) continue;
      this.queueChanges.push(dequeue(key));
      this.out(message, 0n, (to) => void to.uint(4, 3).ref(cell).ref(imported));
    }
    return true;
  }

  private async takeInExternals(externals: readonly ExternalInMessage[]): Promise<ExternalInMessage[]> {
    for (const [i, message] of externals.entries()) {
      if (!this.hasRoom()) return externals.slice(i);
      this.lookAhead(externals.length - i, (n) => externals[i + n]!);
      const result = await this.tryExternal(message);
      if (typeof result === 'string') {
        this.refused.push({ message: message.cell.hash(), reason: result });
        continue;
      }
      const cell = build().uint(0, 3).ref(message.cell).ref(result.cell).end();
      this.in(message.cell, { fees: 0n, value: 0n }, cell);
    }
    return [];
  }

  /** Whatever goes wrong with an external message is its sender's problem: the block is made without it. */
  private async tryExternal(message: ExternalInMessage): Promise<Transaction | string> {
    try {
      return await this.execute(message.destination.hash, message.cell, this.startLt);
    } catch (error) {
      return `failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** New messages are delivered at once when nothing older waits; the rest is queued. */
  private async takeInMade(nothingWaits: boolean): Promise<void> {
    for (let next = this.made.shift(); next !== undefined; next = this.made.shift()) {
      const { message, by } = next;
      if (!nothingWaits || message.destination.workchain !== this.workchain || !this.hasRoom()) {
        this.send(message, by);
        continue;
      }
      this.lookAhead(this.made.length + 1, (n) => (n === 0 ? message : this.made[n - 1]!.message));
      const transaction = await this.deliver(message);
      const imported = build()
        .uint(3, 3)
        .ref(envelope(message, 'done'))
        .ref(transaction.cell)
        .coins(message.fwdFee)
        .end();
      this.in(message.cell, { fees: message.fwdFee, value: 0n }, imported);
      this.out(message, 0n, (to) => void to.uint(2, 3).ref(envelope(message, 'done')).ref(by).ref(imported));
    }
  }

  private send(message: InternalMessage, by: Cell): void {
    const value = message.value + message.fwdFee;
    this.queueChanges.push(enqueue(message));
    this.out(message, value, (to) => void to.uint(1, 3).ref(envelope(message, 'waiting')).ref(by));
    this.exported += value;
  }

  private async deliver(message: InternalMessage): Promise<Transaction> {
    const result = await this.execute(message.destination.hash, message.cell, message.createdLt);
    if (typeof result === 'string') throw new Error(`the executor refused an internal message: ${result}`);
    this.fees += message.fwdFee;
    return result;
  }

  /** Runs one message; a string is the reason why an external one was not accepted. */
  private async execute(address: Hash, message: Cell, after: bigint): Promise<Transaction | string> {
    const account = this.open(address);
    const job = this.jobFor(account, message, after);
    const result = await this.resultOf(job, account.known);
    if ('refusal' in result) return result.refusal;
    const { transaction } = result;
    const outMessages = transaction.outMessages.map(parseMessage);
    account.now = result.account;
    account.transactions.push(transaction);
    this.count++;
    this.fees += transaction.totalFees;
    if (transaction.endLt > this.endLt) this.endLt = transaction.endLt;
    for (const out of outMessages) this.note(out, transaction.cell);
    return transaction;
  }

  /** What was found before the message's turn, if things stand as they stood then. */
  private async resultOf(job: Job, known: Live['known']): Promise<Executed | Refused> {
    const rehearsed = this.rehearsal?.find(job) ?? null;
    if (rehearsed !== null) return readOutcome(rehearsed, known);
    const early = this.early.get(job.message.hash());
    const isStill = early !== undefined && early.job.account === job.account && early.job.minLt === job.minLt;
    return isStill ? early.result : this.tvm.run(this.at, job, known);
  }

  private jobFor({ now }: Live, message: Cell, after: bigint): Job {
    return { account: now, message, minLt: minLtOf(now, this.startLt, after), signatures: 'checked' };
  }

  /**
   * Of the messages that wait, the first of which is run next, the helping thread gets every other one. That changes
   * nothing: a result counts only if the account is still the same when the message's turn comes.
   */
  private lookAhead(count: number, at: (n: number) => InternalMessage | ExternalInMessage): void {
    if (count >= kBusyMessages) this.tvm.expectMuch();
    let isOurs = true;
    for (let n = 0; n < Math.min(count, kAhead); n++) {
      const message = at(n);
      const hash = message.cell.hash();
      if (message.destination.workchain !== this.workchain) continue;
      if (!this.ours.has(hash) && !this.early.has(hash)) {
        if (isOurs) this.ours.add(hash);
        else if (!this.runEarly(message)) return;
      }
      isOurs = this.early.has(hash);
    }
  }

  private runEarly(message: InternalMessage | ExternalInMessage): boolean {
    const account = this.open(message.destination.hash);
    const after = message.kind === 'internal' ? message.createdLt : this.startLt;
    const job = this.jobFor(account, message.cell, after);
    if (this.rehearsal?.find(job)) return true;
    const result = this.tvm.runAside(this.at, job, account.known);
    if (result === null) return false;
    result.catch(() => {}); // Whoever waits for it hears of it.
    this.early.set(message.cell.hash(), { job, result });
    return true;
  }

  private note(message: Message, by: Cell): void {
    const { cell } = message;
    if (message.kind === 'internal') {
      const later = this.made.findIndex((other) => other.message.createdLt > message.createdLt);
      this.made.splice(later < 0 ? this.made.length : later, 0, { message, by });
    } else {
      this.outChanges.push({
        key: keyOfHash(cell.hash()),
        leaf: { extra: 0n, write: (to: Builder) => void to.uint(0, 3).ref(cell).ref(by) },
      });
    }
  }

  private open(address: Hash): Live {
    const earlier = this.live.get(address);
    if (earlier !== undefined) return earlier;
    const before = findAccount(this.state.accounts, address);
    const known = new Map<Hash, Cell>();
    const stack = before === null ? [] : [before.account];
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      if (known.has(cell.hash())) continue;
      known.set(cell.hash(), cell);
      stack.push(...cell.refs);
    }
    const live = { before, now: before, known, transactions: [] };
    this.live.set(address, live);
    return live;
  }

  private in(message: Cell, extra: ImportFees, cell: Cell): void {
    const write = (to: Builder): void => void to.rest(open(cell));
    this.inChanges.push({ key: keyOfHash(message.hash()), leaf: { extra, write } });
  }

  private out(message: InternalMessage, extra: bigint, write: (to: Builder) => void): void {
    this.outChanges.push({ key: keyOfHash(message.cell.hash()), leaf: { extra, write } });
  }

  private finish(postponed: ExternalInMessage[]): Collation {
    const visit = (cell: Cell): void => void this.touched.push(cell);
    const busy = [...this.live].filter(([, { transactions }]) => transactions.length > 0);
    const accountChanges = busy.map(([address, { now }]) => ({ key: keyOfHash(address), leaf: accountLeaf(now!) }));
    const changed = busy.map(([address, { before, now }]) => ({
      address,
      before: before?.account ?? kNoAccount,
      after: now!.account,
    }));
    const blocks = busy.map(([address, { transactions }], i) =>
      accountBlockChange({
        address,
        transactions,
        oldHash: changed[i]!.before.hash(),
        newHash: changed[i]!.after.hash(),
      }),
    );
    for (const [, { known }] of busy) this.touched.push(...known.values());
    const update = <T>(
      changes: Change<T>[],
      apply: (changes: Change<T>[]) => Cell | null,
      root: Cell | null,
    ): Cell | null => (changes.length === 0 ? root : apply(changes));
    const { messages } = this.state.queue;
    return {
      accounts: update(
        accountChanges,
        (c) => kShardAccounts.update(this.state.accounts, c, visit),
        this.state.accounts,
      ),
      queue: {
        messages: update(this.queueChanges, (c) => kOutQueue.update(messages, c, visit), messages),
        processed: this.processed,
      },
      inMessages: kInMessages.update(null, this.inChanges),
      outMessages: kOutMessages.update(null, this.outChanges),
      accountBlocks: kAccountBlocks.update(null, blocks),
      imported: this.imported,
      exported: this.exported,
      fees: this.fees,
      endLt: this.endLt,
      transactions: this.count,
      touched: this.touched,
      changed,
      refused: this.refused,
      postponed,
    };
  }
}
