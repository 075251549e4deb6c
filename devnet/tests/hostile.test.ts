// Whatever arrives at the ports, nobody else is hurt: the devnet goes on answering, and no failure of its own is reported.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { ADNLClientTCP } from 'adnl';
import { TlWriter } from '../src/adnl/tl.ts';
import { serializeOne } from '../src/cells/boc.ts';
import { build, type Builder } from '../src/cells/builder.ts';
import { faucetAddress } from '../src/chain/faucet.ts';
import { MessageError } from '../src/chain/mempool.ts';
import { LiteServer } from '../src/lite/server.ts';
import { Random } from './random.ts';
import { run, type Running } from './support.ts';

/** Sends bytes and waits until the other side closes. */
function sendRaw(port: number, ...chunks: Buffer[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      for (const chunk of chunks) socket.write(chunk);
      socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}

/** The insides of the npm client: what a peer with the right keys can do. */
interface Insides {
  socket: Socket;
  encrypt(data: Buffer): Buffer;
}

function open(devnet: Running): Promise<{ insides: Insides; closed: Promise<void> }> {
  const client = new ADNLClientTCP(`tcp://127.0.0.1:${devnet.litePort}`, devnet.liteKey);
  const closed = new Promise<void>((resolve) => client.on('close', () => resolve()));
  client.on('error', () => {});
  void client.connect();
  return new Promise((resolve) => {
    client.on('ready', () => resolve({ insides: client as unknown as Insides, closed }));
  });
}

const isAlive = async (devnet: Running): Promise<void> => {
  assert.ok((await devnet.lite.getCurrentTime()) > 0);
  assert.equal((await fetch(`http://127.0.0.1:${devnet.httpPort}/devnet/status`)).status, 200);
  assert.deepEqual(devnet.failures, []);
};

test('garbage instead of a handshake', async (t) => {
  const devnet = await run(t);
  const random = new Random(t);
  for (let i = 0; i < 50; i++) {
    await sendRaw(devnet.litePort, random.bytes(random.below(600)), random.bytes(random.below(600)));
  }
  await isAlive(devnet);
});

test('frames of impossible length, with a false checksum, cut off: the connection ends', async (t) => {
  const devnet = await run(t);
  const frame = (length: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(length);
    return Buffer.concat([head, body]);
  };
  for (const bytes of [
    frame(0, Buffer.alloc(10)),
    frame(63, Buffer.alloc(63)),
    frame(2 ** 32 - 1, Buffer.alloc(99)),
    frame(96, Buffer.alloc(96)),
  ]) {
    const { insides, closed } = await open(devnet);
    insides.socket.write(insides.encrypt(bytes));
    await closed;
  }
  const { insides, closed } = await open(devnet);
  insides.socket.end(insides.encrypt(frame(1000, Buffer.alloc(500))));
  await closed;
  await isAlive(devnet);
});

test('queries cut off, lengthened and changed get an error, every one', async (t) => {
  const devnet = await run(t);
  const random = new Random(t);
  await devnet.post('/devnet/faucet', { address: `0:${'ab'.repeat(32)}` });
  const failures: unknown[] = [];
  const server = new LiteServer(devnet.chain, (error) => failures.push(error));
  const { master, shard } = devnet.chain.tip;
  const query = (tag: string): TlWriter => new TlWriter().tag(tag);
  const account = (to: TlWriter): TlWriter => to.int(0).hash('ab'.repeat(32));
  const { lastTransLt, lastTransHash } = devnet.chain.account({ workchain: 0, hash: 'ab'.repeat(32) })!;
  const queries = [
    query('89b5e62e'),
    query('70a671df').int(0),
    query('6377cf0d').blockId(master.id),
    query('ba6e2eb6').blockId(shard.id),
    query('21ec069e').blockId(master.id).int(1),
    query('690ad482').data(random.bytes(100)),
    account(query('6b890e25').blockId(master.id)),
    account(query('5a698507').blockId(shard.id)),
    account(query('5cc65dd2').int(7).blockId(master.id)).long(85143n).data(random.bytes(40)),
    query('46a2f425')
      .blockId(master.id)
      .int(0)
      .long(-1n << 63n)
      .bool(true),
    query('74d3fd6b').blockId(master.id),
    account(query('d40f24ea').blockId(shard.id)).long(lastTransLt),
    account(query('1c40e7a1').int(10)).long(lastTransLt).hash(lastTransHash),
    query('fac8f71e')
      .int(1)
      .int(-1)
      .long(-1n << 63n)
      .int(1),
    query('9c045ff8')
      .int(1)
      .int(0)
      .long(-1n << 63n)
      .int(1)
      .blockId(master.id),
    query('adfcc7da')
      .blockId(shard.id)
      .int(7 + 32 + 128)
      .int(10)
      .hash('00'.repeat(32))
      .long(0n),
    query('0079dd5c').blockId(shard.id).int(7).int(10),
    query('8aea9c44').int(1).blockId(master.id).blockId(devnet.chain.history.keyBlock(1).id),
    query('911b26b7').int(0).blockId(master.id),
    query('2a111c19').int(0).blockId(master.id).int(2).int(28).int(34),
    query('d122b662').int(1).hash('ab'.repeat(32)),
    query('d97693bd').blockId(master.id).int(0).int(1).hash('ab'.repeat(32)),
    query('4ca60350').blockId(shard.id),
    query('baeab892').int(1).int(1000).tag('16ad5a34'),
  ].map((to) => to.end());
  const isError = (answer: Buffer): boolean => answer.readUInt32LE(0) === 0xbba9e148;
  for (const bytes of queries) {
    const mayFail = ['690ad482', '5cc65dd2'].includes(Buffer.from(bytes.subarray(0, 4)).reverse().toString('hex'));
    if (!mayFail) assert.equal(isError(await server.answer(bytes)), false, bytes.toString('hex', 0, 4));
    for (let length = 0; length < bytes.length; length += 1 + random.below(4)) {
      if (bytes.readUInt32LE(0) === 0xbaeab892 && length === 12) continue; // Waiting alone is a query, too.
      assert.ok(isError(await server.answer(bytes.subarray(0, length))));
    }
    assert.ok(isError(await server.answer(Buffer.concat([bytes, Buffer.alloc(4)]))));
    for (let i = 0; i < 20; i++) {
      const changed = Buffer.from(bytes);
      changed[4 + random.below(Math.max(1, changed.length - 4))] = random.below(256);
      if (changed.readUInt32LE(0) !== 0xbaeab892) await server.answer(changed);
    }
  }
  assert.deepEqual(failures, []);
  await isAlive(devnet);
});

test('hostile HTTP: too large, not JSON, wrong types, unknown paths and methods', async (t) => {
  const devnet = await run(t);
  const origin = `http://127.0.0.1:${devnet.httpPort}`;
  const post = async (path: string, body: string): Promise<number> =>
    (await fetch(origin + path, { method: 'POST', body })).status;
  assert.equal(await post('/api/v2/jsonRPC', 'x'), 400);
  assert.equal(await post('/api/v2/jsonRPC', '[]'), 400);
  assert.equal(await post('/api/v2/jsonRPC', '{"method":"constructor"}'), 404);
  assert.equal(await post('/api/v2/jsonRPC', '{"method":"getAddressInformation"}'), 422);
  assert.equal(await post('/api/v2/runGetMethod', '{"address":"x","method":"seqno","stack":{}}'), 422);
  assert.equal(await post('/api/v2/sendBoc', '{"boc":"AAAA"}'), 500);
  assert.equal(await post('/devnet/toString', '{}'), 404);
  assert.equal(await post('/devnet/faucet', '{"address":"nobody"}'), 422);
  assert.equal(await post('/devnet/keyblock', '{"params":{"x":1}}'), 422);
  assert.equal((await fetch(`${origin}/devnet/advance?seconds=5`)).status, 405);
  assert.equal((await fetch(`${origin}/%00/../x`)).status, 404);
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  assert.ok((await post('/api/v2/jsonRPC', deep)) >= 400);
  assert.equal(await oversized(devnet.httpPort), 413);
  await sendRaw(devnet.httpPort, Buffer.from('POST / HTTP/1.1\r\ncontent-length: 100\r\n\r\ncut'));
  await sendRaw(devnet.httpPort, new Random(t).bytes(5000));
  await sendRaw(devnet.httpPort, Buffer.from(`GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`));
  await isAlive(devnet);
});

test('messages of strange forms do not stop the chain', async (t) => {
  const devnet = await run(t);
  const { chain } = devnet;
  const somebody = 'ab'.repeat(32);
  const rest = (to: Builder): Builder => to.coins(0n).coins(0n).uint(0, 64).uint(0, 32).bit(0).bit(0);
  const plain = (to: Builder): Builder => to.uint(2, 2).bit(0).int(0, 8).hash(somebody);
  const internal = (bits: number): Builder => build().uint(bits, 4).uint(0, 2);
  const currencies = build().uint(2, 2).uint(32, 6).uint(7, 32).uint(1, 5).uint(5, 8).end();
  const strange = [
    rest(plain(internal(4)).coins(1n).bit(1).ref(currencies)),
    rest(internal(4).uint(2, 2).bit(1).uint(8, 5).uint(171, 8).int(0, 8).hash(somebody).coins(1n).bit(0)),
    rest(internal(4).uint(3, 2).bit(0).uint(256, 9).int(0, 32).hash(somebody).coins(1n).bit(0)),
    rest(internal(4).uint(3, 2).bit(0).uint(40, 9).int(0, 32).uint(1, 40).coins(1n).bit(0)),
    rest(internal(4).uint(2, 2).bit(0).int(55, 8).hash(somebody).coins(1n).bit(0)),
    internal(6).uint(2, 2),
    build().uint(3, 2).uint(0, 2).uint(1, 2).uint(300, 9).uint(1, 300).uint(0, 64).uint(0, 32).bit(0).bit(0),
    build(),
  ];
  for (const message of strange) {
    const body = build()
      .bytes(Buffer.alloc(8, strange.indexOf(message)))
      .ref(message.end())
      .end();
    const { hash } = faucetAddress();
    const to = build().uint(2, 2).uint(0, 2).uint(2, 2).bit(0).int(0, 8).hash(hash).coins(0n).bit(0).bit(1).ref(body);
    await chain.send(serializeOne(to.end())).catch((error: unknown) => assert.ok(error instanceof MessageError));
    await devnet.post('/devnet/block', { count: 2 });
  }
  const gift = await devnet.post('/devnet/faucet', { address: `0:${somebody}`, amount: '1000' });
  assert.ok(Number(gift['balance']) >= 1000);
  await isAlive(devnet);
});

/** Status for a body that never ends. */
function oversized(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', path: '/api/v2/sendBoc' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      outgoing.destroy();
    });
    outgoing.on('error', (error) => (outgoing.destroyed ? undefined : reject(error)));
    const chunk = Buffer.alloc(1 << 16, 0x20);
    const write = (): void => void (!outgoing.destroyed && outgoing.write(chunk, () => setImmediate(write)));
    write();
  });
}
