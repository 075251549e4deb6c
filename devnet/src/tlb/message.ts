// Messages as routing needs them: kind, destination, value, fees, logical time. Bodies stay cells.
import { build, type Builder } from '../cells/builder.ts';
import { CellError, type Cell, type Hash } from '../cells/cell.ts';
import { open, type Slice } from '../cells/slice.ts';
import { loadCurrency } from './currency.ts';

export interface StdAddress {
  workchain: number;
  hash: Hash;
}

interface Internal {
  kind: 'internal';
  cell: Cell;
  source: StdAddress;
  destination: StdAddress;
  value: bigint;
  fwdFee: bigint;
  createdLt: bigint;
}
interface ExternalIn {
  kind: 'external_in';
  cell: Cell;
  destination: StdAddress;
}
interface ExternalOut {
  kind: 'external_out';
  cell: Cell;
  createdLt: bigint;
}
export type InternalMessage = Internal;
export type ExternalInMessage = ExternalIn;
export type Message = Internal | ExternalIn | ExternalOut;

export function parseMessage(cell: Cell): Message {
  const from = open(cell);
  if (!from.bit()) {
    from.skip(3);
    const source = loadStd(from);
    const destination = loadStd(from);
    const value = loadCurrency(from);
    from.coins(); // Flags since version 12 of the network, no amount.
    return { kind: 'internal', cell, source, destination, value, fwdFee: from.coins(), createdLt: from.big(64) };
  }
  if (!from.bit()) {
    skipExternal(from);
    const destination = loadStd(from);
    from.coins();
    return { kind: 'external_in', cell, destination };
  }
  loadStd(from);
  skipExternal(from);
  return { kind: 'external_out', cell, createdLt: from.big(64) };
}

/** addr_std without anycast: the only addresses an unsplit chain routes to. */
function loadStd(from: Slice): StdAddress {
  if (from.uint(2) !== 2 || from.bit()) throw new CellError('not a standard address');
  return { workchain: from.int(8), hash: from.hash() };
}

function skipExternal(from: Slice): void {
  const tag = from.uint(2);
  if (tag === 1) from.skip(from.uint(9));
  else if (tag !== 0) throw new CellError('not an external address');
}

/** MsgEnvelope; `hops` is 'done' when the message needs no further routing. */
export function envelope(message: Internal, hops: 'done' | 'waiting'): Cell {
  const to = build().uint(4, 4);
  intermediate(to, hops === 'done' ? 96 : 0);
  intermediate(to, 96);
  return to.coins(message.fwdFee).ref(message.cell).end();
}

function intermediate(to: Builder, destinationBits: number): void {
  to.bit(0).uint(destinationBits, 7);
}

export function envelopedMessage(cell: Cell): Internal {
  const message = parseMessage(open(cell).ref());
  if (message.kind !== 'internal') throw new CellError('an envelope holds an internal message');
  return message;
}
