// Transactions as blocks need them: time, fees, messages. The cell itself is what the executor made.
import type { Cell, Hash } from '../cells/cell.ts';
import { Dictionary, kNoExtra } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { loadCurrency } from './currency.ts';

export interface Transaction {
  cell: Cell;
  account: Hash;
  lt: bigint;
  prevHash: Hash;
  prevLt: bigint;
  now: number;
  /** Logical time after the transaction and its messages. */
  endLt: bigint;
  totalFees: bigint;
  inMessage: Cell | null;
  outMessages: Cell[];
}

const kOutMessages = new Dictionary(15, kNoExtra);

export function parseTransaction(cell: Cell): Transaction {
  const from = open(cell);
  from.skip(4);
  const account = from.hash();
  const lt = from.big(64);
  const prevHash = from.hash();
  const prevLt = from.big(64);
  const now = from.uint(32);
  const outCount = from.uint(15);
  from.skip(4);
  const messages = open(from.ref());
  const inMessage = messages.maybeRef();
  const outMessages = [...kOutMessages.entries(messages.maybeRef())].map(({ value }) => value.ref());
  const totalFees = loadCurrency(from);
  return {
    cell,
    account,
    lt,
    prevHash,
    prevLt,
    now,
    endLt: lt + BigInt(outCount) + 1n,
    totalFees,
    inMessage,
    outMessages,
  };
}
