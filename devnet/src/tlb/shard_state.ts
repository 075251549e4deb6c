// ShardStateUnsplit: the state of a workchain after a block, as a value and as a cell.
import { build } from '../cells/builder.ts';
import { CellError, type Cell } from '../cells/cell.ts';
import { open } from '../cells/slice.ts';
import { loadCurrency, storeCurrency } from './currency.ts';
import { kMasterchain, loadBlockRef, storeBlockRef, storeShardIdent, type BlockRef } from './ids.ts';
import { kShardAccounts } from './account.ts';
import { parseQueue, queueCell, type QueueState } from './queue.ts';

const kTag = 0x9023afe2;

export interface ShardState {
  globalId: number;
  workchain: number;
  seqno: number;
  genUtime: number;
  /** End of the block that led here. */
  genLt: bigint;
  minRefMcSeqno: number;
  queue: QueueState;
  accounts: Cell | null;
  totalBalance: bigint;
  totalFees: bigint;
  /** Public libraries of the masterchain, HashmapE 256 LibDescr. */
  libraries: Cell | null;
  master: BlockRef | null;
  /** McStateExtra. */
  custom: Cell | null;
}

export function stateCell(state: ShardState): Cell {
  const accounts = build();
  kShardAccounts.store(accounts, state.accounts);
  const details = build().uint(0, 64).uint(0, 64);
  storeCurrency(details, state.totalBalance);
  storeCurrency(details, state.totalFees);
  details.maybeRef(state.libraries).bit(state.master !== null);
  if (state.master !== null) storeBlockRef(details, state.master);
  const to = build().uint(kTag, 32).int(state.globalId, 32);
  storeShardIdent(to, state.workchain);
  to.uint(state.seqno, 32).uint(0, 32).uint(state.genUtime, 32).uint(state.genLt, 64).uint(state.minRefMcSeqno, 32);
  to.ref(queueCell(state.queue)).bit(0).ref(accounts.end()).ref(details.end());
  return to.maybeRef(state.custom).end();
}

export function parseState(cell: Cell): ShardState {
  const from = open(cell);
  if (from.uint(32) !== kTag) throw new CellError('not a shard state');
  const globalId = from.int(32);
  from.skip(2 + 6);
  const workchain = from.int(32);
  from.skip(64);
  const seqno = from.uint(32);
  from.skip(32);
  const genUtime = from.uint(32);
  const genLt = from.big(64);
  const minRefMcSeqno = from.uint(32);
  const queue = parseQueue(from.ref());
  from.skip(1);
  const accounts = kShardAccounts.load(open(from.ref()));
  const details = open(from.ref()).skip(128);
  const totalBalance = loadCurrency(details);
  const totalFees = loadCurrency(details);
  const libraries = details.maybeRef();
  const master = details.bit() ? loadBlockRef(details, kMasterchain) : null;
  const custom = from.maybeRef();
  return {
    globalId,
    workchain,
    seqno,
    genUtime,
    genLt,
    minRefMcSeqno,
    queue,
    accounts,
    totalBalance,
    totalFees,
    libraries,
    master,
    custom,
  };
}

/** The cell that holds the accounts' dictionary. */
export const accountsCell = (state: Cell): Cell => state.refs[1]!;
