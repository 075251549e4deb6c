// The newest block of both workchains and their states: everything the next block depends on.
import type { Cell } from '../cells/cell.ts';
import { findParam, parseValidators, type Validator } from './config.ts';
import type { BlockId, BlockRef } from './ids.ts';
import { parseExtra, type MasterExtra } from './masterchain.ts';
import { parseState, type ShardState } from './shard_state.ts';

export interface Side {
  id: BlockId;
  root: Cell;
  state: ShardState;
}

export interface Tip {
  master: Side;
  shard: Side;
  extra: MasterExtra;
}

export const sideOf = (id: BlockId, root: Cell): Side => ({ id, root, state: parseState(root) });

export const tipOf = (master: Side, shard: Side): Tip => ({ master, shard, extra: parseExtra(master.state.custom!) });

export const refOf = (side: Side): BlockRef => ({ ...side.id, endLt: side.state.genLt });

const kValidatorsParam = 34;

/** The validators that sign the block after this tip. */
export const validatorsOf = (config: Cell): Validator[] => parseValidators(findParam(config, kValidatorsParam)!);

/** The newest key block at or before the tip; the zerostate counts as one. */
export const prevKeyBlockSeqno = ({ master, extra }: Tip): number =>
  extra.afterKeyBlock ? master.id.seqno : (extra.lastKeyBlock?.seqno ?? 0);
