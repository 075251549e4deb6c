// Channels whose client insists on its own signature.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toNano } from "@ton/core";
import * as w from "../wrappers/index.ts";
import { type Client, globalId, keys, World } from "./world.ts";

const Exit = w.ExitCode;

async function opened(amount = toNano("2")): Promise<[World, Client]> {
  const world = await World.create();
  const client = await world.addClient();
  await world.setVoucherKey(client);
  await world.topUp(client, amount);
  return [world, client];
}

const submit = (world: World, client: Client, tokens: bigint, amount: bigint) =>
  world.ok(
    world.stranger,
    client.contract.address,
    world.voucherBody(client, world.voucher(client, tokens, amount)),
  );

const refuse = (world: World, exit: number, client: Client, voucher: w.SignedPayload) =>
  world.refused(exit, world.stranger, client.contract.address, world.voucherBody(client, voucher));

test("only what the client signed is charged", async () => {
  const [world, client] = await opened();
  await world.refused(
    Exit.voucherNeeded,
    world.proxyOwner,
    client.contract.address,
    world.chargeBody(client, 1000n),
  );
  await submit(world, client, 70n, toNano("0.3"));
  await submit(world, client, 90n, toNano("0.5"));
  const data = await world.clientData(client);
  assert.deepEqual(data.voucher, {
    key: BigInt("0x" + client.key.publicKey.toString("hex")),
    charged: toNano("0.5"),
  });
  assert.deepEqual([data.balance, data.tokens], [toNano("1.5"), 90n]);
  assert.equal((await world.proxyData()).earned, toNano("0.5"));
});

test("the newest voucher wins, in whatever order they come", async () => {
  const [world, client] = await opened();
  const older = world.voucher(client, 10n, 100n);
  await submit(world, client, 20n, 200n);
  await refuse(world, Exit.notNewer, client, older);
  await refuse(world, Exit.notNewer, client, world.voucher(client, 20n, 200n));
  await refuse(world, Exit.notNewer, client, world.voucher(client, 19n, 300n));
});

test("a voucher beyond the deposit collects the rest after a top-up, once", async () => {
  const [world, client] = await opened(toNano("1"));
  const voucher = world.voucher(client, 50n, toNano("1.7"));
  const at = client.contract.address;
  await world.ok(world.stranger, at, world.voucherBody(client, voucher));
  let data = await world.clientData(client);
  assert.deepEqual([data.balance, data.tokens, data.voucher?.charged], [0n, 0n, toNano("1")]);
  await refuse(world, Exit.balance, client, voucher);
  await world.topUp(client, toNano("1"));
  await world.ok(world.stranger, at, world.voucherBody(client, voucher));
  data = await world.clientData(client);
  assert.deepEqual([data.balance, data.tokens, data.voucher?.charged], [toNano("0.3"), 50n, toNano("1.7")]);
  await refuse(world, Exit.notNewer, client, voucher);
});

test("a voucher counts for one contract, chain, purpose and key", async () => {
  const [world, client] = await opened();
  const receiver = client.contract.address;
  const sign = (changes: Partial<w.Voucher>) =>
    w.signVoucher({ network: globalId, receiver, tokens: 1n, amount: 5n, ...changes }, client.key.secretKey);
  await refuse(world, Exit.network, client, sign({ network: -3 }));
  await refuse(world, Exit.receiver, client, sign({ receiver: world.proxy.address }));
  await refuse(world, Exit.signature, client, world.voucher(client, 1n, 5n, keys("another")));
  await refuse(world, Exit.signature, client, world.voucher(client, 1n, 5n, world.proxyKey));
  await refuse(world, Exit.format, client, sign({ tokens: 2n ** 63n }));
  const order = { op: w.Op.client.charge, queryId: 1n, tokens: 1n, receiver };
  await refuse(world, Exit.signedFormat, client, w.signOrder(order, client.key.secretKey));
});

test("without a voucher key there is nothing to collect by voucher", async () => {
  const world = await World.create();
  const client = await world.addClient();
  await world.topUp(client, toNano("1"));
  await refuse(world, Exit.noVoucherKey, client, world.voucher(client, 1n, 1n));
});

test("last voucher and grant close in one message", async () => {
  const [world, client] = await opened();
  const at = client.contract.address;
  const queryId = world.nextQuery();
  const grant = (tokens: bigint, key = world.proxyKey, id = queryId) =>
    w.signOrder({ op: w.Op.client.grantRefund, queryId: id, tokens, receiver: at }, key.secretKey);
  const voucher = world.voucher(client, 500n, toNano("0.4"));
  const close = (g: w.SignedPayload) => w.clientBody.closeWithVoucher(queryId, client.owner, voucher, g);
  await world.refused(Exit.signature, world.stranger, at, close(grant(500n, client.key)));
  await world.refused(Exit.notNewer, world.stranger, at, close(grant(499n)));
  await world.refused(
    Exit.signedFormat,
    world.stranger,
    at,
    close(grant(500n, world.proxyKey, queryId + 1n)),
  );
  const trace = await world.ok(world.stranger, at, close(grant(500n)));
  assert.equal(trace.paid(client.owner), toNano("1.6"));
  assert.equal((await world.proxyData()).earned, toNano("0.4"));
  assert.equal((await world.clientData(client)).state, w.ChannelState.closed);
  await world.refused(Exit.state, world.stranger, at, close(grant(500n)));
});

test("with a voucher key the proxy's grant only gives", async () => {
  const [world, client] = await opened();
  const trace = await world.ok(world.stranger, client.contract.address, world.grantBody(client, 1_000_000n));
  assert.equal(trace.paid(client.owner), toNano("2"));
  assert.equal((await world.proxyData()).earned, 0n);
});

test("a key cannot be set while something may be owed", async () => {
  const world = await World.create();
  const client = await world.addClient();
  const at = client.contract.address;
  const set = (key: Buffer) => w.clientBody.setVoucherKey(world.nextQuery(), key, client.owner);
  const key = client.key.publicKey;
  await world.refused(Exit.format, client.owner, at, set(Buffer.alloc(32)));
  await world.refused(Exit.owner, world.stranger, at, set(key));
  await world.topUp(client, toNano("1"));
  await world.refused(Exit.balance, client.owner, at, set(key));
  await world.charge(client, toNano("1") / w.defaultParams.pricePerToken);
  assert.equal((await world.clientData(client)).balance, 0n);
  await world.refused(Exit.state, client.owner, at, set(key));
});

test("a stranger's deposit cannot come before the owner's choice", async () => {
  const world = await World.create();
  const client = await world.addClient();
  const at = client.contract.address;
  const topUp = w.clientBody.topUp(world.nextQuery(), 1n, world.stranger);
  await world.refused(Exit.owner, world.stranger, at, topUp);
  await world.setVoucherKey(client);
  await world.ok(world.stranger, at, topUp);
  assert.equal((await world.clientData(client)).balance, 1n);
});

test("after a close the key may change, and amounts go on from what was charged", async () => {
  const world = await World.create();
  const client = await world.addClient();
  await world.topUp(client, toNano("1"));
  await world.ok(world.stranger, client.contract.address, world.grantBody(client, 1000n));
  await world.setVoucherKey(client);
  const charged = 1000n * w.defaultParams.pricePerToken;
  assert.equal((await world.clientData(client)).voucher?.charged, charged);
  const reopen = w.clientBody.reopen(world.nextQuery(), toNano("1"), client.owner);
  await world.ok(client.owner, client.contract.address, reopen, toNano("1.1"));
  await refuse(world, Exit.notNewer, client, world.voucher(client, 1000n, charged));
  await submit(world, client, 1000n, charged + 7n);
  assert.equal((await world.clientData(client)).balance, toNano("1") - 7n);
});
