// One ADNL connection as a machine: bytes in, payloads and bytes out; no socket. Throws SessionError on anything that is not
// the protocol, after which the connection is of no use.
import { randomBytes } from 'node:crypto';
import { sha256 } from '../cells/cell.ts';
import { HandshakeError, type Ciphers, type ServerKey } from './handshake.ts';
import { kHandshakeBytes, kMaxQueryBytes } from './limits.ts';

export class SessionError extends Error {}

const kOverhead = 64;

export class Session {
  private readonly key: ServerKey;
  private ciphers: Ciphers | null = null;
  /** Before the handshake as received, afterwards decrypted. */
  private readonly chunks: Buffer[] = [];
  private buffered = 0;
  /** Bytes that the next step needs. */
  private wanted = kHandshakeBytes;
  private inFrame = false;

  constructor(key: ServerKey) {
    this.key = key;
  }

  get isOpen(): boolean {
    return this.ciphers !== null;
  }

  /** Takes bytes from the network; returns bytes to send at once and the payloads that are complete. */
  receive(bytes: Buffer): { reply: Buffer | null; payloads: Buffer[] } {
    this.push(this.ciphers === null ? bytes : this.ciphers.receive.update(bytes));
    const payloads: Buffer[] = [];
    let reply: Buffer | null = null;
    while (this.buffered >= this.wanted) {
      const part = this.pull();
      if (this.ciphers === null) reply = this.open(part);
      else this.step(part, payloads);
    }
    return { reply, payloads };
  }

  seal(payload: Buffer): Buffer {
    const frame = Buffer.allocUnsafe(4 + kOverhead + payload.length);
    frame.writeUInt32LE(kOverhead + payload.length, 0);
    randomBytes(32).copy(frame, 4);
    payload.copy(frame, 36);
    frame.write(sha256(frame.subarray(4, 36 + payload.length)), 36 + payload.length, 'hex');
    return this.ciphers!.send.update(frame);
  }

  private open(handshake: Buffer): Buffer {
    try {
      this.ciphers = this.key.accept(handshake);
    } catch (error) {
      if (error instanceof HandshakeError) throw new SessionError(error.message);
      throw error;
    }
    this.wanted = 4;
    const early = this.chunks.splice(0);
    this.buffered = 0;
    for (const chunk of early) this.push(this.ciphers.receive.update(chunk));
    return this.seal(Buffer.alloc(0));
  }

  private step(part: Buffer, payloads: Buffer[]): void {
    if (!this.inFrame) {
      const length = part.readUInt32LE(0);
      if (length < kOverhead || length > kOverhead + kMaxQueryBytes)
        throw new SessionError('frame of impossible length');
      this.inFrame = true;
      this.wanted = length;
      return;
    }
    const body = part.subarray(0, -32);
    if (sha256(body) !== part.toString('hex', part.length - 32)) throw new SessionError('frame with a wrong checksum');
    this.inFrame = false;
    this.wanted = 4;
    if (body.length > 32) payloads.push(body.subarray(32));
  }

  private push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
  }

  /** The next `wanted` bytes. */
  private pull(): Buffer {
    const all = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks);
    this.chunks.length = 0;
    this.buffered = 0;
    if (all.length > this.wanted) this.push(all.subarray(this.wanted));
    return all.subarray(0, this.wanted);
  }
}
