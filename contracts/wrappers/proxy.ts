// A proxy's treasury.
import { type Address, beginCell, type Cell, type ContractProvider } from "@ton/core";
import { body, CocoonContract } from "./base.ts";
import { Op, Ours } from "./opcodes.ts";
import { signedOrderMessage } from "./signing.ts";

export const ProxyState = { open: 0, closing: 1, closed: 2 } as const;

export type ProxyData = {
  owner: Address;
  publicKey: Buffer;
  root: Address;
  state: number;
  balance: bigint; // commission
  stake: bigint;
  unlockAt: number;
  params: Cell;
  clientFunds: bigint;
  earned: bigint;
};

export function packProxyData(data: ProxyData): Cell {
  const b = beginCell().storeAddress(data.owner).storeBuffer(data.publicKey, 32).storeAddress(data.root);
  b.storeUint(data.state, 2).storeCoins(data.balance).storeCoins(data.stake).storeUint(data.unlockAt, 32);
  b.storeRef(data.params);
  if (data.clientFunds + data.earned > 0n) {
    b.storeRef(beginCell().storeCoins(data.clientFunds).storeCoins(data.earned));
  }
  return b.endCell();
}

export function parseProxyData(cell: Cell): ProxyData {
  const s = cell.beginParse();
  const fields = {
    owner: s.loadAddress(),
    publicKey: s.loadBuffer(32),
    root: s.loadAddress(),
    state: s.loadUint(2),
    balance: s.loadCoins(),
    stake: s.loadCoins(),
    unlockAt: s.loadUint(32),
    params: s.loadRef(),
  };
  let accounts = { clientFunds: 0n, earned: 0n };
  if (s.remainingRefs > 0) {
    const a = s.loadRef().beginParse();
    accounts = { clientFunds: a.loadCoins(), earned: a.loadCoins() };
    a.endParse();
  }
  s.endParse();
  return { ...fields, ...accounts };
}

export const proxyBody = {
  payoutRequest: (queryId: bigint, excesses: Address) =>
    body(Op.proxy.payoutRequest, queryId).storeAddress(excesses).endCell(),
  increaseStake: (queryId: bigint, amount: bigint, excesses: Address) =>
    body(Op.proxy.increaseStake, queryId).storeCoins(amount).storeAddress(excesses).endCell(),
  close: (queryId: bigint, excesses: Address) =>
    body(Op.proxy.close, queryId).storeAddress(excesses).endCell(),
  closeComplete: (queryId: bigint, excesses: Address) =>
    body(Ours.proxyCloseComplete, queryId).storeAddress(excesses).endCell(),
  closeSigned: (queryId: bigint, receiver: Address, excesses: Address, proxyKey: Buffer) =>
    signedOrderMessage({ op: Op.proxy.closeSigned, queryId, receiver }, excesses, proxyKey),
  closeCompleteSigned: (queryId: bigint, receiver: Address, excesses: Address, proxyKey: Buffer) =>
    signedOrderMessage({ op: Op.proxy.closeCompleteSigned, queryId, receiver }, excesses, proxyKey),
  // "c": close, "w": withdraw; a text message of the owner's wallet.
  text: (letter: "c" | "w") => beginCell().storeUint(Op.text, 32).storeStringTail(letter).endCell(),
};

export class ProxyContract extends CocoonContract {
  async getData(provider: ContractProvider): Promise<ProxyData> {
    return parseProxyData(await this.data(provider));
  }
}
