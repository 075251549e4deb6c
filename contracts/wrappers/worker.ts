// What one worker has been paid by one proxy.
import { type Address, beginCell, type Cell, type ContractProvider } from "@ton/core";
import { body, CocoonContract } from "./base.ts";
import { Op } from "./opcodes.ts";
import { signedOrderMessage } from "./signing.ts";

export const WorkerState = { working: 0, ended: 2 } as const;

export type WorkerData = {
  owner: Address;
  proxy: Address;
  proxyPublicKey: Buffer;
  state: number;
  tokens: bigint;
  params: Cell;
};

export function packWorkerData(data: WorkerData): Cell {
  return beginCell()
    .storeAddress(data.owner)
    .storeAddress(data.proxy)
    .storeBuffer(data.proxyPublicKey, 32)
    .storeUint(data.state, 2)
    .storeUint(data.tokens, 64)
    .storeRef(data.params)
    .endCell();
}

export function parseWorkerData(cell: Cell): WorkerData {
  const s = cell.beginParse();
  const data = {
    owner: s.loadAddress(),
    proxy: s.loadAddress(),
    proxyPublicKey: s.loadBuffer(32),
    state: s.loadUint(2),
    tokens: s.loadUintBig(64),
    params: s.loadRef(),
  };
  s.endParse();
  return data;
}

export const workerBody = {
  register: (queryId: bigint, excesses: Address) =>
    body(Op.worker.register, queryId).storeAddress(excesses).endCell(),
  payout: (queryId: bigint, tokens: bigint, receiver: Address, excesses: Address, proxyKey: Buffer) =>
    signedOrderMessage({ op: Op.worker.payout, queryId, tokens, receiver }, excesses, proxyKey),
  lastPayout: (queryId: bigint, tokens: bigint, receiver: Address, excesses: Address, proxyKey: Buffer) =>
    signedOrderMessage({ op: Op.worker.lastPayout, queryId, tokens, receiver }, excesses, proxyKey),
};

export class WorkerContract extends CocoonContract {
  async getData(provider: ContractProvider): Promise<WorkerData> {
    return parseWorkerData(await this.data(provider));
  }
}
