// Transactions and messages in the JSON of the toncenter API.
import { Address, beginCell, Cell, ExternalAddress, loadTransaction, storeStateInit, type Message } from '@ton/core';
import { serializeOne } from '../cells/boc.ts';
import type { Cell as OwnCell } from '../cells/cell.ts';
import type { StdAddress } from '../tlb/message.ts';
import { estimatedFees } from './fees.ts';

export function transactionJson(own: OwnCell, account: StdAddress): { lt: bigint; json: object } {
  const boc = serializeOne(own);
  const transaction = loadTransaction(Cell.fromBoc(boc)[0]!.beginParse());
  const address = new Address(account.workchain, Buffer.from(account.hash, 'hex'));
  const total = transaction.totalFees.coins;
  const storage = BigInt(estimatedFees(own).storage_fee);
  const json = {
    '@type': 'raw.transaction',
    address: { '@type': 'accountAddress', account_address: address.toString() },
    utime: transaction.now,
    data: boc.toString('base64'),
    transaction_id: {
      '@type': 'internal.transactionId',
      lt: transaction.lt.toString(),
      hash: Buffer.from(own.hash(), 'hex').toString('base64'),
    },
    fee: total.toString(),
    storage_fee: storage.toString(),
    other_fee: (total - storage).toString(),
    ...(transaction.inMessage ? { in_msg: messageJson(transaction.inMessage) } : {}),
    out_msgs: transaction.outMessages.values().map(messageJson),
  };
  return { lt: transaction.lt, json };
}

const addressText = (address: Address | ExternalAddress | null | undefined): string => address?.toString() ?? '';

function messageJson({ info, init, body }: Message): object {
  const isInternal = info.type === 'internal';
  const comment = textComment(body);
  return {
    '@type': 'raw.message',
    source: addressText(info.src),
    destination: addressText(info.dest),
    value: isInternal ? info.value.coins.toString() : '0',
    extra_currencies: [],
    fwd_fee: isInternal ? info.forwardFee.toString() : '0',
    ihr_fee: isInternal ? info.ihrFee.toString() : '0',
    created_lt: info.type === 'external-in' ? '0' : info.createdLt.toString(),
    body_hash: body.hash().toString('base64'),
    msg_data: {
      '@type': 'msg.dataRaw',
      body: body.toBoc().toString('base64'),
      init_state: init ? beginCell().store(storeStateInit(init)).endCell().toBoc().toString('base64') : '',
    },
    message: comment ?? '',
  };
}

/** The text of a message that begins with 32 zero bits, if it has one. */
function textComment(body: Cell): string | null {
  try {
    const from = body.beginParse();
    return from.remainingBits >= 32 && from.loadUint(32) === 0 ? from.loadStringTail() : null;
  } catch {
    return null; // Not text after all: a body may be anything.
  }
}
