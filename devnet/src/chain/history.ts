// Everything that has been announced: blocks, states, key blocks. Reads go to memory where it holds them and else to disk;
// what is no longer kept is answered with null, never with something else.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOne } from '../cells/boc.ts';
import { sha256, type Cell } from '../cells/cell.ts';
import { applyUpdate } from '../cells/merkle.ts';
import { replaceFile } from '../storage/files.ts';
import { loadSecrets, type Secrets } from '../storage/secrets.ts';
import { kSegmentBlocks, Segments } from '../storage/segments.ts';
import { masterExtraOf, parseHeader, updateOf } from '../tlb/block.ts';
import { kBasechain, kMasterchain, type BlockId } from '../tlb/ids.ts';
import { makeGenesis } from './genesis.ts';
import { BlockIndex, type Entry } from './index.ts';
import { kRecentStates } from './limits.ts';
import { Lru } from './lru.ts';
import type { MadeBlock } from './blocks.ts';
import { sideOf, tipOf, validatorsOf, type Side, type Tip } from '../tlb/tip.ts';
import { ValidatorKeys, type Signature } from './validators.ts';

const kBlockLimits = { maxRoots: 1, maxCells: 1 << 22 };
const kCachedBlocks = 64;
const kCachedKeyBlocks = 64;
const kRebuiltStates = 4;

export interface HistoryOptions {
  folder: string;
  keepBytes: number;
  globalId: number;
  validatorCount: number;
  /** Unix time of the zerostate, should there be no chain yet. */
  now: number;
}

export interface States {
  master: Side;
  shard: Side;
}

export interface Zerostate {
  id: BlockId;
  root: Cell;
  boc: Buffer;
}

/** A key block, or the zerostate, which is one in all but form. */
export interface KeyBlock {
  id: BlockId;
  /** The block, or null for the zerostate. */
  block: Cell | null;
  config: Cell;
}

export class History {
  readonly secrets: Secrets;
  readonly keys: ValidatorKeys;
  readonly index = new BlockIndex();
  readonly zerostate: { master: Zerostate; shard: Zerostate };
  /** Ascending; 0 is the zerostate. */
  readonly keySeqnos: number[];
  private readonly segments: Segments;
  private readonly recent = new Map<number, States>();
  private readonly rebuilt = new Lru<number, States | null>(kRebuiltStates);
  private readonly blocks = new Lru<string, Cell>(kCachedBlocks);
  private readonly keyBlocks = new Lru<number, KeyBlock>(kCachedKeyBlocks);
  private current: Tip;

  constructor(options: HistoryOptions) {
    mkdirSync(options.folder, { recursive: true });
    this.secrets = loadSecrets(options.folder, options);
    this.keys = new ValidatorKeys(Buffer.from(this.secrets.validators, 'hex'), this.secrets.validatorCount);
    this.segments = new Segments(options.folder, options.keepBytes);
    if (this.segments.isEmpty) this.begin(options);
    this.zerostate = {
      master: loadZerostate(options.folder, kMasterchain),
      shard: loadZerostate(options.folder, kBasechain),
    };
    this.current = this.replay();
    this.keySeqnos = [0, ...this.segments.keyBlocks(this.current.master.id.seqno)];
  }

  get tip(): Tip {
    return this.current;
  }

  /** Makes blocks durable and then the newest. */
  append(master: MadeBlock, shard: MadeBlock | null): void {
    const header = parseHeader(master.block);
    if (header.keyBlock) this.segments.keepKeyBlock(master.id.seqno, master.boc);
    const stored = (made: MadeBlock) => ({
      id: made.id,
      utime: made.side.state.genUtime,
      startLt: made.startLt,
      endLt: made.side.state.genLt,
      boc: made.boc,
    });
    this.index.add(this.segments.append({ master: stored(master), shard: shard === null ? null : stored(shard) }));
    this.current = tipOf(master.side, shard?.side ?? this.current.shard);
    if (header.keyBlock) this.keySeqnos.push(master.id.seqno);
    this.remember(this.current);
    if (master.id.seqno + 1 - this.segments.lastSegment >= kSegmentBlocks) this.snapshot();
  }

  /** Begins a new segment, so that the next start replays nothing. */
  snapshot(): void {
    this.index.forgetBefore(this.segments.begin(this.current));
  }

  close(): void {
    this.segments.close();
  }

  /** States after a masterchain block, if that is still kept. */
  states(seqno: number): States | null {
    return this.recent.get(seqno) ?? this.rebuilt.get(seqno, () => this.rebuild(seqno));
  }

  /** The state of a block of either workchain, with the states it came with. */
  sideOf(id: BlockId): Side | null {
    const entry = this.index.find(id);
    const zero = id.workchain === kMasterchain ? this.zerostate.master : this.zerostate.shard;
    const masterSeqno = entry?.masterSeqno ?? (id.seqno === 0 && id.rootHash === zero.id.rootHash ? 0 : null);
    const states = masterSeqno === null ? null : this.states(masterSeqno);
    return (id.workchain === kMasterchain ? states?.master : states?.shard) ?? null;
  }

  boc(entry: Entry): Buffer {
    return this.segments.read(entry.located, entry.id.workchain === kMasterchain ? 'master' : 'shard');
  }

  block(entry: Entry): Cell {
    return this.blocks.get(entry.id.rootHash, () => parseOne(this.boc(entry), kBlockLimits));
  }

  keyBlock(seqno: number): KeyBlock {
    return this.keyBlocks.get(seqno, () => {
      if (seqno === 0) {
        const { id, root } = this.zerostate.master;
        return { id, block: null, config: tipOf(sideOf(id, root), this.current.shard).extra.config };
      }
      const boc = this.segments.keyBlock(seqno);
      const block = parseOne(boc, kBlockLimits);
      const id = { workchain: kMasterchain, seqno, rootHash: block.hash(), fileHash: sha256(boc) };
      return { id, block, config: configOfKeyBlock(block) };
    });
  }

  /** Signatures under a masterchain block by the validators of the key block before it. */
  sign(id: BlockId, prevKeyBlockSeqno: number): Signature[] {
    return this.keys.sign(validatorsOf(this.keyBlock(prevKeyBlockSeqno).config), id);
  }

  private begin(options: HistoryOptions): void {
    const { globalId } = this.secrets;
    const genesis = makeGenesis({ globalId, now: options.now, validators: this.keys.next(null) });
    replaceFile(zerostatePath(options.folder, kMasterchain), genesis.masterBoc);
    replaceFile(zerostatePath(options.folder, kBasechain), genesis.shardBoc);
    this.segments.begin(genesis.tip);
  }

  private replay(): Tip {
    let tip: Tip | null = null;
    for (const located of this.segments.scan()) {
      this.index.add(located);
      if (located.segment !== this.segments.lastSegment) continue;
      tip = this.advance(tip ?? this.start(located.segment), this.index.master.last);
      this.remember(tip);
    }
    return tip !== null && tip.master.id.seqno >= this.segments.lastSegment
      ? tip
      : this.start(this.segments.lastSegment);
  }

  private start(segment: number): Tip {
    const tip = this.segments.snapshot(segment);
    this.remember(tip);
    return tip;
  }

  private remember(tip: Tip): void {
    this.recent.set(tip.master.id.seqno, tip);
    this.recent.delete(tip.master.id.seqno - kRecentStates);
  }

  private rebuild(seqno: number): States | null {
    const entry = this.index.master.get(seqno);
    const next = this.index.master.get(seqno + 1);
    const segment = entry?.located.segment ?? next?.located.segment;
    if (segment === undefined) return null;
    let tip = this.segments.snapshot(segment);
    while (tip.master.id.seqno < seqno) tip = this.advance(tip, tip.master.id.seqno + 1);
    return tip.master.id.seqno === seqno ? tip : null;
  }

  /** The states after the masterchain block `seqno`, the one after `tip`. */
  private advance(tip: Tip, seqno: number): Tip {
    const entry = this.index.master.get(seqno)!;
    const shard = entry.located.head.shard;
    const shardEntry = shard === null ? null : this.index.shard.get(shard.id.seqno);
    const apply = (side: Side, of: Entry): Side =>
      sideOf(of.id, applyUpdate(side.root, updateOf(parseOne(this.boc(of), kBlockLimits))));
    return tipOf(apply(tip.master, entry), shardEntry === null ? tip.shard : apply(tip.shard, shardEntry));
  }
}

/** ConfigParams is the last thing in McBlockExtra, its dictionary the last reference. */
const configOfKeyBlock = (block: Cell): Cell => masterExtraOf(block).refs.at(-1)!;

const zerostatePath = (folder: string, workchain: number): string =>
  join(folder, workchain === kMasterchain ? 'zerostate-master.boc' : 'zerostate-shard.boc');

function loadZerostate(folder: string, workchain: number): Zerostate {
  const path = zerostatePath(folder, workchain);
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  const boc = readFileSync(path);
  const root = parseOne(boc);
  return { id: { workchain, seqno: 0, rootHash: root.hash(), fileHash: sha256(boc) }, root, boc };
}
