// A network from nothing to a worker's pay, step by step, as a script with a wallet would do it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Address, beginCell, toNano } from "@ton/core";
import { Blockchain } from "@ton/sandbox";
import * as w from "../wrappers/index.ts";
import { failed, internal, keys, party, start, Trace } from "./world.ts";

test("deploy, stake, register, open, top up, charge, pay, refund, close", async () => {
  const chain = await Blockchain.create({ config: "slim" });
  chain.now = start;
  const send = async (from: Address, order: w.Outgoing) => {
    const { to, value, body = beginCell().endCell(), init } = order;
    const message = internal({ from, to, value, body, ...(init && { init }) });
    const trace = new Trace((await chain.sendMessage(message)).transactions);
    for (const tx of trace.transactions) assert(!failed(tx));
    return trace;
  };
  const [owner, user, operator] = [party("owner"), party("user"), party("operator")];
  const [proxyKey, userKey] = [keys("proxy"), keys("user")];
  const { minProxyStake, pricePerToken, workerFeePerToken, clientDelay, proxyDelay } = w.defaultParams;

  const root = w.RootContract.create(w.newRoot(owner, w.defaultParams));
  await send(owner, w.rootOrders.deploy(root));
  await send(owner, w.rootOrders.registerProxy(root, 1n, "127.0.0.1:5222 127.0.0.1:8888"));
  const network = new w.Network(root.address, (await chain.openContract(root).getData()).params);

  const proxy = network.proxy(owner, proxyKey.publicKey);
  await send(owner, w.proxyOrders.deploy(proxy));
  await send(owner, w.proxyOrders.stake(proxy, 2n, owner, minProxyStake));
  const identity = { address: proxy.address, publicKey: proxyKey.publicKey };
  const client = network.client(user, identity);
  await send(user, w.clientOrders.setVoucherKey(client, 3n, user, userKey.publicKey));
  await send(user, w.clientOrders.topUp(client, 4n, user, toNano("0.5")));

  const [tokens, amount] = [3232n, 3232n * pricePerToken];
  const terms = { network: -239, receiver: client.address, tokens, amount };
  const voucher = w.signVoucher(terms, userKey.secretKey);
  await send(owner, w.settlementOrders.chargeVoucher(client, 5n, owner, voucher));
  const worker = network.worker(operator, identity);
  await send(operator, w.settlementOrders.deployWorker(worker));
  const order = w.settlementOrders.payout(worker, 6n, tokens, operator, proxyKey.secretKey);
  assert.equal((await send(operator, order)).paid(operator), tokens * workerFeePerToken);
  const commission = await send(owner, w.proxyOrders.withdraw(proxy, 7n, owner));
  assert.equal(commission.paid(owner), tokens * (pricePerToken - workerFeePerToken));

  const first = await send(user, w.clientOrders.requestRefund(client, 8n, user));
  chain.now += clientDelay + 1;
  const second = await send(user, w.clientOrders.requestRefund(client, 9n, user));
  assert.equal(first.paid(user) + second.paid(user), toNano("0.5") - amount);
  await send(owner, w.proxyOrders.close(proxy, 10n, owner));
  chain.now += proxyDelay + 1;
  assert.equal(
    (await send(owner, w.proxyOrders.completeClose(proxy, 11n, owner))).paid(owner),
    minProxyStake,
  );
  assert.equal((await chain.openContract(proxy).getData()).state, w.ProxyState.closed);
  assert.equal((await chain.openContract(worker).getData()).tokens, tokens);
  assert.equal((await chain.openContract(client).getData()).state, w.ChannelState.closed);
});
