// The HTTP port: reads a request within bounds, finds who answers it, writes JSON. A failure is an answer, never more.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kMaxBodyBytes, kMaxConnections, kRequestMs } from './limits.ts';

export class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Params = Readonly<Record<string, unknown>>;

export interface Request {
  method: string;
  path: string;
  params: Params;
}

/** JSON that is sent as it is: it holds numbers that JavaScript's cannot. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Returns what is sent as JSON. */
export type Handler = (request: Request) => Promise<unknown>;

export class HttpServer {
  private readonly server: Server;
  private readonly handler: Handler;
  private readonly report: (error: unknown) => void;

  constructor(handler: Handler, report: (error: unknown) => void) {
    this.handler = handler;
    this.report = report;
    const options = { requestTimeout: kRequestMs, headersTimeout: kRequestMs, maxHeaderSize: 1 << 14 };
    this.server = createServer(options, (request, response) => void this.handle(request, response));
    this.server.maxConnections = kMaxConnections;
  }

  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => response.destroy());
    let status = 200;
    let text: string;
    try {
      const body = await this.handler(await read(request));
      text = body instanceof RawJson ? body.text : JSON.stringify(body);
    } catch (error) {
      if (!(error instanceof HttpError)) this.report(error);
      status = error instanceof HttpError ? error.status : 500;
      const message = error instanceof HttpError ? error.message : 'internal error';
      text = JSON.stringify({ ok: false, error: message, code: status });
    }
    if (response.destroyed) return;
    // Pages of the console and wallets run from other origins; there is nothing here that a cookie would guard.
    response.writeHead(status, {
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
      'access-control-allow-headers': '*',
      connection: status === 413 ? 'close' : 'keep-alive',
    });
    response.end(text);
  }
}

async function read(request: IncomingMessage): Promise<Request> {
  const url = URL.parse(request.url ?? '/', 'http://devnet');
  if (url === null) throw new HttpError(400, 'malformed address');
  const query = Object.fromEntries(url.searchParams);
  const body = request.method === 'POST' ? parseBody(await readBody(request)) : {};
  return { method: request.method ?? 'GET', path: url.pathname, params: { ...query, ...body } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > kMaxBodyBytes) throw new HttpError(413, 'request too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Reported below like any other body that is not an object.
  }
  throw new HttpError(400, 'the body is not a JSON object');
}
