// The chain on disk: segments, each a snapshot and the blocks after it, in folders named by their first block. A block is
// announced only after `append` returned; a record torn by a crash was never announced and is cut off. The oldest segments
// are removed when all together grow beyond a given size; key blocks are kept apart, forever.
import { closeSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { readSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Tip } from '../tlb/tip.ts';
import { replaceFile, syncFolder, writeAll } from './files.ts';
import { decodeHead, encodeRecord, isIntact, kHeadBytes, type Head, type StoredPair } from './record.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

/** Blocks of a segment: what a start replays at most. */
export const kSegmentBlocks = 256;
const kMinSegments = 2;

export interface Located {
  segment: number;
  /** Of the record in its log. */
  at: number;
  head: Head;
}

export class Segments {
  private readonly folder: string;
  private readonly keepBytes: number;
  private firsts: number[];
  private sizes = new Map<number, number>();
  private log = -1;
  private logBytes = 0;

  constructor(folder: string, keepBytes: number) {
    this.folder = folder;
    this.keepBytes = keepBytes;
    mkdirSync(join(folder, 'segments'), { recursive: true });
    mkdirSync(join(folder, 'keyblocks'), { recursive: true });
    const names = readdirSync(join(folder, 'segments'));
    for (const name of names.filter((name) => !/^\d+$/.test(name))) rmSync(this.path(name), { recursive: true });
    this.firsts = names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  get isEmpty(): boolean {
    return this.firsts.length === 0;
  }

  /** Every kept block, oldest first. The newest segment is checked to the last byte and cut where it is torn. */
  *scan(): Generator<Located> {
    for (const segment of this.firsts) {
      const isLast = segment === this.firsts.at(-1);
      const handle = openSync(this.logPath(segment), isLast ? 'r+' : 'r');
      const at = yield* this.scanLog(handle, segment, isLast);
      this.sizes.set(segment, at + statSync(this.snapshotPath(segment)).size);
      if (!isLast) {
        closeSync(handle);
        continue;
      }
      ftruncateSync(handle, at);
      closeSync(handle);
      this.open(segment, at);
    }
  }

  private *scanLog(handle: number, segment: number, check: boolean): Generator<Located, number> {
    let at = 0;
    for (;;) {
      const bytes = readAt(handle, at, kHeadBytes);
      const head = decodeHead(bytes);
      if (head === null) return at;
      if (check && !isIntact(readAt(handle, at, head.recordBytes), head)) return at;
      yield { segment, at, head };
      at += head.recordBytes;
    }
  }

  snapshot(segment: number): Tip {
    return readSnapshot(this.snapshotPath(segment));
  }

  get lastSegment(): number {
    return this.firsts.at(-1)!;
  }

  /** Makes a pair of blocks durable. */
  append(pair: StoredPair): Located {
    const record = encodeRecord(pair);
    const at = this.logBytes;
    writeAll(this.log, record);
    fdatasyncSync(this.log);
    this.logBytes += record.length;
    const segment = this.lastSegment;
    this.sizes.set(segment, (this.sizes.get(segment) ?? 0) + record.length);
    return { segment, at, head: decodeHead(record)! };
  }

  read({ segment, at, head }: Located, which: 'master' | 'shard'): Buffer {
    const place = head[which]!;
    const handle = openSync(this.logPath(segment), 'r');
    const bytes = readAt(handle, at + place.offset, place.length);
    closeSync(handle);
    return bytes;
  }

  /** Begins a segment after `tip`; returns the first block that is still kept. */
  begin(tip: Tip): number {
    const first = tip.master.id.seqno + 1;
    if (this.firsts.at(-1) === first) return this.firsts[0]!;
    const temporary = this.path('new');
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary);
    writeSnapshot(join(temporary, 'state.boc'), tip);
    closeSync(openSync(join(temporary, 'blocks.log'), 'w'));
    syncFolder(temporary);
    renameSync(temporary, this.path(first));
    syncFolder(join(this.folder, 'segments'));
    this.firsts.push(first);
    this.sizes.set(first, statSync(this.snapshotPath(first)).size);
    this.open(first, 0);
    this.forgetOld();
    return this.firsts[0]!;
  }

  keepKeyBlock(seqno: number, boc: Buffer): void {
    replaceFile(this.keyPath(seqno), boc);
  }

  keyBlock(seqno: number): Buffer {
    return readFileSync(this.keyPath(seqno));
  }

  /** Kept key blocks up to the newest block; what a crash left of one that was never announced is removed. */
  keyBlocks(newest: number): number[] {
    const names = readdirSync(join(this.folder, 'keyblocks')).filter((name) => /^\d+\.boc$/.test(name));
    const all = names.map((name) => parseInt(name, 10)).sort((a, b) => a - b);
    for (const seqno of all) if (seqno > newest) rmSync(this.keyPath(seqno));
    return all.filter((seqno) => seqno <= newest);
  }

  close(): void {
    if (this.log >= 0) closeSync(this.log);
    this.log = -1;
  }

  private open(segment: number, bytes: number): void {
    this.close();
    this.log = openSync(this.logPath(segment), 'a');
    this.logBytes = bytes;
  }

  private forgetOld(): void {
    let total = [...this.sizes.values()].reduce((a, b) => a + b, 0);
    while (total > this.keepBytes && this.firsts.length > kMinSegments) {
      const oldest = this.firsts.shift()!;
      total -= this.sizes.get(oldest) ?? 0;
      this.sizes.delete(oldest);
      rmSync(this.path(oldest), { recursive: true });
    }
  }

  private path(name: string | number): string {
    return join(this.folder, 'segments', String(name));
  }
  private logPath(segment: number): string {
    return join(this.path(segment), 'blocks.log');
  }
  private snapshotPath(segment: number): string {
    return join(this.path(segment), 'state.boc');
  }
  private keyPath(seqno: number): string {
    return join(this.folder, 'keyblocks', `${seqno}.boc`);
  }
}

function readAt(handle: number, at: number, length: number): Buffer {
  const out = Buffer.alloc(length);
  let got = 0;
  while (got < length) {
    const count = readSync(handle, out, got, length - got, at + got);
    if (count === 0) break;
    got += count;
  }
  return out.subarray(0, got);
}
