// A client's channel with a proxy.
import { type Address, beginCell, type Cell, type ContractProvider } from "@ton/core";
import { body, CocoonContract } from "./base.ts";
import { Op, Ours } from "./opcodes.ts";
import { signedOrderMessage, type SignedPayload } from "./signing.ts";

export const ChannelState = { normal: 0, closing: 1, closed: 2 } as const;

export type ClientParties = { owner: Address; proxy: Address; proxyPublicKey: Buffer };
export type ClientData = {
  state: number;
  balance: bigint;
  stake: bigint;
  tokens: bigint;
  unlockAt: number;
  secretHash: bigint;
  parties: ClientParties;
  params: Cell;
  voucher: { key: bigint; charged: bigint } | null;
};

export function packClientData(data: ClientData): Cell {
  const b = beginCell().storeUint(data.state, 2).storeCoins(data.balance).storeCoins(data.stake);
  b.storeUint(data.tokens, 64).storeUint(data.unlockAt, 32).storeUint(data.secretHash, 256);
  const { owner, proxy, proxyPublicKey } = data.parties;
  b.storeRef(
    beginCell().storeAddress(owner).storeAddress(proxy).storeBuffer(proxyPublicKey, 32).endCell(),
  ).storeRef(data.params);
  if (data.voucher) {
    b.storeRef(beginCell().storeUint(data.voucher.key, 256).storeCoins(data.voucher.charged).endCell());
  }
  return b.endCell();
}

export function parseClientData(cell: Cell): ClientData {
  const s = cell.beginParse();
  const state = s.loadUint(2);
  const balance = s.loadCoins();
  const stake = s.loadCoins();
  const tokens = s.loadUintBig(64);
  const unlockAt = s.loadUint(32);
  const secretHash = s.loadUintBig(256);
  const p = s.loadRef().beginParse();
  const parties = { owner: p.loadAddress(), proxy: p.loadAddress(), proxyPublicKey: p.loadBuffer(32) };
  p.endParse();
  const params = s.loadRef();
  let voucher = null;
  if (s.remainingRefs > 0) {
    const v = s.loadRef().beginParse();
    voucher = { key: v.loadUintBig(256), charged: v.loadCoins() };
    v.endParse();
  }
  s.endParse();
  return { state, balance, stake, tokens, unlockAt, secretHash, parties, params, voucher };
}

// Message bodies. The owner sends all but topUp, charges and refund grants, which anyone may.
export const clientBody = {
  topUp: (queryId: bigint, amount: bigint, excesses: Address) =>
    body(Op.client.topUp, queryId).storeCoins(amount).storeAddress(excesses).endCell(),
  reopen: (queryId: bigint, amount: bigint, excesses: Address) =>
    body(Op.client.reopen, queryId).storeCoins(amount).storeAddress(excesses).endCell(),
  register: (queryId: bigint, nonce: bigint, excesses: Address) =>
    body(Op.client.register, queryId).storeUint(nonce, 64).storeAddress(excesses).endCell(),
  changeSecret: (queryId: bigint, secretHash: bigint, excesses: Address) =>
    body(Op.client.changeSecret, queryId).storeUint(secretHash, 256).storeAddress(excesses).endCell(),
  changeSecretAndTopUp: (queryId: bigint, amount: bigint, secretHash: bigint, excesses: Address) =>
    body(Op.client.changeSecretAndTopUp, queryId)
      .storeCoins(amount)
      .storeUint(secretHash, 256)
      .storeAddress(excesses)
      .endCell(),
  increaseStake: (queryId: bigint, stake: bigint, excesses: Address) =>
    body(Op.client.increaseStake, queryId).storeCoins(stake).storeAddress(excesses).endCell(),
  withdraw: (queryId: bigint, excesses: Address) =>
    body(Op.client.withdraw, queryId).storeAddress(excesses).endCell(),
  requestRefund: (queryId: bigint, excesses: Address) =>
    body(Op.client.requestRefund, queryId).storeAddress(excesses).endCell(),
  setVoucherKey: (queryId: bigint, key: Buffer, excesses: Address) =>
    body(Ours.setVoucherKey, queryId).storeBuffer(key, 32).storeAddress(excesses).endCell(),

  charge: (queryId: bigint, tokens: bigint, receiver: Address, excesses: Address, proxyKey: Buffer) =>
    signedOrderMessage({ op: Op.client.charge, queryId, tokens, receiver }, excesses, proxyKey),
  grantRefund: (queryId: bigint, tokens: bigint, receiver: Address, excesses: Address, proxyKey: Buffer) =>
    signedOrderMessage({ op: Op.client.grantRefund, queryId, tokens, receiver }, excesses, proxyKey),

  chargeVoucher: (queryId: bigint, excesses: Address, voucher: SignedPayload) =>
    body(Ours.chargeVoucher, queryId)
      .storeAddress(excesses)
      .storeBuffer(voucher.signature, 64)
      .storeRef(voucher.payload)
      .endCell(),
  // `grant`: a signed order Op.client.grantRefund with the same query id.
  closeWithVoucher: (queryId: bigint, excesses: Address, voucher: SignedPayload, grant: SignedPayload) =>
    body(Ours.closeWithVoucher, queryId)
      .storeAddress(excesses)
      .storeBuffer(voucher.signature, 64)
      .storeRef(voucher.payload)
      .storeRef(beginCell().storeBuffer(grant.signature, 64).storeRef(grant.payload))
      .endCell(),
};

export class ClientContract extends CocoonContract {
  async getData(provider: ContractProvider): Promise<ClientData> {
    return parseClientData(await this.data(provider));
  }
}
