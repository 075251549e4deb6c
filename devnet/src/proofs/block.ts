// Proofs about blocks: their headers, what key blocks say about validators, what is in them.
import type { Cell, Hash } from '../cells/cell.ts';
import { keyOf, keyOfHash, type Visit } from '../cells/dictionary.ts';
import { merkleProof, Shown } from '../cells/merkle.ts';
import {
  accountBlocksOf,
  accountTransactions,
  extraOf,
  headerOf,
  kAccountBlocks,
  kTransactions,
  masterExtraOf,
  rootOfAccountBlocks,
  updateOf,
} from '../tlb/block.ts';
import { findParam } from '../tlb/config.ts';

/** Parameters that determine who may sign: catchain configuration and current validators. */
const kSigningParams = [28, 34];

export type HeaderDetail = 'header' | 'header_and_state';

/** Shows the header and, for proofs about the state after the block, the root of the state update. */
export function headerProof(
  block: Cell,
  detail: HeaderDetail = 'header_and_state',
  more?: (shown: Shown) => void,
): Cell {
  const shown = new Shown();
  shown.show(block);
  shown.showTree(headerOf(block));
  if (detail === 'header_and_state') shown.show(updateOf(block));
  more?.(shown);
  return merkleProof(block, (cell) => shown.has(cell));
}

/** Shows a key block's header and the parameters that name its successors' validators. */
export function keyBlockProof(block: Cell): Cell {
  return headerProof(block, 'header_and_state', (shown) => {
    const extra = masterExtraOf(block);
    shown.show(extraOf(block));
    shown.show(extra);
    showSigningParams(extra.refs.at(-1)!, shown);
  });
}

export function showSigningParams(config: Cell, shown: Shown): void {
  for (const index of kSigningParams) {
    const value = findParam(config, index, shown.show);
    if (value !== null) shown.showTree(value);
  }
}

/** Shows the header and ShardHashes of a masterchain block. */
export function shardHashesProof(block: Cell): Cell {
  return headerProof(block, 'header_and_state', (shown) => {
    const extra = masterExtraOf(block);
    shown.show(extraOf(block));
    shown.show(extra);
    shown.showTree(extra.refs[0]!);
  });
}

/** Shows the header and the way to a transaction, or to where it would be. */
export function transactionProof(block: Cell, account: Hash, lt: bigint): { proof: Cell; transaction: Cell | null } {
  let transaction: Cell | null = null;
  const proof = headerProof(block, 'header', (shown) => {
    showAccountBlocks(block, shown);
    transaction = findTransaction(block, account, lt, shown.show);
  });
  return { proof, transaction };
}

/** Shows the header and the lists of transactions, but no transaction. */
export function transactionListProof(block: Cell): Cell {
  return headerProof(block, 'header', (shown) => {
    showAccountBlocks(block, shown);
    for (const { value } of kAccountBlocks.entries(rootOfAccountBlocks(block), 'ascending', shown.show)) {
      for (const _ of kTransactions.entries(accountTransactions(value), 'ascending', shown.show));
    }
  });
}

function showAccountBlocks(block: Cell, shown: Shown): void {
  shown.show(extraOf(block));
  shown.show(accountBlocksOf(block));
}

export function findTransaction(block: Cell, account: Hash, lt: bigint, visit?: Visit): Cell | null {
  const found = kAccountBlocks.find(rootOfAccountBlocks(block), keyOfHash(account), visit);
  if (found === null) return null;
  return kTransactions.find(accountTransactions(found.value), keyOf(lt, 64), visit)?.value.ref() ?? null;
}
