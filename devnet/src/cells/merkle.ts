// Merkle proofs and Merkle updates: trees of which only some cells are shown. What is not shown is replaced by a pruned
// branch with its hash and depth, so that the root's level-0 hash stays what it was.
import { build } from './builder.ts';
import { Cell, CellError, countLevels, type Hash } from './cell.ts';

/** Cells to be shown, by representation hash. Collected with `show` while reading what the proof is about. */
export class Shown {
  private readonly hashes = new Set<Hash>();

  readonly show = (cell: Cell): void => void this.hashes.add(cell.hash());

  showTree(cell: Cell): void {
    const stack = [cell];
    const seen = new Set<Hash>();
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (seen.has(top.hash())) continue;
      seen.add(top.hash());
      this.show(top);
      stack.push(...top.refs);
    }
  }

  has(cell: Cell): boolean {
    return this.hashes.has(cell.hash());
  }
}

/** A pruned branch for `cell`; `depth` counts the Merkle cells above it, 1 for a proof. */
export function pruned(cell: Cell, depth: number): Cell {
  const mask = cell.mask | (1 << (depth - 1));
  const levels = [0, 1, 2].filter((level) => level < depth && (level === 0 || mask & (1 << (level - 1))));
  if (levels.length !== countLevels(mask)) throw new CellError('cannot prune a cell of this level');
  const to = build().uint(1, 8).uint(mask, 8);
  for (const level of levels) to.hash(cell.hash(level));
  for (const level of levels) to.uint(cell.depth(level), 16);
  return to.end('exotic');
}

/** The tree of `root` with every cell pruned for which `keep` is false, each distinct cell once. */
export function prune(root: Cell, keep: (cell: Cell) => boolean, depth = 1): Cell {
  const done = new Map<string, Cell>();
  const walk = (cell: Cell, at: number): Cell => {
    const key = `${at}${cell.hash()}`;
    const earlier = done.get(key);
    if (earlier !== undefined) return earlier;
    const result = keep(cell) ? rebuild(cell, at) : pruned(cell, at);
    done.set(key, result);
    return result;
  };
  const rebuild = (cell: Cell, at: number): Cell => {
    const inside = cell.kind === 'merkle_proof' || cell.kind === 'merkle_update' ? at + 1 : at;
    const refs = cell.refs.map((child) => walk(child, inside));
    if (refs.every((child, i) => child === cell.refs[i])) return cell;
    return new Cell(cell.data, cell.bits, refs, cell.isExotic ? 'exotic' : 'ordinary');
  };
  return rebuild(root, depth);
}

export function merkleProof(root: Cell, keep: (cell: Cell) => boolean): Cell {
  return proofOf(prune(root, keep));
}

function proofOf(body: Cell): Cell {
  return build().uint(3, 8).hash(body.hash(0)).uint(body.depth(0), 16).ref(body).end('exotic');
}

/**
 * The update from `before` to `after`. `touched` are the cells of `before` that may have been replaced: a part of `after`
 * that is one of them or hangs below one of them is not written again, and of `before` only the way to such parts is shown.
 * Exotic cells inside are taken whole or not at all.
 */
export function merkleUpdate(before: Cell, after: Cell, touched: readonly Cell[]): Cell {
  const visited = new Set(touched.map((cell) => cell.hash()));
  const known = within(before, visited);
  const reused = new Set<Hash>();
  const whole = new Shown();
  const shownAfter = prune(after, (cell) => {
    if (!known.has(cell.hash())) {
      if (cell.isExotic) whole.showTree(cell);
      return true;
    }
    if (whole.has(cell)) return true;
    reused.add(cell.hash());
    return false;
  });
  const ways = waysTo(before, visited, reused);
  const shownBefore = prune(before, (cell) => ways.has(cell.hash()));
  return build()
    .uint(4, 8)
    .hash(shownBefore.hash(0))
    .hash(shownAfter.hash(0))
    .uint(shownBefore.depth(0), 16)
    .uint(shownAfter.depth(0), 16)
    .ref(shownBefore)
    .ref(shownAfter)
    .end('exotic');
}

/** Hashes of `root`, of the visited cells on unbroken ways from it, and of their children; none behind an exotic cell. */
function within(root: Cell, visited: ReadonlySet<Hash>): Set<Hash> {
  const found = new Set<Hash>();
  const walk = (cell: Cell): void => {
    if (found.has(cell.hash())) return;
    found.add(cell.hash());
    if (visited.has(cell.hash()) && !cell.isExotic) cell.refs.forEach(walk);
  };
  walk(root);
  return found;
}

/** Hashes of visited cells that have a reused cell somewhere below them (and may be reused too). */
function waysTo(root: Cell, visited: ReadonlySet<Hash>, reused: ReadonlySet<Hash>): Set<Hash> {
  const leads = new Map<Hash, boolean>();
  const walk = (cell: Cell): boolean => {
    const earlier = leads.get(cell.hash());
    if (earlier === undefined) {
      let below = false;
      if (visited.has(cell.hash()) && !cell.isExotic) for (const child of cell.refs) below = walk(child) || below;
      leads.set(cell.hash(), below);
    }
    return leads.get(cell.hash())! || reused.has(cell.hash());
  };
  walk(root);
  return new Set([...leads].filter(([, value]) => value).map(([hash]) => hash));
}

/** The state after an update, or an error if `before` is not the state that the update starts from. */
export function applyUpdate(before: Cell, update: Cell): Cell {
  const [from, to] = update.refs;
  if (update.kind !== 'merkle_update' || from === undefined || to === undefined) throw new CellError('not an update');
  if (from.hash(0) !== before.hash()) throw new CellError('update of another state');
  const known = new Map<Hash, Cell>();
  const collect = (whole: Cell, part: Cell): void => {
    if (known.has(whole.hash())) return;
    known.set(whole.hash(), whole);
    if (part.kind === 'pruned') return;
    for (const [i, child] of part.refs.entries()) collect(whole.refs[i]!, child);
  };
  collect(before, from);
  const done = new Map<Hash, Cell>();
  const restore = (cell: Cell): Cell => {
    if ((cell.mask & 1) === 0) return cell;
    const earlier = done.get(cell.hash());
    if (earlier !== undefined) return earlier;
    const result =
      cell.kind === 'pruned'
        ? known.get(cell.hash(0))
        : new Cell(cell.data, cell.bits, cell.refs.map(restore), cell.isExotic ? 'exotic' : 'ordinary');
    if (result === undefined) throw new CellError('the update lacks a cell');
    done.set(cell.hash(), result);
    return result;
  };
  const after = restore(to);
  if (after.hash() !== to.hash(0)) throw new CellError('the update does not lead to its state');
  return after;
}
