// Ed25519 keys, and the names that TON gives to them.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { sha256, type Hash } from '../cells/cell.ts';

const kPkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
/** TL constructor pub.ed25519. */
const kPublicKeyTag = Buffer.from('c6b41348', 'hex');

export interface Ed25519Key {
  private: KeyObject;
  publicKey: Buffer;
}

export function ed25519FromSeed(seed: Buffer): Ed25519Key {
  const secret = createPrivateKey({ key: Buffer.concat([kPkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  const jwk = createPublicKey(secret).export({ format: 'jwk' });
  return { private: secret, publicKey: Buffer.from(jwk.x!, 'base64url') };
}

/** Short id of a node: the hash of its public key as a TL object. */
export const keyId = (publicKey: Buffer): Hash => sha256(Buffer.concat([kPublicKeyTag, publicKey]));
