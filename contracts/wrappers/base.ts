// What all wrappers share: an address, perhaps the state to deploy, and sending a body.
import {
  type Address,
  beginCell,
  Cell,
  type Contract,
  contractAddress,
  type ContractProvider,
  type Sender,
  SendMode,
  type StateInit,
} from "@ton/core";
import { Op } from "./opcodes.ts";

export class CocoonContract implements Contract {
  readonly address: Address;
  readonly init?: { code: Cell; data: Cell };

  constructor(address: Address, init?: { code: Cell; data: Cell }) {
    this.address = address;
    if (init) this.init = init;
  }

  // Attaches the initial state where the account is not there yet. Without a body this only deploys.
  async send(provider: ContractProvider, via: Sender, value: bigint, body?: Cell) {
    await provider.internal(via, {
      value,
      sendMode: SendMode.PAY_GAS_SEPARATELY,
      ...(body && { body }),
    });
  }

  protected async data(provider: ContractProvider): Promise<Cell> {
    const { state } = await provider.getState();
    if (state.type !== "active" || !state.data) throw new Error(`${this.address} has no data`);
    return Cell.fromBoc(state.data)[0]!;
  }
}

export const addressOf = (init: StateInit) => contractAddress(0, init);

// Begins a body: operation, then query id.
export const body = (op: number, queryId: bigint) => beginCell().storeUint(op, 32).storeUint(queryId, 64);

// For accounts that other programs only mark, such as a proxy's digest of its ledger, which it signs.
export function saveStateBody(queryId: bigint, seqno: number, sessionHash: bigint, signature: Buffer): Cell {
  return body(Op.doNotProcess, queryId)
    .storeUint(Op.saveState, 32)
    .storeUint(seqno, 32)
    .storeUint(sessionHash, 256)
    .storeBuffer(signature, 64)
    .endCell();
}
