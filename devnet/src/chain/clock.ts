// The chain's clock: the machine's, moved forward by whoever tests delays. It never goes back.
export class Clock {
  private offset = 0;
  private readonly machine: () => number;

  /** `machine` returns milliseconds since 1970. */
  constructor(machine: () => number = Date.now) {
    this.machine = machine;
  }

  /** Unix time in seconds. */
  now(): number {
    return Math.floor(this.machine() / 1000) + this.offset;
  }

  /** Seconds ahead of the machine. */
  get ahead(): number {
    return this.offset;
  }

  advance(seconds: number): void {
    this.offset += seconds;
  }

  /** After a restart: the chain goes on from its last block, not before. */
  atLeast(time: number): void {
    if (this.now() < time) this.offset += time - this.now();
  }
}
