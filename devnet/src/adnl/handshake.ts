// The server's side of the ADNL handshake over TCP: from the client's first 256 bytes to the keys of both directions.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
} from 'node:crypto';
import type { Decipheriv, Cipheriv } from 'node:crypto';
import { sha256 } from '../cells/cell.ts';
import { ed25519FromSeed, keyId } from '../tlb/keys.ts';

export class HandshakeError extends Error {}

export interface Ciphers {
  receive: Decipheriv;
  send: Cipheriv;
}

const kPrime = (1n << 255n) - 19n;
const kX25519Private = Buffer.from('302e020100300506032b656e04220420', 'hex');
const kX25519Public = Buffer.from('302a300506032b656e032100', 'hex');

export class ServerKey {
  readonly publicKey: Buffer;
  private readonly id: Buffer;
  private readonly secret;

  constructor(seed: Buffer) {
    this.publicKey = ed25519FromSeed(seed).publicKey;
    this.id = Buffer.from(keyId(this.publicKey), 'hex');
    const scalar = createHash('sha512').update(seed).digest().subarray(0, 32);
    this.secret = createPrivateKey({ key: Buffer.concat([kX25519Private, scalar]), format: 'der', type: 'pkcs8' });
  }

  accept(handshake: Buffer): Ciphers {
    if (!handshake.subarray(0, 32).equals(this.id)) throw new HandshakeError('meant for another server');
    const shared = this.agree(handshake.subarray(32, 64));
    const hash = handshake.subarray(64, 96);
    const key = Buffer.concat([shared.subarray(0, 16), hash.subarray(16, 32)]);
    const iv = Buffer.concat([hash.subarray(0, 4), shared.subarray(20, 32)]);
    const params = createDecipheriv('aes-256-ctr', key, iv).update(handshake.subarray(96, 256));
    if (sha256(params) !== hash.toString('hex')) throw new HandshakeError('parameters do not fit their hash');
    return {
      send: createCipheriv('aes-256-ctr', params.subarray(0, 32), params.subarray(64, 80)),
      receive: createDecipheriv('aes-256-ctr', params.subarray(32, 64), params.subarray(80, 96)),
    };
  }

  private agree(clientKey: Buffer): Buffer {
    const key = Buffer.concat([kX25519Public, montgomery(clientKey)]);
    try {
      return diffieHellman({
        privateKey: this.secret,
        publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
      });
    } catch {
      throw new HandshakeError('unusable client key');
    }
  }
}

/** The u coordinate on Curve25519 of an Ed25519 key: (1 + y) / (1 - y) modulo 2^255 - 19. */
function montgomery(edwards: Buffer): Buffer {
  const y = BigInt(`0x${Buffer.from(edwards).reverse().toString('hex')}`) & ((1n << 255n) - 1n);
  if (y >= kPrime || y === 1n) throw new HandshakeError('unusable client key');
  const u = ((1n + y) * power((kPrime + 1n - y) % kPrime, kPrime - 2n)) % kPrime;
  return Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse();
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) result = (result * b) % kPrime;
    b = (b * b) % kPrime;
  }
  return result;
}
