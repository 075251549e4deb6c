// Accounts as the shard state keeps them: only what the chain itself needs is read, the rest stays a cell.
import { build } from '../cells/builder.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { Dictionary, keyOfHash, type Found, type Leaf, type Visit } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { kDepthBalance, loadCurrency } from './currency.ts';

export interface ShardAccount {
  /** account_none or account. */
  account: Cell;
  lastTransHash: Hash;
  lastTransLt: bigint;
}

export type AccountStatus = 'none' | 'uninit' | 'frozen' | 'active';

export interface AccountView {
  status: AccountStatus;
  balance: bigint;
  /** Logical time after the last transaction and its messages. */
  endLt: bigint;
  lastPaid: number;
  code: Cell | null;
  data: Cell | null;
  /** Dictionary of SimpleLib by hash. */
  libraries: Cell | null;
  stateHash: Hash | null;
}

export const kShardAccounts = new Dictionary(256, kDepthBalance);
export const kNoAccount = build().bit(0).end();
const kZeroHash = '0'.repeat(64);

const kNone: AccountView = {
  status: 'none',
  balance: 0n,
  endLt: 0n,
  lastPaid: 0,
  code: null,
  data: null,
  libraries: null,
  stateHash: null,
};

export function viewAccount(cell: Cell): AccountView {
  const from = open(cell);
  if (!from.bit()) return kNone;
  from.skip(2);
  if (from.bit()) from.skip(from.uint(5));
  from.skip(8 + 256);
  from.skip(from.uint(3) * 8);
  from.skip(from.uint(3) * 8);
  if (from.uint(3) === 1) from.skip(256);
  const lastPaid = from.uint(32);
  if (from.bit()) from.coins();
  const endLt = from.big(64);
  const balance = loadCurrency(from);
  const view = { ...kNone, balance, endLt, lastPaid };
  if (from.bit()) {
    if (from.bit()) from.skip(5);
    if (from.bit()) from.skip(2);
    const [code, data, libraries] = [from.maybeRef(), from.maybeRef(), from.maybeRef()];
    return { ...view, status: 'active', code, data, libraries };
  }
  return from.bit() ? { ...view, status: 'frozen', stateHash: from.hash() } : { ...view, status: 'uninit' };
}

export function findAccount(accounts: Cell | null, address: Hash, visit?: Visit): ShardAccount | null {
  const found = kShardAccounts.find(accounts, keyOfHash(address), visit);
  return found === null ? null : loadShardAccount(found);
}

function loadShardAccount({ value }: Found<bigint>): ShardAccount {
  const from = value.clone();
  return { account: from.ref(), lastTransHash: from.hash(), lastTransLt: from.big(64) };
}

export const shardAccountCell = (value: ShardAccount | null): Cell => {
  const { account, lastTransHash, lastTransLt } = value ?? {
    account: kNoAccount,
    lastTransHash: kZeroHash,
    lastTransLt: 0n,
  };
  return build().ref(account).hash(lastTransHash).uint(lastTransLt, 64).end();
};

export function parseShardAccount(cell: Cell): ShardAccount {
  const from = open(cell);
  return { account: from.ref(), lastTransHash: from.hash(), lastTransLt: from.big(64) };
}

/** The dictionary's leaf; null (delete) for an account that is no more. */
export function accountLeaf(value: ShardAccount): Leaf<bigint> | null {
  const { status, balance } = viewAccount(value.account);
  if (status === 'none') return null;
  return {
    extra: balance,
    write: (to) => void to.ref(value.account).hash(value.lastTransHash).uint(value.lastTransLt, 64),
  };
}
