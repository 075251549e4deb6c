// A channel from opening to close, as every party sees it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toNano } from "@ton/core";
import * as w from "../wrappers/index.ts";
import { World } from "./world.ts";

const price = w.defaultParams.pricePerToken;
const fee = w.defaultParams.workerFeePerToken;

test("deposit, charge, payout, commission: each exact to the nanoton", async () => {
  const world = await World.create();
  const client = await world.addClient();
  const worker = await world.addWorker();

  const topUp = await world.topUp(client, toNano("3"));
  assert.equal((await world.clientData(client)).balance, toNano("3"));
  assert(topUp.returned(client.owner) > toNano("0.03"), "the rest comes back");

  const tokens = 1_000_000n;
  await world.charge(client, tokens);
  let proxy = await world.proxyData();
  assert.equal(proxy.earned, tokens * price);
  assert.equal(proxy.clientFunds, toNano("3") - tokens * price);
  assert.equal((await world.clientData(client)).tokens, tokens);

  const payout = await world.ok(worker.owner, worker.contract.address, world.payoutBody(worker, 600_000n));
  assert.equal(payout.paid(worker.owner), 600_000n * fee);
  proxy = await world.proxyData();
  assert.equal(proxy.earned, 400_000n * price);
  assert.equal(proxy.balance, 600_000n * (price - fee));

  const withdraw = w.proxyBody.payoutRequest(world.nextQuery(), world.proxyOwner);
  const trace = await world.ok(world.stranger, world.proxy.address, withdraw, w.attach.proxy);
  assert.equal(trace.paid(world.proxyOwner), 600_000n * (price - fee));
  assert.equal((await world.proxyData()).balance, 0n);
});
