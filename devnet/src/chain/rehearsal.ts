// The next basechain block as far as it can be known before it is made, so that a message that is tried on arrival need not
// run again in its block: the plan holds the block's time and random seed from the first message on. A result counts only if
// everything it came from is the same when the message's turn comes.
import type { Hash } from '../cells/cell.ts';
import { viewAccount, type ShardAccount } from '../tlb/account.ts';
import type { Outcome } from './executor.ts';
import { kMaxPlanSeconds, kMaxRehearsals } from './limits.ts';
import type { Job, Surroundings } from './tvm.ts';

/** The logical time of a message's transaction, at the earliest. */
export function minLtOf(account: ShardAccount | null, startLt: bigint, after: bigint): bigint {
  const last = account === null ? 0n : viewAccount(account.account).endLt;
  return [startLt, after, last].reduce((a, b) => (a > b ? a : b)) + 1n;
}

export interface Rehearsed {
  job: Job;
  outcome: Outcome;
}

export class Rehearsal {
  readonly at: Surroundings;
  readonly startLt: bigint;
  private readonly ahead: number;
  private readonly results = new Map<Hash, Rehearsed>();

  /** `ahead`: of the chain's clock, which nobody may have moved since. */
  constructor(at: Surroundings, startLt: bigint, ahead: number) {
    this.at = at;
    this.startLt = startLt;
    this.ahead = ahead;
  }

  /** Whether a block that is made at this time, after blocks that end where the plan begins, may be the planned one. */
  fits(now: number, startLt: bigint, ahead: number): boolean {
    const age = now - this.at.now;
    return this.startLt === startLt && this.ahead === ahead && age >= 0 && age <= kMaxPlanSeconds;
  }

  note(job: Job, outcome: Outcome): void {
    if (this.results.size < kMaxRehearsals) this.results.set(job.message.hash(), { job, outcome });
  }

  /** What came of the same job. */
  find(job: Job): Outcome | null {
    const found = this.results.get(job.message.hash());
    if (found === undefined || found.job.minLt !== job.minLt) return null;
    return isSame(found.job.account, job.account) ? found.outcome : null;
  }
}

function isSame(a: ShardAccount | null, b: ShardAccount | null): boolean {
  if (a === null || b === null) return a === b;
  return a.account.hash() === b.account.hash() && a.lastTransHash === b.lastTransHash;
}
