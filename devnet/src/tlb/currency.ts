// Amounts: CurrencyCollection and what dictionaries sum up. Extra currencies do not exist on a devnet (nobody can mint
// them): collections are written without, and a dictionary that somebody put into a message can only hold nothing.
import type { Augmentation } from '../cells/dictionary.ts';
import type { Builder } from '../cells/builder.ts';
import type { Slice } from '../cells/slice.ts';

export function storeCurrency(to: Builder, nanotons: bigint): void {
  to.coins(nanotons).bit(0);
}

export function loadCurrency(from: Slice): bigint {
  const nanotons = from.coins();
  from.maybeRef();
  return nanotons;
}

export const kCurrencySum: Augmentation<bigint> = {
  empty: 0n,
  load: loadCurrency,
  store: storeCurrency,
  combine: (left, right) => left + right,
};

/** DepthBalanceInfo: the split depth is 0 for every account of an unsplit shard. */
export const kDepthBalance: Augmentation<bigint> = {
  empty: 0n,
  load: (from) => loadCurrency(from.skip(5)),
  store: (to, nanotons) => storeCurrency(to.uint(0, 5), nanotons),
  combine: (left, right) => left + right,
};

export interface ImportFees {
  fees: bigint;
  value: bigint;
}

export const kImportFees: Augmentation<ImportFees> = {
  empty: { fees: 0n, value: 0n },
  load: (from) => ({ fees: from.coins(), value: loadCurrency(from) }),
  store: (to, { fees, value }) => storeCurrency(to.coins(fees), value),
  combine: (left, right) => ({ fees: left.fees + right.fees, value: left.value + right.value }),
};

/** ShardFeeCreated: fees collected in shards and coins created there. */
export interface FeeCreated {
  fees: bigint;
  created: bigint;
}

export const kFeeCreated: Augmentation<FeeCreated> = {
  empty: { fees: 0n, created: 0n },
  load: (from) => ({ fees: loadCurrency(from), created: loadCurrency(from) }),
  store: (to, { fees, created }) => {
    storeCurrency(to, fees);
    storeCurrency(to, created);
  },
  combine: (left, right) => ({ fees: left.fees + right.fees, created: left.created + right.created }),
};

/** The smallest logical time below a node of an outbound queue. */
export const kMinLt: Augmentation<bigint> = {
  empty: 0n,
  load: (from) => from.big(64),
  store: (to, lt) => void to.uint(lt, 64),
  combine: (left, right) => (left < right ? left : right),
};
