// Proofs about states: accounts, shards, configuration, earlier blocks, libraries. Each shows the way from the state's root.
import type { Cell, Hash } from '../cells/cell.ts';
import { merkleProof, Shown } from '../cells/merkle.ts';
import { accountsCell } from '../tlb/shard_state.ts';
import { findAccount, type ShardAccount } from '../tlb/account.ts';
import { findParam } from '../tlb/config.ts';
import { findPrevBlock, parseExtra } from '../tlb/masterchain.ts';
import { parseShardHashes } from '../tlb/shards.ts';
import { findLibrary } from '../chain/libraries.ts';
import type { Side } from '../tlb/tip.ts';
import { showSigningParams } from './block.ts';

function stateProof(root: Cell, more: (shown: Shown) => void): Cell {
  const shown = new Shown();
  shown.show(root);
  more(shown);
  return merkleProof(root, (cell) => shown.has(cell));
}

/** Shows where the account is or would be; the account itself stays hidden. */
export function accountProof(side: Side, address: Hash): { proof: Cell; found: ShardAccount | null } {
  let found: ShardAccount | null = null;
  const proof = stateProof(side.root, (shown) => {
    shown.show(accountsCell(side.root));
    found = findAccount(side.state.accounts, address, shown.show);
  });
  return { proof, found };
}

export const shardProof = (master: Side): Cell =>
  stateProof(master.root, (shown) => {
    shown.show(master.state.custom!);
    parseShardHashes(parseExtra(master.state.custom!).shards, shown.show);
  });

/** Shows the asked parameters, or all of them. */
export const configProof = (master: Side, params: readonly number[] | 'all'): Cell =>
  stateProof(master.root, (shown) => {
    const { config } = parseExtra(master.state.custom!);
    shown.show(master.state.custom!);
    if (params === 'all') return shown.showTree(config);
    for (const index of params) {
      const value = findParam(config, index, shown.show);
      if (value !== null) shown.showTree(value);
    }
  });

/** What a client that starts at the zerostate needs to check the first blocks. */
export const zerostateProof = (root: Cell, custom: Cell): Cell =>
  stateProof(root, (shown) => {
    shown.show(custom);
    showSigningParams(parseExtra(custom).config, shown);
  });

export const prevBlockProof = (master: Side, seqno: number): Cell =>
  stateProof(master.root, (shown) => {
    const custom = master.state.custom!;
    shown.show(custom);
    shown.show(custom.refs[2]!);
    findPrevBlock(parseExtra(custom).prevBlocks, seqno, shown.show);
  });

export const librariesProof = (master: Side, hashes: readonly Hash[]): Cell =>
  stateProof(master.root, (shown) => {
    shown.show(master.root.refs[2]!);
    for (const hash of hashes) findLibrary(master.state.libraries, hash, shown.show);
  });

/** The account's own cell with everything below it hidden. */
export const prunedAccount = (account: Cell): Cell => stateProof(account, () => {});
