// Finds blocks that are kept on disk, by number, logical time and time. Numbers are contiguous, times rise.
import type { Hash } from '../cells/cell.ts';
import type { Located } from '../storage/segments.ts';
import type { Summary } from '../storage/record.ts';
import { kBasechain, kMasterchain, type BlockId } from '../tlb/ids.ts';

export interface Entry extends Summary {
  located: Located;
  /** The masterchain block that came with it (itself, for one of the masterchain). */
  masterSeqno: number;
}

class Line {
  private readonly entries = new Map<number, Entry>();
  first = 0;
  last = -1;

  add(entry: Entry): void {
    if (this.entries.size === 0) this.first = entry.id.seqno;
    this.last = entry.id.seqno;
    this.entries.set(entry.id.seqno, entry);
  }

  get(seqno: number): Entry | null {
    return this.entries.get(seqno) ?? null;
  }

  /** The first entry for which `reached` holds; it must hold for all later ones. */
  firstWhere(reached: (entry: Entry) => boolean): Entry | null {
    let low = this.first;
    let high = this.last + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (reached(this.entries.get(middle)!)) high = middle;
      else low = middle + 1;
    }
    return this.get(low);
  }

  forget(isOld: (entry: Entry) => boolean): void {
    for (let entry = this.get(this.first); entry !== null && isOld(entry); entry = this.get(this.first)) {
      this.entries.delete(this.first++);
    }
  }
}

export class BlockIndex {
  readonly master = new Line();
  readonly shard = new Line();

  add(located: Located): void {
    const { master, shard } = located.head;
    const masterSeqno = master.id.seqno;
    this.master.add({ ...pick(master), located, masterSeqno });
    if (shard !== null) this.shard.add({ ...pick(shard), located, masterSeqno });
  }

  line(workchain: number): Line | null {
    if (workchain === kMasterchain) return this.master;
    return workchain === kBasechain ? this.shard : null;
  }

  /** Exactly this block, by all parts of its name. */
  find(id: BlockId): Entry | null {
    const entry = this.line(id.workchain)?.get(id.seqno) ?? null;
    return entry !== null && hashes(entry.id) === hashes(id) ? entry : null;
  }

  byLt(workchain: number, lt: bigint): Entry | null {
    return this.line(workchain)?.firstWhere((entry) => entry.endLt >= lt) ?? null;
  }

  /** The last block at or before a time. */
  byTime(workchain: number, utime: number): Entry | null {
    const line = this.line(workchain);
    if (line === null) return null;
    const after = line.firstWhere((entry) => entry.utime > utime);
    return line.get(after === null ? line.last : after.id.seqno - 1);
  }

  forgetBefore(masterSeqno: number): void {
    const isOld = (entry: Entry): boolean => entry.masterSeqno < masterSeqno;
    this.master.forget(isOld);
    this.shard.forget(isOld);
  }
}

const hashes = (id: BlockId): Hash => id.rootHash + id.fileHash;
const pick = ({ id, utime, startLt, endLt }: Summary): Summary => ({ id, utime, startLt, endLt });
