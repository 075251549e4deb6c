// The chain of links that leads a client from a masterchain block it trusts to another: forward from key block to key block
// by signatures, backward by what a state says about earlier blocks.
import type { Cell } from '../cells/cell.ts';
import type { History } from '../chain/history.ts';
import { validatorsOf } from '../tlb/tip.ts';
import { listHash, type Signature } from '../chain/validators.ts';
import { parseHeader, type Header } from '../tlb/block.ts';
import { kMasterchain, sameBlock, type BlockId } from '../tlb/ids.ts';
import { headerProof, keyBlockProof } from './block.ts';
import { prevBlockProof, zerostateProof } from './state.ts';

export interface BackwardLink {
  kind: 'backward';
  toKeyBlock: boolean;
  from: BlockId;
  to: BlockId;
  /** Header of the destination; null for the zerostate, which has none. */
  destination: Cell | null;
  source: Cell;
  sourceState: Cell;
}
export interface ForwardLink {
  kind: 'forward';
  toKeyBlock: boolean;
  from: BlockId;
  to: BlockId;
  destination: Cell;
  /** Of the source's configuration. */
  config: Cell;
  validatorListHash: number;
  catchainSeqno: number;
  signatures: Signature[];
}
export type Link = BackwardLink | ForwardLink;

export const kMaxLinks = 16;

/** Why there is no way; the text is meant for the client. */
export class NoWayError extends Error {}

interface Known {
  id: BlockId;
  block: Cell | null;
  header: Header | null;
}

export function findWay(history: History, from: BlockId, to: BlockId): { links: Link[]; complete: boolean } {
  const start = find(history, from);
  const target = find(history, to);
  if (sameBlock(from, to)) return { links: [], complete: true };
  if (to.seqno < from.seqno) return { links: [backward(history, start, target)], complete: true };
  const links: Link[] = [];
  const first = history.keySeqnos.findLast((seqno) => seqno <= from.seqno)!;
  let at = first === from.seqno ? start : find(history, history.keyBlock(first).id);
  if (at !== start) links.push(backward(history, start, at));
  for (const seqno of history.keySeqnos.filter((key) => key > first && key <= to.seqno)) {
    if (links.length === kMaxLinks) return { links, complete: false };
    const next = find(history, history.keyBlock(seqno).id);
    links.push(forward(history, at, next));
    at = next;
  }
  if (at.id.seqno === to.seqno) return { links, complete: true };
  if (links.length === kMaxLinks) return { links, complete: false };
  return { links: [...links, forward(history, at, target)], complete: true };
}

function find(history: History, id: BlockId): Known {
  if (id.workchain !== kMasterchain) throw new NoWayError('only masterchain blocks can be proven so');
  const entry = history.index.find(id);
  if (entry !== null) {
    const block = history.block(entry);
    return { id, block, header: parseHeader(block) };
  }
  if (history.keySeqnos.includes(id.seqno)) {
    const key = history.keyBlock(id.seqno);
    if (sameBlock(key.id, id)) return { id, block: key.block, header: key.block && parseHeader(key.block) };
  }
  throw new NoWayError(`block ${id.seqno} of the masterchain is not known here`);
}

function backward(history: History, from: Known, to: Known): BackwardLink {
  const state = from.block === null ? null : history.states(from.id.seqno);
  if (from.block === null || state === null) throw new NoWayError(`the state after block ${from.id.seqno} is not kept`);
  return {
    kind: 'backward',
    toKeyBlock: isKey(to),
    from: from.id,
    to: to.id,
    destination: to.block === null ? null : headerProof(to.block),
    source: headerProof(from.block),
    sourceState: prevBlockProof(state.master, to.id.seqno),
  };
}

function forward(history: History, from: Known, to: Known): ForwardLink {
  const { block, header } = to;
  if (block === null || header === null) throw new NoWayError('nothing leads to a zerostate');
  const { root } = history.zerostate.master;
  const { config } = history.keyBlock(from.id.seqno);
  return {
    kind: 'forward',
    toKeyBlock: isKey(to),
    from: from.id,
    to: to.id,
    destination: headerProof(block),
    config: from.block === null ? zerostateProof(root, root.refs[3]!) : keyBlockProof(from.block),
    validatorListHash: listHash(validatorsOf(config), header.catchainSeqno),
    catchainSeqno: header.catchainSeqno,
    signatures: history.sign(to.id, from.id.seqno),
  };
}

const isKey = ({ header }: Known): boolean => header === null || header.keyBlock;
