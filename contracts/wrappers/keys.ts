// Ed25519 by Node.js itself, many times faster than in JavaScript. Pairs have the form that @ton/crypto gives them.
import { createPrivateKey, createPublicKey, type KeyObject, sign as signNatively } from "node:crypto";

// `secretKey`: 32 bytes of seed, then the public key.
export type KeyPair = { publicKey: Buffer; secretKey: Buffer };

const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410: what stands before the seed
const known = new WeakMap<Buffer, KeyObject>();

function keyOf(secretKey: Buffer): KeyObject {
  let key = known.get(secretKey);
  if (!key) {
    const der = Buffer.concat([pkcs8, secretKey.subarray(0, 32)]);
    key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    known.set(secretKey, key);
  }
  return key;
}

export function keyPairFromSeed(seed: Buffer): KeyPair {
  if (seed.length !== 32) throw new Error("a seed has 32 bytes");
  const spki = createPublicKey(keyOf(Buffer.from(seed))).export({ format: "der", type: "spki" });
  const publicKey = spki.subarray(-32);
  return { publicKey, secretKey: Buffer.concat([seed, publicKey]) };
}

export const sign = (data: Buffer, secretKey: Buffer): Buffer => signNatively(null, data, keyOf(secretKey));
