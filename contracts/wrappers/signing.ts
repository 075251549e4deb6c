// What proxies and clients sign.
import { type Address, beginCell, type Cell } from "@ton/core";
import { sign } from "./keys.ts";
import { Ours } from "./opcodes.ts";

export type SignedPayload = { payload: Cell; signature: Buffer };

const signCell = (cell: Cell, secretKey: Buffer) => sign(cell.hash(), secretKey);

// The proxy's word to one contract: so many tokens since it began (or, without `tokens`, that the proxy closes).
export type ProxyOrder = { op: number; queryId: bigint; tokens?: bigint; receiver: Address };

export function orderPayload(order: ProxyOrder): Cell {
  const b = beginCell().storeUint(order.op, 32).storeUint(order.queryId, 64);
  if (order.tokens !== undefined) b.storeUint(order.tokens, 64);
  return b.storeAddress(order.receiver).endCell();
}

export function signOrder(order: ProxyOrder, proxySecretKey: Buffer): SignedPayload {
  const payload = orderPayload(order);
  return { payload, signature: signCell(payload, proxySecretKey) };
}

// The body that carries the order. `excesses` is not signed: whoever submits may put their own address.
export function orderMessage(order: ProxyOrder, excesses: Address, signed: SignedPayload): Cell {
  return beginCell()
    .storeUint(order.op, 32)
    .storeUint(order.queryId, 64)
    .storeAddress(excesses)
    .storeBuffer(signed.signature, 64)
    .storeRef(signed.payload)
    .endCell();
}

export function signedOrderMessage(order: ProxyOrder, excesses: Address, proxySecretKey: Buffer): Cell {
  return orderMessage(order, excesses, signOrder(order, proxySecretKey));
}

// The most that the client agrees to have been charged by this contract since it began, in nanotons.
export type Voucher = {
  network: number; // global id of the blockchain: -239, -3, or what a private chain has in config parameter 19
  receiver: Address;
  tokens: bigint;
  amount: bigint;
};

export function voucherPayload(voucher: Voucher): Cell {
  return beginCell()
    .storeUint(Ours.voucher, 32)
    .storeInt(voucher.network, 32)
    .storeAddress(voucher.receiver)
    .storeUint(voucher.tokens, 64)
    .storeCoins(voucher.amount)
    .endCell();
}

export function signVoucher(voucher: Voucher, clientSecretKey: Buffer): SignedPayload {
  const payload = voucherPayload(voucher);
  return { payload, signature: signCell(payload, clientSecretKey) };
}
