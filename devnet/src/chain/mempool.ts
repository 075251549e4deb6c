// External messages that wait for a block: each once, in order of arrival, no more than fit.
import { parseOne } from '../cells/boc.ts';
import { CellError, type Hash } from '../cells/cell.ts';
import { parseMessage, type ExternalInMessage } from '../tlb/message.ts';
import { kMaxExternalBytes, kMaxExternalCells, kMaxWaiting, kMaxWaitingBytes } from './limits.ts';

/** Why a message was not taken; the text is meant for its sender. */
export class MessageError extends Error {}

export function parseExternal(boc: Buffer): ExternalInMessage {
  if (boc.length > kMaxExternalBytes) throw new MessageError('external message too large');
  try {
    const message = parseMessage(parseOne(boc, { maxRoots: 1, maxCells: kMaxExternalCells }));
    if (message.kind !== 'external_in') throw new MessageError('not an inbound external message');
    if (message.destination.workchain !== 0 && message.destination.workchain !== -1) {
      throw new MessageError('no such workchain');
    }
    return message;
  } catch (error) {
    if (error instanceof CellError) throw new MessageError(`malformed external message: ${error.message}`);
    throw error;
  }
}

export class Mempool {
  private readonly waiting = new Map<Hash, { message: ExternalInMessage; bytes: number }>();
  private bytes = 0;

  get size(): number {
    return this.waiting.size;
  }

  has(message: ExternalInMessage): boolean {
    return this.waiting.has(message.cell.hash());
  }

  add(message: ExternalInMessage, bytes: number): void {
    if (this.waiting.size >= kMaxWaiting || this.bytes + bytes > kMaxWaitingBytes) {
      throw new MessageError('too many messages are waiting');
    }
    if (this.has(message)) return;
    this.waiting.set(message.cell.hash(), { message, bytes });
    this.bytes += bytes;
  }

  /** Those for a workchain, oldest first. They stay until `settle`. */
  list(workchain: number): ExternalInMessage[] {
    const messages = [...this.waiting.values()].map(({ message }) => message);
    return messages.filter(({ destination }) => destination.workchain === workchain);
  }

  /** Forgets what a block has dealt with. */
  settle(dealtWith: readonly ExternalInMessage[]): void {
    for (const { cell } of dealtWith) {
      this.bytes -= this.waiting.get(cell.hash())?.bytes ?? 0;
      this.waiting.delete(cell.hash());
    }
  }
}
