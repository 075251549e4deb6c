// One test for each way in which money could be taken in other designs. All of them end in nothing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { beginCell, toNano } from "@ton/core";
import * as w from "../wrappers/index.ts";
import { type Client, globalId, keys, World } from "./world.ts";

const Exit = w.ExitCode;
const { pricePerToken: price, minProxyStake } = w.defaultParams;
const hash = (text: string) => BigInt("0x" + createHash("sha256").update(text).digest("hex"));

async function funded(): Promise<{ world: World; client: Client; other: Client }> {
  const world = await World.create();
  const client = await world.addClient();
  const other = await world.addClient();
  await world.topUp(client, toNano("1"));
  await world.topUp(other, toNano("5"));
  return { world, client, other };
}

// Whoever knows that a secret is empty knows everything about it. A channel with a voucher key does not take such a
// secret; on one without, the secret moves no coin on chain, whatever a proxy makes of it.
test("an empty secret spends nothing", async () => {
  const world = await World.create();
  const client = await world.addClient();
  const at = client.contract.address;
  await world.setVoucherKey(client);
  const empty = w.clientBody.changeSecret(1n, hash(""), client.owner);
  await world.refused(Exit.format, client.owner, at, empty);
  const both = w.clientBody.changeSecretAndTopUp(2n, toNano("1"), hash(""), client.owner);
  await world.refused(Exit.format, client.owner, at, both, toNano("1.1"));
  await world.ok(client.owner, at, w.clientBody.changeSecret(3n, hash("a real one"), client.owner));

  const old = await world.addClient();
  await world.topUp(old, toNano("1"));
  await world.ok(old.owner, old.contract.address, w.clientBody.changeSecret(4n, hash(""), old.owner));
  for (const body of [
    w.clientBody.withdraw(5n, world.stranger),
    w.clientBody.requestRefund(6n, world.stranger),
    w.clientBody.register(7n, 1n, world.stranger),
  ]) {
    await world.refused(Exit.owner, world.stranger, old.contract.address, body);
  }
  const thief = world.chargeBody(old, 5n, keys("thief"));
  await world.refused(Exit.signature, world.stranger, old.contract.address, thief);
});

test("a negative count is no count", async () => {
  const { world, client } = await funded();
  const worker = await world.addWorker();
  const minusOne = 2n ** 64n - 1n;
  const at = client.contract.address;
  await world.refused(Exit.format, world.proxyOwner, at, world.chargeBody(client, minusOne));
  await world.refused(Exit.format, world.proxyOwner, at, world.grantBody(client, 2n ** 63n));
  await world.refused(Exit.format, worker.owner, worker.contract.address, world.payoutBody(worker, minusOne));
});

test("a charge beyond the ledger takes the one client's deposit and nobody else's", async () => {
  const { world, client } = await funded();
  const affordable = toNano("1") / price;
  await world.charge(client, 2n ** 62n);
  const data = await world.clientData(client);
  assert.deepEqual([data.balance, data.tokens], [0n, affordable]);
  const proxy = await world.proxyData();
  assert.deepEqual([proxy.clientFunds, proxy.earned, proxy.stake], [toNano("5"), toNano("1"), minProxyStake]);
  await world.refused(
    Exit.balance,
    world.proxyOwner,
    client.contract.address,
    world.chargeBody(client, affordable + 1n),
  );
});

test("a worker's claim is paid once, however often and fast it is sent", async () => {
  const { world, client } = await funded();
  const worker = await world.addWorker();
  await world.charge(client, 10_000n);
  const claim = {
    from: worker.owner,
    to: worker.contract.address,
    body: world.payoutBody(worker, 4000n),
    value: w.attach.request,
  };
  const trace = await world.deliverTogether([claim, claim, claim]);
  assert.equal(trace.paid(worker.owner), 4000n * w.defaultParams.workerFeePerToken);
  await world.refused(Exit.notNewer, claim.from, claim.to, claim.body);
  await world.refused(Exit.notNewer, claim.from, claim.to, world.payoutBody(worker, 3999n));
});

test("workers are paid from what was charged, never from deposits or the stake", async () => {
  const { world } = await funded();
  const accomplice = await world.addWorker();
  const at = accomplice.contract.address;
  const trace = await world.send(accomplice.owner, at, world.payoutBody(accomplice, 1n));
  assert.equal(trace.exit(world.proxy.address), Exit.contractBalance);
  assert.equal(trace.paid(accomplice.owner), 0n);
});

test("an owner withdraws commission, not deposits, wages or the stake", async () => {
  const { world, client } = await funded();
  await world.charge(client, 10_000n);
  const body = w.proxyBody.payoutRequest(1n, world.proxyOwner);
  const trace = await world.ok(world.proxyOwner, world.proxy.address, body, w.attach.proxy);
  assert.equal(trace.paid(world.proxyOwner), 0n);
  const data = await world.proxyData();
  assert.deepEqual([data.clientFunds, data.earned], [toNano("6") - 10_000n * price, 10_000n * price]);
});

test("a stale voucher charges nothing, on a reopened channel either", async () => {
  const world = await World.create();
  const client = await world.addClient();
  const at = client.contract.address;
  await world.setVoucherKey(client);
  await world.topUp(client, toNano("2"));
  const stale = world.voucherBody(client, world.voucher(client, 5n, toNano("0.2")));
  await world.ok(world.stranger, at, world.voucherBody(client, world.voucher(client, 9n, toNano("0.3"))));
  await world.refused(Exit.notNewer, world.stranger, at, stale);
  await world.ok(world.stranger, at, world.grantBody(client, 9n));
  await world.ok(client.owner, at, w.clientBody.reopen(1n, toNano("1"), client.owner), toNano("1.1"));
  await world.refused(Exit.notNewer, world.stranger, at, stale);
  const again = world.voucherBody(client, world.voucher(client, 9n, toNano("0.3")));
  await world.refused(Exit.notNewer, world.stranger, at, again);
});

// The same owner, proxy key and code under another root, or on another chain at the very same address.
test("a foreign network's signature is worth nothing", async () => {
  const { world, client } = await funded();
  const foreign = new w.Network(world.root.address, { ...world.network.params, uniqueId: 2 });
  const proxy = foreign.proxy(world.proxyOwner, world.proxyKey.publicKey);
  const identity = { address: proxy.address, publicKey: world.proxyKey.publicKey };
  const there = foreign.client(client.owner, identity).address;
  assert(!there.equals(client.contract.address), "its contracts are elsewhere");
  const order = w.clientBody.charge(1n, 5n, there, world.stranger, world.proxyKey.secretKey);
  await world.refused(Exit.receiver, world.stranger, client.contract.address, order);

  const vouched = await world.addClient();
  await world.setVoucherKey(vouched);
  await world.topUp(vouched, toNano("1"));
  const receiver = vouched.contract.address;
  for (const network of [-3, 0, -globalId]) {
    const voucher = w.signVoucher({ network, receiver, tokens: 1n, amount: 1n }, vouched.key.secretKey);
    await world.refused(Exit.network, world.stranger, receiver, world.voucherBody(vouched, voucher));
  }
});

test("an order for one purpose does not serve another", async () => {
  const { world, client } = await funded();
  const at = client.contract.address;
  const order = { op: w.Op.worker.payout, queryId: 1n, tokens: 5n, receiver: at };
  const signed = w.signOrder(order, world.proxyKey.secretKey);
  const asCharge = w.orderMessage({ ...order, op: w.Op.client.charge }, world.stranger, signed);
  await world.refused(Exit.signedFormat, world.stranger, at, asCharge);
  const asOther = w.orderMessage(
    { ...order, op: w.Op.client.charge, queryId: 2n },
    world.stranger,
    w.signOrder({ ...order, op: w.Op.client.charge }, world.proxyKey.secretKey),
  );
  await world.refused(Exit.signedFormat, world.stranger, at, asOther);
});

test("whoever submits an order may keep the change, nothing more", async () => {
  const { world, client } = await funded();
  const body = w.clientBody.grantRefund(
    1n,
    1000n,
    client.contract.address,
    world.stranger,
    world.proxyKey.secretKey,
  );
  const trace = await world.ok(world.stranger, client.contract.address, body);
  assert.equal(trace.paid(client.owner), toNano("1") - 1000n * price);
  assert.equal(trace.paid(world.stranger), 0n);
  assert(trace.returned(world.stranger) < w.attach.request);
});

// A client contract whose proxy address is someone's own cannot make the real proxy contract believe anything.
test("a look-alike client contract moves no coins", async () => {
  const { world } = await funded();
  const thief = keys("thief");
  const fake = world.network.client(world.stranger, {
    address: world.proxy.address,
    publicKey: thief.publicKey,
  });
  await world.deploy(fake, world.stranger);
  const trace = await world.send(
    world.stranger,
    fake.address,
    w.clientBody.topUp(1n, toNano("1"), world.stranger),
    toNano("1.1"),
  );
  assert.equal(trace.exit(world.proxy.address), Exit.address);
  assert(trace.paid(world.stranger) > toNano("1"), "its own coins come back");
  assert.equal((await world.proxyData()).clientFunds, toNano("6"));
});

test("storage fees do not eat into deposits: messages refill the reserve, in bearable steps", async () => {
  const { world, client } = await funded();
  const year = 365 * 86400;
  for (let i = 0; i < 6; ++i) {
    world.wait(2 * year); // the client's contract is visited now and then, the proxy's is not
    await world.ok(world.stranger, client.contract.address, beginCell().endCell(), toNano("1"));
  }
  world.ledger.starved = true;
  const reserve = async () => {
    const data = await world.proxyData();
    const owed = data.clientFunds + data.earned + data.balance + data.stake;
    return (await world.balance(world.proxy.address)) - owed;
  };
  assert((await reserve()) > 0n, "storage has not been collected yet");
  const send = (tokens: bigint) =>
    world.ok(world.proxyOwner, client.contract.address, world.chargeBody(client, tokens), toNano("0.5"));
  const first = await send(1000n);
  assert(first.returned(world.proxyOwner) > toNano("0.35"));
  assert.equal(await reserve(), 0n, "what was missing is there again");
  for (let i = 1n; i <= 27n; ++i) {
    await send(1000n + i);
    assert.equal(await reserve(), i < 25n ? toNano("0.02") * i : toNano("0.5"));
  }
});
