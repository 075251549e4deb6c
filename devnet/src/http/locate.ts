// Finds the transaction that a message led to, or came from, among the newest of an account.
import { Cell, loadTransaction, type Message, type Transaction } from '@ton/core';
import { serializeOne } from '../cells/boc.ts';
import type { Chain } from '../chain/chain.ts';
import { walkTransactions } from '../lite/accounts.ts';
import * as read from './params.ts';
import { HttpError, type Params } from './server.ts';
import { transactionJson } from './transactions.ts';

/** Transactions of an account that are looked through. */
const kMaxSearched = 1000;

const isMessage = (message: Message | null | undefined, source: string, destination: string, lt: bigint): boolean =>
  message?.info.type === 'internal' &&
  message.info.createdLt === lt &&
  message.info.src.toRawString() === source &&
  message.info.dest.toRawString() === destination;

function locate(chain: Chain, params: Params, where: 'source' | 'destination'): object {
  const source = read.address(params, 'source').friendly.toRawString();
  const destination = read.address(params, 'destination').friendly.toRawString();
  const lt = read.big(params, 'created_lt');
  const { std } = read.address(params, where);
  const account = chain.account(std);
  const matches = (transaction: Transaction): boolean =>
    where === 'destination'
      ? isMessage(transaction.inMessage, source, destination, lt)
      : transaction.outMessages.values().some((message) => isMessage(message, source, destination, lt));
  const newest =
    account === null ? [] : walkTransactions(chain, std, account.lastTransLt, account.lastTransHash, kMaxSearched);
  for (const { cell } of newest) {
    if (matches(loadTransaction(Cell.fromBoc(serializeOne(cell))[0]!.beginParse())))
      return transactionJson(cell, std).json;
  }
  throw new HttpError(500, 'no such message is known here');
}

export const resultTransaction = (chain: Chain, params: Params): object => locate(chain, params, 'destination');
export const sourceTransaction = (chain: Chain, params: Params): object => locate(chain, params, 'source');
