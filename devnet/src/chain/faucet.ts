// The faucet: an account that sends whatever an external message asks for. It holds the devnet's money, so it asks nobody
// who they are. Its code is a dozen instructions, written out below.
import { randomBytes } from 'node:crypto';
import { build } from '../cells/builder.ts';
import type { Cell } from '../cells/cell.ts';
import { storeCurrency } from '../tlb/currency.ts';
import { kBasechain } from '../tlb/ids.ts';
import type { StdAddress } from '../tlb/message.ts';

/** Transfers of one external message; the network allows 255 actions. */
export const kMaxTransfers = 200;

export interface Transfer {
  to: StdAddress;
  nanotons: bigint;
}

/**
 *   FF00 SETCP0 · DD IFNOTRET (an internal message: keep the money) · F800 ACCEPT
 *   93 { 20 DUP · D74A SREFS } · 9C { D4 LDREF · 01 SWAP · 73 PUSHINT 3 · FB00 SENDRAWMSG
 *   20 DUP · D74A SREFS · 92 { D5 LDREFRTOS · 31 NIP } DE IF } E8 WHILE
 * The body is a list: in each cell first a message to send, then the next cell.
 */
const kCode = build().bytes(Buffer.from('ff00ddf8009320d74a9cd40173fb0020d74a92d531dee8', 'hex')).end();

export const faucetStateInit = (): Cell => build().bit(0).bit(0).maybeRef(kCode).maybeRef(build().end()).bit(0).end();

export const faucetAddress = (): StdAddress => ({ workchain: kBasechain, hash: faucetStateInit().hash() });

/** An external message to the faucet; a random number makes it different from every other. */
export function faucetMessage(transfers: readonly Transfer[]): Cell {
  const list = transfers.reduceRight<Cell | null>((next, transfer) => {
    const node = build().ref(transferMessage(transfer));
    return (next === null ? node : node.ref(next)).end();
  }, null);
  if (list === null) throw new Error('nothing to send');
  const body = build().bytes(randomBytes(8));
  for (const child of list.refs) body.ref(child);
  const { workchain, hash } = faucetAddress();
  const to = build().uint(2, 2).uint(0, 2).uint(2, 2).bit(0).int(workchain, 8).hash(hash).coins(0n);
  return to.bit(0).bit(1).ref(body.end()).end();
}

function transferMessage({ to: { workchain, hash }, nanotons }: Transfer): Cell {
  const to = build().uint(0b0100, 4).uint(0, 2).uint(2, 2).bit(0).int(workchain, 8).hash(hash);
  storeCurrency(to, nanotons);
  return to.coins(0n).coins(0n).uint(0, 64).uint(0, 32).bit(0).bit(0).end();
}
