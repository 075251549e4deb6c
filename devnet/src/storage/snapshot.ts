// The states of both workchains after a masterchain block, in one file that proves itself intact.
import { readFileSync } from 'node:fs';
import { parseBoc, serializeBoc } from '../cells/boc.ts';
import { sha256 } from '../cells/cell.ts';
import { sideOf, tipOf, type Tip } from '../tlb/tip.ts';
import type { BlockId } from '../tlb/ids.ts';
import { writeSynced } from './files.ts';

const kMaxCells = 1 << 26;

export function writeSnapshot(path: string, { master, shard }: Tip): void {
  const ids = Buffer.from(JSON.stringify([master.id, shard.id]));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(ids.length, 0);
  const body = Buffer.concat([length, ids, serializeBoc([master.root, shard.root])]);
  writeSynced(path, Buffer.concat([Buffer.from(sha256(body), 'hex'), body]));
}

export function readSnapshot(path: string): Tip {
  const bytes = readFileSync(path);
  const body = bytes.subarray(32);
  if (sha256(body) !== bytes.toString('hex', 0, 32)) throw new Error(`${path} is damaged`);
  const length = body.readUInt32LE(0);
  const [master, shard] = JSON.parse(body.toString('utf8', 4, 4 + length)) as [BlockId, BlockId];
  const [masterRoot, shardRoot] = parseBoc(Buffer.from(body.subarray(4 + length)), {
    maxRoots: 2,
    maxCells: kMaxCells,
  });
  return tipOf(sideOf(master, masterRoot!), sideOf(shard, shardRoot!));
}
