// The devnet's validators: keys drawn from one secret, their set hash, their signatures.
import { hkdfSync, sign } from 'node:crypto';
import type { Hash } from '../cells/cell.ts';
import { crc32c } from '../cells/crc32c.ts';
import type { BlockId } from '../tlb/ids.ts';
import { ed25519FromSeed, keyId, type Ed25519Key } from '../tlb/keys.ts';
import type { Validator } from '../tlb/config.ts';

const kListHashTag = -1877581587;
/** TL constructor ton.blockId. */
const kBlockIdTag = Buffer.from('706e0bc5', 'hex');
/** Every validator has the same weight. */
const kWeight = 17n;
/** Changes of validators over the life of a chain. */
const kMaxGenerations = 4096;

/** Hash of a validator set that block headers and signature sets name. */
export function listHash(validators: readonly Validator[], catchainSeqno: number): number {
  const head = Buffer.alloc(12);
  head.writeInt32LE(kListHashTag, 0);
  head.writeUInt32LE(catchainSeqno, 4);
  head.writeUInt32LE(validators.length, 8);
  const entries = validators.map(({ publicKey, weight }) => {
    const tail = Buffer.alloc(40);
    tail.writeBigUInt64LE(weight, 0);
    return Buffer.concat([publicKey, tail]);
  });
  return crc32c(Buffer.concat([head, ...entries]));
}

/** The set for basechain blocks: one validator of weight 1, as param 28 says. */
export const shardSubset = (validators: readonly Validator[]): Validator[] => [{ ...validators[0]!, weight: 1n }];

export interface Signature {
  nodeId: Hash;
  signature: Buffer;
}

/** All keys of all generations; generation g replaces generation g - 1 by a key block. */
export class ValidatorKeys {
  private readonly seed: Buffer;
  private readonly count: number;
  private readonly known = new Map<string, Ed25519Key>();

  constructor(seed: Buffer, count: number) {
    this.seed = seed;
    this.count = count;
  }

  /** The set after `set`, or the first one. */
  next(set: readonly Validator[] | null): Validator[] {
    const generation = set === null ? 0 : this.generationOf(set) + 1;
    return this.generation(generation).map(({ publicKey }) => ({ publicKey, weight: kWeight }));
  }

  sign(set: readonly Validator[], block: BlockId): Signature[] {
    this.generationOf(set);
    const bytes = Buffer.concat([kBlockIdTag, Buffer.from(block.rootHash + block.fileHash, 'hex')]);
    return set.map(({ publicKey }) => ({
      nodeId: keyId(publicKey),
      signature: sign(null, bytes, this.known.get(publicKey.toString('hex'))!.private),
    }));
  }

  private generationOf(set: readonly Validator[]): number {
    for (let generation = 0; generation < kMaxGenerations; generation++) {
      if (this.generation(generation)[0]!.publicKey.equals(set[0]!.publicKey)) return generation;
    }
    throw new Error('the validators of this chain have another secret');
  }

  private generation(generation: number): Ed25519Key[] {
    return Array.from({ length: this.count }, (_, i) => {
      const name = `validator ${generation} ${i}`;
      const cached = this.known.get(name);
      if (cached !== undefined) return cached;
      const key = ed25519FromSeed(Buffer.from(hkdfSync('sha256', this.seed, '', name, 32)));
      this.known.set(name, key);
      this.known.set(key.publicKey.toString('hex'), key);
      return key;
    });
  }
}
