// The toncenter HTTP API, version 2, as far as wallets and scripts of @ton/ton use it. It proves nothing, as the original.
import { parseOne, serializeOne } from '../cells/boc.ts';
import { CellError } from '../cells/cell.ts';
import type { Chain } from '../chain/chain.ts';
import { freshSeed } from '../chain/blocks.ts';
import { MessageError } from '../chain/mempool.ts';
import { LiteError } from '../lite/error.ts';
import { walkTransactions } from '../lite/accounts.ts';
import { listTransactions } from '../lite/blocks.ts';
import type { Entry } from '../chain/index.ts';
import { viewAccount } from '../tlb/account.ts';
import { parseHeader } from '../tlb/block.ts';
import { findParam } from '../tlb/config.ts';
import type { BlockId } from '../tlb/ids.ts';
import { build } from '../cells/builder.ts';
import * as read from './params.ts';
import { kMaxTransactions } from './limits.ts';
import { HttpError, type Params } from './server.ts';
import { estimatedFees } from './fees.ts';
import { methodNumber, readStack, writeStack } from './stack.ts';
import { resultTransaction, sourceTransaction } from './locate.ts';
import { transactionJson } from './transactions.ts';

export type Call = (chain: Chain, params: Params) => unknown;

const kWholeShardText = '-9223372036854775808';
const base64 = (hash: string): string => Buffer.from(hash, 'hex').toString('base64');

export const blockIdJson = (id: BlockId): object => ({
  '@type': 'ton.blockIdExt',
  workchain: id.workchain,
  shard: kWholeShardText,
  seqno: id.seqno,
  root_hash: base64(id.rootHash),
  file_hash: base64(id.fileHash),
});

const transactionId = (lt: bigint, hash: string): object => ({
  '@type': 'internal.transactionId',
  lt: lt.toString(),
  hash: base64(hash),
});

const kStates = { none: 'uninitialized', uninit: 'uninitialized', frozen: 'frozen', active: 'active' } as const;

function addressInformation(chain: Chain, params: Params): object {
  const { std } = read.address(params, 'address');
  const account = chain.account(std);
  const view = account === null ? null : viewAccount(account.account);
  const { master } = chain.tip;
  return {
    '@type': 'raw.fullAccountState',
    balance: (view?.balance ?? 0n).toString(),
    extra_currencies: [],
    code: view?.code ? serializeOne(view.code).toString('base64') : '',
    data: view?.data ? serializeOne(view.data).toString('base64') : '',
    last_transaction_id: transactionId(account?.lastTransLt ?? 0n, account?.lastTransHash ?? '0'.repeat(64)),
    block_id: blockIdJson(master.id),
    frozen_hash: view?.stateHash ? base64(view.stateHash) : '',
    sync_utime: master.state.genUtime,
    state: kStates[view?.status ?? 'none'],
  };
}

function extendedAddressInformation(chain: Chain, params: Params): object {
  const { friendly } = read.address(params, 'address');
  const plain = addressInformation(chain, params) as Record<string, unknown>;
  return {
    '@type': 'fullAccountState',
    address: { '@type': 'accountAddress', account_address: friendly.toString() },
    balance: plain['balance'],
    last_transaction_id: plain['last_transaction_id'],
    block_id: plain['block_id'],
    sync_utime: plain['sync_utime'],
    account_state: {
      '@type': plain['state'] === 'active' ? 'raw.accountState' : 'uninited.accountState',
      code: plain['code'],
      data: plain['data'],
      frozen_hash: plain['frozen_hash'],
    },
    revision: 0,
  };
}

function walletInformation(chain: Chain, params: Params): Promise<object> {
  const plain = addressInformation(chain, params) as Record<string, unknown>;
  const { std } = read.address(params, 'address');
  const account = chain.account(std);
  const common = {
    balance: plain['balance'],
    account_state: plain['state'],
    last_transaction_id: plain['last_transaction_id'],
  };
  if (account === null || plain['state'] !== 'active') return Promise.resolve({ wallet: false, ...common });
  return chain
    .runGetMethod(std, account, methodNumber('seqno'), Buffer.alloc(0), chain.now())
    .then(({ exitCode, stack }) => {
      const [first] = exitCode === 0 ? writeStack(stack) : [];
      const isNumber = Array.isArray(first) && first[0] === 'num';
      return isNumber ? { wallet: true, ...common, seqno: Number(first[1]) } : { wallet: false, ...common };
    });
}

function transactions(chain: Chain, params: Params): object[] {
  const { std } = read.address(params, 'address');
  const limit = Math.min(Math.max(read.integer(params, 'limit', 10), 1), kMaxTransactions);
  const account = chain.account(std);
  const from = read.has(params, 'lt')
    ? { lt: read.big(params, 'lt'), hash: read.hash(params, 'hash') }
    : { lt: account?.lastTransLt ?? 0n, hash: account?.lastTransHash ?? '' };
  const until = read.big(params, 'to_lt', 0n);
  const found = walkTransactions(chain, std, from.lt, from.hash, limit).map(({ cell }) => cell);
  return found
    .map((cell) => transactionJson(cell, std))
    .filter(({ lt }) => lt > until)
    .map(({ json }) => json);
}

async function runGetMethod(chain: Chain, params: Params): Promise<object> {
  const { std } = read.address(params, 'address');
  const method = params['method'];
  const number = typeof method === 'number' ? method : methodNumber(read.text(params, 'method'));
  const account = chain.account(std);
  const { master } = chain.tip;
  const stack = readStack(params['stack'] ?? []);
  const result = account === null ? null : await chain.runGetMethod(std, account, number, stack, chain.now());
  return {
    '@type': 'smc.runResult',
    gas_used: Number(result?.gasUsed ?? 0n),
    stack: result === null ? [] : writeStack(result.stack),
    exit_code: result?.exitCode ?? -13,
    block_id: blockIdJson(master.id),
    last_transaction_id: transactionId(account?.lastTransLt ?? 0n, account?.lastTransHash ?? '0'.repeat(64)),
  };
}

async function sendBoc(chain: Chain, params: Params): Promise<{ hash: string }> {
  const message = await chain.send(read.base64(params, 'boc'));
  return { hash: base64(message.cell.hash()) };
}

async function estimateFee(chain: Chain, params: Params): Promise<object> {
  const { friendly, std } = read.address(params, 'address');
  const part = (name: string) => (read.has(params, name) ? parseOne(read.base64(params, name)) : null);
  const message = build().uint(2, 2).uint(0, 2).uint(2, 2).bit(0).int(std.workchain, 8).hash(std.hash).coins(0n);
  const [code, data] = [part('init_code'), part('init_data')];
  if (code === null && data === null) message.bit(0);
  else message.bit(1).bit(1).ref(build().bit(0).bit(0).maybeRef(code).maybeRef(data).bit(0).end());
  message.bit(1).ref(part('body') ?? build().end());
  const account = chain.account(std);
  const result = await chain.tvm.run(chain.surroundings(chain.now(), freshSeed()), {
    account,
    message: message.end(),
    minLt: account === null ? 1n : viewAccount(account.account).endLt + 1n,
    signatures: params['ignore_chksig'] === false ? 'checked' : 'ignored',
  });
  if ('refusal' in result) throw new HttpError(500, `${friendly.toString()} does not accept it: ${result.refusal}`);
  return {
    '@type': 'query.fees',
    source_fees: { '@type': 'fees', ...estimatedFees(result.transaction.cell) },
    destination_fees: [],
  };
}

function masterchainInfo(chain: Chain): object {
  const { master } = chain.tip;
  return {
    '@type': 'blocks.masterchainInfo',
    last: blockIdJson(master.id),
    state_root_hash: base64(master.root.hash()),
    init: blockIdJson(chain.history.zerostate.master.id),
  };
}

function shards(chain: Chain, params: Params): object {
  const seqno = read.integer(params, 'seqno');
  const states = chain.history.states(seqno);
  if (states === null) throw new HttpError(500, `masterchain block ${seqno} is not known here`);
  return { '@type': 'blocks.shards', shards: [blockIdJson(states.shard.id)] };
}

function findEntry(chain: Chain, params: Params): Entry {
  const workchain = read.integer(params, 'workchain');
  const { index } = chain.history;
  const entry = read.has(params, 'seqno')
    ? (index.line(workchain)?.get(read.integer(params, 'seqno')) ?? null)
    : read.has(params, 'lt')
      ? index.byLt(workchain, read.big(params, 'lt'))
      : index.byTime(workchain, read.integer(params, 'unixtime'));
  if (entry === null) throw new HttpError(500, 'no such block is known here');
  return entry;
}

const lookupBlock = (chain: Chain, params: Params): object => blockIdJson(findEntry(chain, params).id);

function blockTransactions(chain: Chain, params: Params, show: (listed: ListedTransaction) => object): object {
  const { id } = findEntry(chain, params);
  const count = read.integer(params, 'count', 40);
  const after = read.has(params, 'after_lt')
    ? { lt: read.big(params, 'after_lt'), account: read.hash(params, 'after_hash') }
    : null;
  const { listed, incomplete } = listTransactions(chain, { id, mode: 7, count, after });
  return {
    '@type': 'blocks.transactions',
    id: blockIdJson(id),
    req_count: count,
    incomplete,
    transactions: listed.map((one) => show({ ...one, workchain: id.workchain })),
  };
}

type ListedTransaction = ReturnType<typeof listTransactions>['listed'][number] & { workchain: number };

const shortTransaction = ({ account, lt, transaction, workchain }: ListedTransaction): object => ({
  '@type': 'blocks.shortTxId',
  mode: 135,
  account: `${workchain}:${account}`,
  lt: lt.toString(),
  hash: base64(transaction.hash()),
});

function blockHeader(chain: Chain, params: Params): object {
  const entry = findEntry(chain, params);
  const header = parseHeader(chain.history.block(entry));
  const previous = { ...header.prev, workchain: entry.id.workchain };
  return {
    '@type': 'blocks.header',
    id: blockIdJson(entry.id),
    global_id: chain.tip.master.state.globalId,
    version: 0,
    after_merge: false,
    after_split: false,
    before_split: false,
    want_merge: false,
    want_split: false,
    validator_list_hash_short: header.validatorListHash,
    catchain_seqno: header.catchainSeqno,
    min_ref_mc_seqno: header.minRefMcSeqno,
    is_key_block: header.keyBlock,
    prev_key_block_seqno: header.prevKeyBlockSeqno,
    start_lt: header.startLt.toString(),
    end_lt: header.endLt.toString(),
    gen_utime: header.genUtime,
    prev_blocks: [blockIdJson(previous)],
  };
}

function configParam(chain: Chain, params: Params): object {
  const index = read.integer(params, read.has(params, 'config_id') ? 'config_id' : 'param');
  const value = findParam(chain.tip.extra.config, index);
  if (value === null) throw new HttpError(500, `there is no configuration parameter ${index}`);
  const bytes = serializeOne(value).toString('base64');
  return { '@type': 'configInfo', config: { '@type': 'tvm.cell', bytes } };
}

function configAll(chain: Chain): object {
  const bytes = serializeOne(chain.tip.extra.config).toString('base64');
  return { '@type': 'configInfo', config: { '@type': 'tvm.cell', bytes } };
}

function addressForms(_: Chain, params: Params): object {
  const { friendly } = read.address(params, 'address');
  const form = (kind: 'bounceable' | 'non_bounceable') => {
    const bounceable = kind === 'bounceable';
    return { b64: friendly.toString({ bounceable, urlSafe: false }), b64url: friendly.toString({ bounceable }) };
  };
  return {
    raw_form: friendly.toRawString(),
    bounceable: form('bounceable'),
    non_bounceable: form('non_bounceable'),
    given_type: 'friendly_bounceable',
    test_only: false,
  };
}

const balance = (chain: Chain, params: Params): unknown =>
  (addressInformation(chain, params) as Record<string, unknown>)['balance'];
const state = (chain: Chain, params: Params): unknown =>
  (addressInformation(chain, params) as Record<string, unknown>)['state'];

const kCalls: Readonly<Record<string, Call>> = {
  getAddressInformation: addressInformation,
  getExtendedAddressInformation: extendedAddressInformation,
  getWalletInformation: walletInformation,
  getAddressBalance: balance,
  getAddressState: state,
  getTransactions: transactions,
  runGetMethod,
  sendBoc: async (chain, params) => (await sendBoc(chain, params), { '@type': 'ok' }),
  sendBocReturnHash: async (chain, params) => ({ '@type': 'raw.extMessageInfo', ...(await sendBoc(chain, params)) }),
  estimateFee,
  getMasterchainInfo: masterchainInfo,
  shards,
  getShards: shards,
  lookupBlock,
  getBlockHeader: blockHeader,
  getBlockTransactions: (chain, params) => blockTransactions(chain, params, shortTransaction),
  getBlockTransactionsExt: (chain, params) =>
    blockTransactions(chain, params, ({ account, transaction, workchain }) => ({
      ...transactionJson(transaction, { workchain, hash: account }).json,
      account: `${workchain}:${account}`,
    })),
  tryLocateTx: resultTransaction,
  tryLocateResultTx: resultTransaction,
  tryLocateSourceTx: sourceTransaction,
  getConfigParam: configParam,
  getConfigAll: configAll,
  detectAddress: addressForms,
  packAddress: (_, params) => read.address(params, 'address').friendly.toString(),
  unpackAddress: (_, params) => read.address(params, 'address').friendly.toRawString(),
};

export async function toncenter(chain: Chain, method: string, params: Params): Promise<unknown> {
  const call = Object.hasOwn(kCalls, method) ? kCalls[method] : undefined;
  if (call === undefined) throw new HttpError(404, `unknown method ${method}`);
  try {
    return await call(chain, params);
  } catch (error) {
    if (error instanceof MessageError || error instanceof LiteError || error instanceof CellError) {
      throw new HttpError(500, error.message);
    }
    throw error;
  }
}
