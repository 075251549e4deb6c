// Whatever a proxy contract refuses, or cannot take because it is not there, returns to the right owner, and the books
// are as if it had never been sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { beginCell, type Cell, toNano } from "@ton/core";
import { createEmptyShardAccount } from "@ton/sandbox/dist/blockchain/SmartContract.js";
import * as w from "../wrappers/index.ts";
import { type Client, exitOf, party, type Trace, World } from "./world.ts";

const { minClientStake: stake, minProxyStake, clientDelay, proxyDelay } = w.defaultParams;

async function closed(): Promise<{ world: World; client: Client; other: Client }> {
  const world = await World.create();
  const client = await world.addClient();
  const other = await world.addClient();
  await world.topUp(client, toNano("2"));
  await world.topUp(other, toNano("5"));
  return { world, client, other };
}

const closeProxy = (world: World) =>
  world.ok(
    world.proxyOwner,
    world.proxy.address,
    w.proxyBody.close(world.nextQuery(), world.proxyOwner),
    w.attach.proxy,
  );

// The changing fields of a client's data.
async function books(world: World, client: Client) {
  const { state, balance, stake, tokens, unlockAt, voucher } = await world.clientData(client);
  return { state, balance, stake, tokens, unlockAt, charged: voucher?.charged };
}

// The client's books before and after a request that must come back.
async function comesBack(world: World, client: Client, body: Cell, value?: bigint) {
  const before = await books(world, client);
  const trace = await world.send(client.owner, client.contract.address, body, value);
  const [first, second] = trace.at(client.contract.address);
  assert(first && second, "the request bounced");
  assert.deepEqual([exitOf(first), exitOf(second)], [0, 0]);
  return { before, after: await books(world, client), trace };
}

// Operations of the payloads that clients sent to the proxy contract.
function payloads(trace: Trace): number[] {
  const ops = [];
  for (const tx of trace.transactions) {
    for (const { info, body } of tx.outMessages.values()) {
      const s = body.beginParse();
      if (info.type !== "internal" || info.bounced || s.remainingBits < 32) continue;
      if (s.loadUint(32) === w.Op.fromClient.request && s.remainingRefs > 1) {
        ops.push(body.refs[1]!.beginParse().loadUint(32));
      }
    }
  }
  return ops;
}

test("a deposit that the proxy does not take goes back to the owner", async () => {
  const { world, client } = await closed();
  await closeProxy(world);
  const body = w.clientBody.topUp(world.nextQuery(), toNano("1"), world.stranger);
  const { before, after, trace } = await comesBack(world, client, body, toNano("1.1"));
  assert.deepEqual(after, before);
  assert(trace.paid(client.owner) > toNano("1"), "with what the fees left");
});

test("no deposit for a proxy that has not staked", async () => {
  const world = await World.create();
  const second = world.network.proxy(party("second owner"), world.proxyKey.publicKey);
  await world.deploy(second, world.stranger);
  const at = { address: second.address, publicKey: world.proxyKey.publicKey };
  const owner = party("client of the second");
  const client = world.network.client(owner, at);
  await world.deploy(client, owner);
  const topUp = w.clientBody.topUp(1n, toNano("1"), owner);
  const refused = await world.send(owner, client.address, topUp, toNano("1.1"));
  assert.equal(refused.exit(second.address), w.ExitCode.proxyStake);
  assert(refused.paid(owner) > toNano("1"));
  const increase = w.proxyBody.increaseStake(2n, minProxyStake, world.stranger);
  await world.ok(world.stranger, second.address, increase, minProxyStake + w.attach.proxy);
  await world.ok(owner, client.address, topUp, toNano("1.1"));
});

test("a deposit before the proxy contract is there goes back", async () => {
  const world = await World.create();
  const nowhere = { address: party("no contract"), publicKey: world.proxyKey.publicKey };
  const owner = party("early client");
  const client = world.network.client(owner, nowhere);
  await world.deploy(client, owner);
  const trace = await world.send(
    owner,
    client.address,
    w.clientBody.topUp(1n, toNano("1"), owner),
    toNano("1.1"),
  );
  assert(trace.paid(owner) > toNano("1"));
  assert.equal(w.parseClientData((await world.rawData(client.address))!).balance, 0n);
});

test("charges that the proxy contract refuses count for nothing, and can be made again", async () => {
  const { world, client } = await closed();
  await closeProxy(world);
  world.wait(proxyDelay + 1);
  const complete = w.proxyBody.closeComplete(world.nextQuery(), world.proxyOwner);
  await world.ok(world.proxyOwner, world.proxy.address, complete, w.attach.proxy);
  const { before, after, trace } = await comesBack(world, client, world.chargeBody(client, 1000n));
  assert.deepEqual(after, before);
  assert(trace.returned(world.proxyOwner) > 0n, "the rest goes to whom the message named");
  const grant = await comesBack(world, client, world.grantBody(client, 1000n));
  const unlockAt = world.chain.now! + clientDelay;
  assert.deepEqual(grant.after, { ...grant.before, state: w.ChannelState.closing, unlockAt });
  world.wait(clientDelay + 1);
  const out = w.clientBody.requestRefund(world.nextQuery(), client.owner);
  const refund = await world.ok(client.owner, client.contract.address, out);
  assert.equal(
    refund.paid(client.owner),
    toNano("2"),
    "coins left in a closed proxy contract stay the client's",
  );
});

test("a voucher's charge comes back the same way", async () => {
  const world = await World.create();
  const client = await world.addClient();
  await world.setVoucherKey(client);
  await world.topUp(client, toNano("2"));
  await closeProxy(world);
  world.wait(proxyDelay + 1);
  const complete = w.proxyBody.closeComplete(world.nextQuery(), world.proxyOwner);
  await world.ok(world.proxyOwner, world.proxy.address, complete, w.attach.proxy);
  const body = world.voucherBody(client, world.voucher(client, 10n, toNano("1")));
  const { before, after } = await comesBack(world, client, body);
  assert.deepEqual(after, before);
});

// With its account gone, the proxy contract stands for anything that can go wrong behind a client's back.
test("withdrawal, forced refund and grant come back when the proxy contract is gone", async () => {
  const { world, client } = await closed();
  const gone = createEmptyShardAccount(world.proxy.address);
  const alive = (await world.chain.getContract(world.proxy.address)).account;
  const vanish = () => world.chain.setShardAccount(world.proxy.address, gone);
  const appear = () => world.chain.setShardAccount(world.proxy.address, alive);
  await vanish();

  const withdraw = w.clientBody.withdraw(world.nextQuery(), client.owner);
  const first = await comesBack(world, client, withdraw);
  assert.deepEqual(first.after, first.before);

  const request = () => w.clientBody.requestRefund(world.nextQuery(), client.owner);
  const second = await comesBack(world, client, request());
  assert.equal(second.after.state, w.ChannelState.closing);
  assert.equal(second.after.balance, toNano("2"));
  world.wait(clientDelay + 1);
  const third = await comesBack(world, client, request());
  assert.deepEqual(third.after, third.before);

  await appear();
  const trace = await world.ok(client.owner, client.contract.address, request());
  assert.equal(trace.paid(client.owner), toNano("2"));
});

test("a payout that is not covered comes back and can be asked for again", async () => {
  const { world, client } = await closed();
  const worker = await world.addWorker();
  await world.charge(client, 999n);
  for (const body of [world.payoutBody(worker, 1000n), world.lastPayoutBody(worker, 1000n)]) {
    const trace = await world.send(worker.owner, worker.contract.address, body);
    assert.equal(trace.exit(world.proxy.address), w.ExitCode.contractBalance);
    assert.equal(trace.paid(worker.owner), 0n);
    assert(trace.returned(worker.owner) > 0n);
    const data = await world.workerData(worker);
    assert.deepEqual([data.tokens, data.state], [0n, w.WorkerState.working]);
  }
  await world.charge(client, 1000n);
  const trace = await world.ok(worker.owner, worker.contract.address, world.payoutBody(worker, 1000n));
  assert.equal(trace.paid(worker.owner), 19_000n);
});

// The deposit is refused, but before that news is back the client withdraws it: for a moment others' coins have paid.
test("a refused deposit that was spent meanwhile still reaches the proxy contract", async () => {
  const { world, client } = await closed();
  await closeProxy(world);
  const at = client.contract.address;
  const from = client.owner;
  const withdraw = () => w.clientBody.withdraw(world.nextQuery(), from);
  const topUp = w.clientBody.topUp(world.nextQuery(), toNano("1"), from);
  // Even with the least that a deposit may carry for fees.
  await world.refused(w.ExitCode.value, from, at, topUp, toNano("1"));
  const alive = await World.create();
  const twin = await alive.addClient();
  await alive.topUp(twin, toNano("2"));
  const least = await alive.leastValue(
    { from, to: twin.contract.address, body: topUp },
    toNano("1"),
    toNano("1.2"),
  );
  const trace = await world.deliverTogether([
    { from, to: at, body: topUp, value: least },
    { from, to: at, body: withdraw(), value: w.attach.request },
    { from, to: at, body: w.clientBody.requestRefund(world.nextQuery(), from), value: w.attach.request },
  ]);
  assert.equal(trace.exit(world.proxy.address), w.ExitCode.state);
  assert.equal(payloads(trace).filter((op) => op === w.Ours.restored).length, 1);
  const data = await world.clientData(client);
  assert.equal(
    data.balance + trace.paid(from) - (trace.paid(from) - (toNano("3") - data.balance)),
    toNano("3"),
  );
  assert.equal((await world.proxyData()).clientFunds, data.balance + toNano("5"), "no other client pays");
  assert(data.balance <= stake);
});

// The same where nobody else's coins are there to be lent: the withdrawal comes back as well.
test("a refund that client funds cannot pay yet comes back", async () => {
  const world = await World.create();
  const client = await world.addClient();
  await world.topUp(client, toNano("2"));
  await closeProxy(world);
  const [from, to] = [client.owner, client.contract.address];
  const topUp = w.clientBody.topUp(world.nextQuery(), toNano("1"), from);
  const withdraw = w.clientBody.withdraw(world.nextQuery(), from);
  const trace = await world.deliverTogether([
    { from, to, body: topUp, value: toNano("1") + w.attach.request },
    { from, to, body: withdraw, value: w.attach.request },
  ]);
  const exits = trace.at(world.proxy.address).map(exitOf);
  assert.deepEqual(exits, [w.ExitCode.state, w.ExitCode.contractBalance, 0]);
  assert.equal((await world.clientData(client)).balance, toNano("2.5"));
  assert.equal(trace.paid(from), toNano("0.5"), "together 3 TON");
});

// Then its next visitor must bring more. One that does not is sent home, with nothing changed.
test("a request that finds the proxy contract eaten up by storage comes back", async () => {
  const { world, client } = await closed();
  const year = 365 * 86400;
  for (let i = 0; i < 6; ++i) {
    world.wait(2 * year); // the client's contract is visited now and then, the proxy's is not
    await world.ok(world.stranger, client.contract.address, beginCell().endCell(), toNano("1"));
  }
  world.ledger.starved = true;
  const withdraw = () => w.clientBody.withdraw(world.nextQuery(), client.owner);
  const { before, after, trace } = await comesBack(world, client, withdraw());
  assert.deepEqual(after, before);
  const tx = trace.at(world.proxy.address)[0]!;
  assert(tx.description.type === "generic" && tx.description.actionPhase?.success === false);
  const paid = await world.ok(client.owner, client.contract.address, withdraw(), toNano("0.5"));
  assert.equal(paid.paid(client.owner), toNano("2") - stake);
});

// Otherwise a client could have the proxy's grant come back, and leave at once with what the grant was to settle.
test("a grant that came back does not cut the proxy's delay short", async () => {
  const { world, client } = await closed();
  const alive = (await world.chain.getContract(world.proxy.address)).account;
  await world.chain.setShardAccount(world.proxy.address, createEmptyShardAccount(world.proxy.address));
  const { after } = await comesBack(world, client, world.grantBody(client, 50_000n));
  assert.equal(after.state, w.ChannelState.closing);
  await world.chain.setShardAccount(world.proxy.address, alive);
  const out = w.clientBody.requestRefund(world.nextQuery(), client.owner);
  await world.refused(w.ExitCode.locked, client.owner, client.contract.address, out);
  const trace = await world.ok(world.proxyOwner, client.contract.address, world.grantBody(client, 50_000n));
  assert.equal(trace.paid(client.owner), toNano("2") - 50_000n * w.defaultParams.pricePerToken);
});

// A charge comes back after the channel was closed behind it: its coins must not be locked in.
test("coins that come back to a closed channel can still be had", async () => {
  const { world, client } = await closed();
  await closeProxy(world);
  world.wait(proxyDelay + 1);
  const complete = w.proxyBody.closeComplete(world.nextQuery(), world.proxyOwner);
  await world.ok(world.proxyOwner, world.proxy.address, complete, w.attach.proxy);
  const [from, to, value] = [world.proxyOwner, client.contract.address, w.attach.request];
  await world.deliverTogether([
    { from, to, value, body: world.chargeBody(client, 1000n) },
    { from, to, value, body: world.grantBody(client, 1000n) },
  ]);
  const now = await books(world, client);
  assert.deepEqual([now.state, now.balance], [w.ChannelState.closing, 1000n * w.defaultParams.pricePerToken]);
  world.wait(clientDelay + 1);
  const out = w.clientBody.requestRefund(world.nextQuery(), client.owner);
  const trace = await world.ok(client.owner, client.contract.address, out);
  assert.equal(trace.paid(client.owner), 1000n * w.defaultParams.pricePerToken);
});
