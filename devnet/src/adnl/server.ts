// The lite server's port: accepts connections, runs a session on each, answers queries as they are done. A peer that breaks
// the protocol loses its connection, nobody else notices.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ServerKey } from './handshake.ts';
import * as limits from './limits.ts';
import { Session, SessionError } from './session.ts';
import { TlError, TlReader, TlWriter } from './tl.ts';

/** Answers the body of a liteServer.query; never fails. */
export type Answer = (query: Buffer) => Promise<Buffer>;

const kMessageQuery = 'b48bf97a';
const kMessageAnswer = '0fac8416';
const kPing = '4d082b9a';
const kPong = 'dc69fb03';
const kLiteQuery = '798c06df';

export class AdnlServer {
  private readonly server: Server;
  private readonly key: ServerKey;
  private readonly answer: Answer;
  private readonly sockets = new Set<Socket>();

  constructor(key: ServerKey, answer: Answer) {
    this.key = key;
    this.answer = answer;
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
    this.server.maxConnections = limits.kMaxConnections;
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    const connection = new Connection(socket, new Session(this.key), this.answer);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => connection.receive(bytes));
    socket.on('drain', () => connection.flow());
    socket.setTimeout(limits.kIdleMs, () => socket.destroy());
    const hurry = setTimeout(() => !connection.isOpen && socket.destroy(), limits.kHandshakeMs);
    socket.on('close', () => clearTimeout(hurry));
  }
}

class Connection {
  private readonly socket: Socket;
  private readonly session: Session;
  private readonly answer: Answer;
  private running = 0;

  constructor(socket: Socket, session: Session, answer: Answer) {
    this.socket = socket;
    this.session = session;
    this.answer = answer;
  }

  get isOpen(): boolean {
    return this.session.isOpen;
  }

  receive(bytes: Buffer): void {
    try {
      const { reply, payloads } = this.session.receive(bytes);
      if (reply !== null) this.socket.write(reply);
      for (const payload of payloads) void this.handle(payload);
      this.flow();
    } catch (error) {
      if (!(error instanceof SessionError) && !(error instanceof TlError)) throw error;
      this.socket.destroy();
    }
  }

  /** Reads on while neither work nor output pile up. */
  flow(): void {
    if (this.running >= limits.kMaxRunning || this.socket.writableLength > limits.kMaxUnsent) this.socket.pause();
    else if (this.socket.isPaused()) this.socket.resume();
  }

  private async handle(payload: Buffer): Promise<void> {
    const from = new TlReader(payload);
    const kind = payload.length >= 4 ? from.tag() : '';
    if (kind === kPing && from.left === 8) return this.send(new TlWriter().tag(kPong).long(from.long()).end());
    if (kind !== kMessageQuery) return;
    const query = parseQuery(from);
    if (query === null) return;
    this.running++;
    const answer = await this.answer(query.data);
    this.running--;
    this.send(new TlWriter().tag(kMessageAnswer).hash(query.id).data(answer).end());
    this.flow();
  }

  private send(payload: Buffer): void {
    if (!this.socket.destroyed) this.socket.write(this.session.seal(payload));
  }
}

/** adnl.message.query with a liteServer.query in it; anything else gets no answer. */
function parseQuery(from: TlReader): { id: string; data: Buffer } | null {
  try {
    const id = from.hash();
    const inner = new TlReader(from.data());
    from.end();
    if (inner.tag() !== kLiteQuery) return null;
    const data = inner.data();
    inner.end();
    return { id, data };
  } catch (error) {
    if (error instanceof TlError) return null;
    throw error;
  }
}
