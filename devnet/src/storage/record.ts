// What is kept of one masterchain block and the basechain block it came with: a record of the log. It begins with what the
// index needs, so that a start reads no blocks that it does not replay.
import { crc32c } from '../cells/crc32c.ts';
import { kBasechain, kMasterchain, type BlockId } from '../tlb/ids.ts';

export interface Summary {
  id: BlockId;
  utime: number;
  startLt: bigint;
  endLt: bigint;
}

export interface StoredBlock extends Summary {
  boc: Buffer;
}

export interface StoredPair {
  master: StoredBlock;
  shard: StoredBlock | null;
}

/** Length and checksum of the head; length and checksum of the whole. */
const kPrefixBytes = 8;
const kSummaryBytes = 4 + 4 + 8 + 8 + 32 + 32 + 4;
export const kHeadBytes = kPrefixBytes + 2 * kSummaryBytes;
const kNoSeqno = 0xffffffff;

export function encodeRecord({ master, shard }: StoredPair): Buffer {
  const body = Buffer.concat([
    encodeSummary(master, master.boc.length),
    shard === null ? encodeNothing() : encodeSummary(shard, shard.boc.length),
    master.boc,
    shard?.boc ?? Buffer.alloc(0),
  ]);
  const prefix = Buffer.alloc(kPrefixBytes);
  prefix.writeUInt32LE(body.length, 0);
  prefix.writeUInt32LE(crc32c(body), 4);
  return Buffer.concat([prefix, body]);
}

function encodeSummary({ id, utime, startLt, endLt }: Summary, length: number): Buffer {
  const out = Buffer.alloc(kSummaryBytes);
  out.writeUInt32LE(id.seqno, 0);
  out.writeUInt32LE(utime, 4);
  out.writeBigUInt64LE(startLt, 8);
  out.writeBigUInt64LE(endLt, 16);
  out.write(id.rootHash + id.fileHash, 24, 'hex');
  out.writeUInt32LE(length, 88);
  return out;
}

function encodeNothing(): Buffer {
  const out = Buffer.alloc(kSummaryBytes);
  out.writeUInt32LE(kNoSeqno, 0);
  return out;
}

export interface Place {
  /** From the start of the record. */
  offset: number;
  length: number;
}

export interface Head {
  recordBytes: number;
  checksum: number;
  master: Summary & Place;
  shard: (Summary & Place) | null;
}

/** The head of a record, or null when there is no whole one. */
export function decodeHead(bytes: Buffer): Head | null {
  if (bytes.length < kHeadBytes) return null;
  const bodyBytes = bytes.readUInt32LE(0);
  const [masterLength, master] = decodeSummary(bytes, kPrefixBytes, kMasterchain);
  const [shardLength, shard] = decodeSummary(bytes, kPrefixBytes + kSummaryBytes, kBasechain);
  if (bodyBytes !== 2 * kSummaryBytes + masterLength + shardLength) return null;
  return {
    recordBytes: kPrefixBytes + bodyBytes,
    checksum: bytes.readUInt32LE(4),
    master: { ...master, offset: kHeadBytes, length: masterLength },
    shard: shard.id.seqno === kNoSeqno ? null : { ...shard, offset: kHeadBytes + masterLength, length: shardLength },
  };
}

function decodeSummary(bytes: Buffer, at: number, workchain: number): [number, Summary] {
  const hashes = bytes.toString('hex', at + 24, at + 88);
  const id = { workchain, seqno: bytes.readUInt32LE(at), rootHash: hashes.slice(0, 64), fileHash: hashes.slice(64) };
  const utime = bytes.readUInt32LE(at + 4);
  const startLt = bytes.readBigUInt64LE(at + 8);
  return [bytes.readUInt32LE(at + 88), { id, utime, startLt, endLt: bytes.readBigUInt64LE(at + 16) }];
}

/** Whether the bytes of a record are as they were written. */
export const isIntact = (record: Buffer, head: Head): boolean =>
  record.length === head.recordBytes && crc32c(record.subarray(kPrefixBytes)) === head.checksum;
