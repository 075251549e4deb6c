// Random numbers from a seed that is printed, so that a failing run can be repeated with SEED=n.
import { createHash } from 'node:crypto';
import type { TestContext } from 'node:test';

export class Random {
  private readonly seed: number;
  private counter = 0;

  constructor(t: TestContext) {
    this.seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    t.diagnostic(`SEED=${this.seed}`);
  }

  bytes(count: number): Buffer {
    const parts: Buffer[] = [];
    for (let length = 0; length < count; length += 32) {
      parts.push(createHash('sha256').update(`${this.seed} ${this.counter++}`).digest());
    }
    return Buffer.concat(parts).subarray(0, count);
  }

  /** Between 0 and `bound` - 1. */
  below(bound: number): number {
    return this.bytes(6).readUIntBE(0, 6) % bound;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}
