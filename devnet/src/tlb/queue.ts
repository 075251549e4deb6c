// The outbound queue of a shard: messages on their way, and how far the shard has taken in what was sent to it.
import { build } from '../cells/builder.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { Dictionary, keyOf, keyOfHash, kNoExtra, type Change } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { kMinLt } from './currency.ts';
import { kWholeShard } from './ids.ts';
import { envelope, envelopedMessage, type InternalMessage } from './message.ts';

export const kOutQueue = new Dictionary(352, kMinLt);
const kProcessed = new Dictionary(96, kNoExtra);

/** All messages up to this one, in order of (lt, hash), have been taken in. */
export interface Watermark {
  lt: bigint;
  hash: Hash;
}
export const kNothingProcessed: Watermark = { lt: 0n, hash: '0'.repeat(64) };

export const isBefore = (a: Watermark, b: Watermark): boolean => a.lt < b.lt || (a.lt === b.lt && a.hash < b.hash);

export interface QueueState {
  messages: Cell | null;
  processed: Watermark;
}

export interface Queued {
  key: string;
  envelope: Cell;
  message: InternalMessage;
  at: Watermark;
}

/** Waiting messages in the order in which they must be taken in. */
export function queued(messages: Cell | null): Queued[] {
  const found = [...kOutQueue.entries(messages)].map(({ key, value }) => {
    const from = value.clone();
    const lt = from.big(64);
    const cell = from.ref();
    const message = envelopedMessage(cell);
    return { key, envelope: cell, message, at: { lt, hash: message.cell.hash() } };
  });
  return found.sort((a, b) => (isBefore(a.at, b.at) ? -1 : 1));
}

/** OutMsgQueue's key: workchain and prefix of the destination, hash of the message. */
function queueKey(message: InternalMessage): string {
  const { workchain, hash } = message.destination;
  return keyOf(workchain, 32) + keyOfHash(hash).slice(0, 64) + keyOfHash(message.cell.hash());
}

export const enqueue = (message: InternalMessage): Change<bigint> => ({
  key: queueKey(message),
  leaf: {
    extra: message.createdLt,
    write: (to) => void to.uint(message.createdLt, 64).ref(envelope(message, 'waiting')),
  },
});

export const dequeue = (key: string): Change<bigint> => ({ key, leaf: null });

/** OutMsgQueueInfo; the watermark is noted for one shard and one (any) masterchain block. */
export function queueCell({ messages, processed }: QueueState): Cell {
  const to = build();
  kOutQueue.store(to, messages);
  const key = keyOf(kWholeShard, 64) + keyOf(0, 32);
  const leaf = { extra: null, write: (cell: typeof to) => void cell.uint(processed.lt, 64).hash(processed.hash) };
  to.maybeRef(processed.lt === 0n ? null : kProcessed.update(null, [{ key, leaf }]));
  return to.bit(0).end();
}

export function parseQueue(cell: Cell): QueueState {
  const from = open(cell);
  const messages = kOutQueue.load(from);
  const [first] = kProcessed.entries(from.maybeRef());
  return {
    messages,
    processed: first === undefined ? kNothingProcessed : { lt: first.value.big(64), hash: first.value.hash() },
  };
}
