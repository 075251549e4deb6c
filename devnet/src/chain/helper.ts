// A second executor in a thread of its own, for busy times: it is not there before it is asked for, takes no more than it
// can work on soon, and whoever asks it must do without should it die.
import { Worker } from 'node:worker_threads';
import type { Call, Outcome } from './executor.ts';

const kMaxOpen = 3;

/** What goes to the thread; `config` is left out when it is the one before. */
export interface Question {
  id: number;
  config: string | null;
  call: Omit<Call, 'config'>;
}
export type Answer = { id: number; outcome: Outcome } | { id: number; failure: string } | 'ready';

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

export class Helper {
  private worker: Worker | null = null;
  private isReady = false;
  private readonly open = new Map<number, Waiting>();
  private nextId = 0;
  private config: string | null = null;

  /** Begins to start the thread; until it is there, nothing has room. */
  start(): void {
    if (this.worker !== null) return;
    const worker = new Worker(new URL('./helper_thread.ts', import.meta.url));
    worker.unref();
    worker.on('message', (answer: Answer) => this.take(answer));
    worker.on('error', () => this.fail());
    worker.on('exit', () => this.fail());
    this.worker = worker;
  }

  get hasRoom(): boolean {
    return this.isReady && this.open.size < kMaxOpen;
  }

  /** Only when there is room. */
  run({ config, ...call }: Call): Promise<Outcome> {
    const id = this.nextId++;
    const question: Question = { id, config: config === this.config ? null : config, call };
    this.config = config;
    this.worker!.ref();
    this.worker!.postMessage(question);
    return new Promise((resolve, reject) => this.open.set(id, { resolve, reject }));
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
  }

  private take(answer: Answer): void {
    if (answer === 'ready') {
      this.isReady = true;
      return;
    }
    const waiting = this.open.get(answer.id)!;
    this.open.delete(answer.id);
    if (this.open.size === 0) this.worker?.unref();
    if ('outcome' in answer) waiting.resolve(answer.outcome);
    else waiting.reject(new Error(answer.failure));
  }

  /** It is not started again: what killed it once may do so again. */
  private fail(): void {
    this.isReady = false;
    for (const { reject } of this.open.values()) reject(new Error('the helping thread ended'));
    this.open.clear();
  }
}
