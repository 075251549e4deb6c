// Decides when blocks are made: soon after there is work, and now and then without, so that the chain's time goes on.
import type { Chain } from './chain.ts';

export interface Rhythm {
  /** Least time between two blocks; 0 makes none by itself, for tests that ask for each. */
  blockMs: number;
  /** Time between blocks when nothing happens. */
  idleMs: number;
}

export class Producer {
  private readonly chain: Chain;
  private readonly rhythm: Rhythm;
  private readonly report: (error: unknown) => void;
  private lastBlock = 0;
  private timer: NodeJS.Timeout | null = null;
  private due = Infinity;
  private stopped = false;

  constructor(chain: Chain, rhythm: Rhythm, report: (error: unknown) => void) {
    this.chain = chain;
    this.rhythm = rhythm;
    this.report = report;
  }

  start(): void {
    if (this.rhythm.blockMs === 0) return;
    this.chain.events.on('message', () => this.schedule());
    this.chain.events.on('block', () => this.noteBlock());
    this.noteBlock();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private noteBlock(): void {
    this.lastBlock = performance.now();
    this.due = Infinity;
    this.schedule();
  }

  private schedule(): void {
    if (this.stopped) return;
    const due = this.lastBlock + (this.chain.hasWork ? this.rhythm.blockMs : this.rhythm.idleMs);
    if (due >= this.due) return;
    this.due = due;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.produce(), Math.max(0, due - performance.now()));
  }

  private produce(): void {
    this.due = Infinity;
    this.chain.produce().catch((error: unknown) => {
      this.report(error);
      this.noteBlock();
    });
  }
}
