// Ways out: for a client with or without its proxy's help, for a worker, and for the proxy's owner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toNano } from "@ton/core";
import * as w from "../wrappers/index.ts";
import { type Client, World } from "./world.ts";

const { pricePerToken: price, minClientStake: stake, clientDelay, proxyDelay } = w.defaultParams;
const Exit = w.ExitCode;

const refundBody = (world: World, client: Client) =>
  w.clientBody.requestRefund(world.nextQuery(), client.owner);
const withdrawBody = (world: World, client: Client) => w.clientBody.withdraw(world.nextQuery(), client.owner);

async function funded(amount = toNano("2")): Promise<[World, Client]> {
  const world = await World.create();
  const client = await world.addClient();
  await world.topUp(client, amount);
  return [world, client];
}

test("what is above the stake can be withdrawn at once, the stake cannot", async () => {
  const [world, client] = await funded();
  const at = client.contract.address;
  const trace = await world.ok(client.owner, at, withdrawBody(world, client));
  assert.equal(trace.paid(client.owner), toNano("2") - stake);
  assert.equal((await world.clientData(client)).balance, stake);
  await world.refused(Exit.balance, client.owner, at, withdrawBody(world, client));
});

test("a client leaves with everything uncharged, whether or not its proxy is alive", async () => {
  const [world, client] = await funded();
  const other = await world.addClient();
  await world.topUp(other, toNano("7"));
  await world.charge(client, 1000n);
  const at = client.contract.address;

  const first = await world.ok(client.owner, at, refundBody(world, client));
  assert.equal(first.paid(client.owner), toNano("2") - 1000n * price - stake);
  let data = await world.clientData(client);
  assert.equal(data.state, w.ChannelState.closing);
  assert.equal(data.unlockAt, world.chain.now! + clientDelay);

  await world.refused(Exit.locked, client.owner, at, refundBody(world, client));
  world.wait(clientDelay);
  await world.refused(Exit.locked, client.owner, at, refundBody(world, client));
  world.wait(1);
  const second = await world.ok(client.owner, at, refundBody(world, client));
  assert.equal(second.paid(client.owner), stake);
  data = await world.clientData(client);
  assert.equal(data.state, w.ChannelState.closed);
  assert.equal(data.balance, 0n);
  await world.refused(Exit.state, client.owner, at, refundBody(world, client));
  assert.equal((await world.proxyData()).clientFunds, toNano("7"), "others' deposits are untouched");
  assert.equal((await world.proxyData()).stake, w.defaultParams.minProxyStake, "and so is the proxy's stake");
});

test("while a client leaves, the proxy can still show what it is owed", async () => {
  const [world, client] = await funded();
  await world.ok(client.owner, client.contract.address, refundBody(world, client));
  await world.charge(client, 5000n);
  assert.equal((await world.clientData(client)).balance, stake - 5000n * price);
  world.wait(clientDelay + 1);
  const trace = await world.ok(client.owner, client.contract.address, refundBody(world, client));
  assert.equal(trace.paid(client.owner), stake - 5000n * price);
  await world.refused(Exit.state, world.proxyOwner, client.contract.address, world.chargeBody(client, 6000n));
});

test("an empty channel closes without moving coins", async () => {
  const world = await World.create();
  const client = await world.addClient();
  await world.ok(client.owner, client.contract.address, refundBody(world, client));
  world.wait(clientDelay + 1);
  await world.ok(client.owner, client.contract.address, refundBody(world, client));
  assert.equal((await world.clientData(client)).state, w.ChannelState.closed);
});

test("the proxy's grant settles and closes in one message", async () => {
  const [world, client] = await funded();
  await world.charge(client, 1000n);
  const at = client.contract.address;
  await world.refused(Exit.notNewer, world.stranger, at, world.grantBody(client, 999n));
  const trace = await world.ok(world.stranger, at, world.grantBody(client, 3000n));
  assert.equal(trace.paid(client.owner), toNano("2") - 3000n * price);
  assert.equal((await world.proxyData()).earned, 3000n * price);
  assert.equal((await world.clientData(client)).state, w.ChannelState.closed);
  await world.refused(Exit.state, world.stranger, at, world.grantBody(client, 4000n));
});

test("a grant without anything to charge returns the deposit", async () => {
  const [world, client] = await funded();
  const trace = await world.ok(world.stranger, client.contract.address, world.grantBody(client, 0n));
  assert.equal(trace.paid(client.owner), toNano("2"));
});

test("a closed channel takes no deposit until its owner reopens it; counts go on", async () => {
  const [world, client] = await funded();
  const at = client.contract.address;
  const old = world.chargeBody(client, 1000n);
  await world.ok(world.proxyOwner, at, old);
  await world.ok(world.stranger, at, world.grantBody(client, 1000n));
  const topUp = w.clientBody.topUp(world.nextQuery(), toNano("1"), world.stranger);
  await world.refused(Exit.state, world.stranger, at, topUp, toNano("1.1"));
  const reopen = w.clientBody.reopen(world.nextQuery(), toNano("1"), client.owner);
  await world.refused(Exit.owner, world.stranger, at, reopen, toNano("1.1"));
  await world.ok(client.owner, at, reopen, toNano("1.1"));
  const data = await world.clientData(client);
  assert.deepEqual([data.state, data.balance, data.tokens], [0, toNano("1"), 1000n]);
  await world.refused(Exit.state, client.owner, at, reopen, toNano("1.1"));
  await world.refused(Exit.notNewer, world.proxyOwner, at, old);
  await world.charge(client, 1001n);
  assert.equal((await world.clientData(client)).balance, toNano("1") - price);
});

test("a worker's last payout ends its contract", async () => {
  const [world, client] = await funded();
  const worker = await world.addWorker();
  await world.charge(client, 1000n);
  const at = worker.contract.address;
  const trace = await world.ok(worker.owner, at, world.lastPayoutBody(worker, 1000n));
  assert.equal(trace.paid(worker.owner), 1000n * w.defaultParams.workerFeePerToken);
  assert.equal((await world.workerData(worker)).state, w.WorkerState.ended);
  await world.refused(Exit.state, worker.owner, at, world.lastPayoutBody(worker, 1001n));
  await world.refused(Exit.state, worker.owner, at, world.payoutBody(worker, 1001n));
});

test("an owner ends its proxy without the proxy's key; who comes late is still paid", async () => {
  const [world, client] = await funded();
  const late = await world.addClient();
  const worker = await world.addWorker();
  await world.topUp(late, toNano("4"));
  await world.charge(client, 10_000n);
  await world.ok(worker.owner, worker.contract.address, world.payoutBody(worker, 6000n));
  const at = world.proxy.address;

  const close = w.proxyBody.close(world.nextQuery(), world.proxyOwner);
  const complete = w.proxyBody.closeComplete(world.nextQuery(), world.proxyOwner);
  await world.refused(Exit.owner, world.stranger, at, close, w.attach.proxy);
  await world.refused(Exit.state, world.proxyOwner, at, complete, w.attach.proxy);
  await world.ok(world.proxyOwner, at, close, w.attach.proxy);
  assert.equal((await world.proxyData()).unlockAt, world.chain.now! + proxyDelay);
  await world.refused(Exit.state, world.proxyOwner, at, close, w.attach.proxy);

  await world.ok(client.owner, client.contract.address, refundBody(world, client));
  world.wait(clientDelay + 1);
  const refund = await world.ok(client.owner, client.contract.address, refundBody(world, client));
  assert.equal(refund.paid(client.owner), stake);
  await world.refused(Exit.locked, world.proxyOwner, at, complete, w.attach.proxy);

  world.wait(proxyDelay - clientDelay);
  await world.refused(Exit.owner, world.stranger, at, complete, w.attach.proxy);
  const done = await world.ok(world.proxyOwner, at, complete, w.attach.proxy);
  const commission = 6000n * (price - w.defaultParams.workerFeePerToken);
  assert.equal(done.paid(world.proxyOwner), commission + 4000n * price + w.defaultParams.minProxyStake);
  const data = await world.proxyData();
  assert.deepEqual([data.state, data.clientFunds, data.earned], [w.ProxyState.closed, toNano("4"), 0n]);

  await world.ok(late.owner, late.contract.address, refundBody(world, late));
  world.wait(clientDelay + 1);
  const collected = await world.ok(late.owner, late.contract.address, refundBody(world, late));
  assert.equal(collected.paid(late.owner), stake);
  assert.equal((await world.proxyData()).clientFunds, 0n);
});

test("the proxy's key can close, too, and complete after the delay", async () => {
  const world = await World.create();
  const at = world.proxy.address;
  const secret = world.proxyKey.secretKey;
  const close = w.proxyBody.closeSigned(world.nextQuery(), at, world.stranger, secret);
  const complete = w.proxyBody.closeCompleteSigned(world.nextQuery(), at, world.stranger, secret);
  await world.refused(Exit.state, world.stranger, at, complete, w.attach.proxy);
  await world.ok(world.stranger, at, close, w.attach.proxy);
  await world.refused(Exit.locked, world.stranger, at, complete, w.attach.proxy);
  world.wait(proxyDelay + 1);
  const trace = await world.ok(world.stranger, at, complete, w.attach.proxy);
  assert.equal(trace.paid(world.proxyOwner), w.defaultParams.minProxyStake);
  assert.equal(trace.paid(world.stranger), 0n);
});

test("an owner may use text messages", async () => {
  const [world, client] = await funded();
  const worker = await world.addWorker();
  await world.charge(client, 1000n);
  await world.ok(worker.owner, worker.contract.address, world.payoutBody(worker, 1000n));
  const at = world.proxy.address;
  await world.refused(Exit.owner, world.stranger, at, w.proxyBody.text("w"), w.attach.proxy);
  const trace = await world.ok(world.proxyOwner, at, w.proxyBody.text("w"), w.attach.proxy);
  assert.equal(trace.paid(world.proxyOwner), 1000n * (price - w.defaultParams.workerFeePerToken));
  await world.ok(world.proxyOwner, at, w.proxyBody.text("c"), w.attach.proxy);
  assert.equal((await world.proxyData()).state, w.ProxyState.closing);
  const greeting = w.proxyBody.text("cheers" as "c");
  await world.refused(Exit.textOperation, world.proxyOwner, at, greeting, w.attach.proxy);
  const other = w.proxyBody.text("x" as "c");
  await world.refused(Exit.textOperation, world.proxyOwner, at, other, w.attach.proxy);
});
