// A program's wallet: up to four messages per order, signed by the program's key; the owner's wallet can step in.
import {
  type Address,
  beginCell,
  type Cell,
  type ContractProvider,
  type MessageRelaxed,
  storeMessageRelaxed,
} from "@ton/core";
import { sign } from "./keys.ts";
import { addressOf, body, CocoonContract } from "./base.ts";
import { code } from "./code.ts";
import { Op } from "./opcodes.ts";

export type WalletData = {
  seqno: number;
  subwallet: number;
  publicKey: Buffer;
  status: number;
  owner: Address;
};
export type WalletOrder = { validUntil: number; seqno: number; messages: { mode: number; message: Cell }[] };

export function packWalletData(data: WalletData): Cell {
  return beginCell()
    .storeUint(data.seqno, 32)
    .storeUint(data.subwallet, 32)
    .storeBuffer(data.publicKey, 32)
    .storeUint(data.status, 32)
    .storeAddress(data.owner)
    .endCell();
}

export function parseWalletData(cell: Cell): WalletData {
  const s = cell.beginParse();
  const seqno = s.loadUint(32);
  const subwallet = s.loadUint(32);
  const publicKey = s.loadBuffer(32);
  const status = s.loadUint(32);
  const owner = s.loadAddress();
  s.endParse();
  return { seqno, subwallet, publicKey, status, owner };
}

export const relaxed = (message: MessageRelaxed) => beginCell().store(storeMessageRelaxed(message)).endCell();

// What is signed, and the body of the external message that carries it.
export function walletOrderPayload(order: WalletOrder, subwallet = 0): Cell {
  const b = beginCell().storeUint(subwallet, 32).storeUint(order.validUntil, 32).storeUint(order.seqno, 32);
  for (const { mode, message } of order.messages) b.storeUint(mode, 8).storeRef(message);
  return b.endCell();
}

export function walletOrderMessage(order: WalletOrder, secretKey: Buffer, subwallet = 0): Cell {
  const payload = walletOrderPayload(order, subwallet);
  const signature = sign(payload.hash(), secretKey);
  return beginCell().storeBuffer(signature, 64).storeSlice(payload.beginParse()).endCell();
}

export const walletBody = {
  ownerSend: (queryId: bigint, mode: number, message: Cell) =>
    body(Op.wallet.ownerSend, queryId).storeUint(mode, 8).storeRef(message).endCell(),
  // "w": withdraw everything, "b": block the key, "u": unblock it.
  text: (letter: "w" | "b" | "u") => beginCell().storeUint(Op.text, 32).storeStringTail(letter).endCell(),
};

export class WalletContract extends CocoonContract {
  static create(publicKey: Buffer, owner: Address): WalletContract {
    const init = {
      code: code.wallet,
      data: packWalletData({ seqno: 0, subwallet: 0, publicKey, status: 0, owner }),
    };
    return new WalletContract(addressOf(init), init);
  }

  async sendOrder(provider: ContractProvider, order: WalletOrder, secretKey: Buffer) {
    await provider.external(walletOrderMessage(order, secretKey));
  }

  async getData(provider: ContractProvider): Promise<WalletData> {
    return parseWalletData(await this.data(provider));
  }
}
