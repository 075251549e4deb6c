// The root contract: every order of its owner, and nobody else's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { beginCell, type Cell, toNano } from "@ton/core";
import * as w from "../wrappers/index.ts";
import { party, World } from "./world.ts";

const Exit = w.ExitCode;

async function order(world: World, body: Cell) {
  const before = await world.rootData();
  const trace = await world.ok(world.rootOwner, world.root.address, body, w.attach.root);
  const after = await world.rootData();
  assert.equal(after.version, before.version + 1);
  assert(trace.returned(world.rootOwner) > 0n);
  return after;
}

test("hash lists", async () => {
  const world = await World.create();
  for (const [list, field] of [
    ["ProxyHash", "proxyHashes"],
    ["WorkerHash", "workerHashes"],
    ["ModelHash", "modelHashes"],
  ] as const) {
    await order(world, w.rootBody.add(1n, list, 5n));
    assert.deepEqual((await order(world, w.rootBody.add(2n, list, 2n ** 255n)))[field], [5n, 2n ** 255n]);
    const valid = { ProxyHash: "proxy", WorkerHash: "worker", ModelHash: "model" }[list] + "_hash_is_valid";
    const ask = async (hash: bigint) =>
      (await world.chain.runGetMethod(world.root.address, valid, [{ type: "int", value: hash }])).stackReader;
    assert.equal((await ask(5n)).readBigNumber(), -1n);
    assert.equal((await ask(6n)).readBigNumber(), 0n);
    assert.deepEqual((await order(world, w.rootBody.remove(3n, list, 5n)))[field], [2n ** 255n]);
  }
  const { params, lastProxySeqno } = await world.rootData();
  const empty = await order(world, w.rootBody.resetLists(4n));
  assert.deepEqual([empty.proxyHashes, empty.workerHashes, empty.modelHashes], [[], [], []]);
  assert.deepEqual(
    [empty.params.paramsVersion, empty.lastProxySeqno],
    [params.paramsVersion, lastProxySeqno],
  );
});

test("registered proxies", async () => {
  const world = await World.create();
  const to = world.root.address;
  const one = "203.0.113.5:5222 203.0.113.5:8888";
  await order(world, w.rootBody.registerProxy(1n, one));
  const two = await order(world, w.rootBody.registerProxy(2n, "[2001:db8::1]:5222"));
  assert.deepEqual([...two.registeredProxies], [[1, one], [2, "[2001:db8::1]:5222"]]); // prettier-ignore
  const three = await order(world, w.rootBody.updateProxy(3n, 2, "proxy.example:1"));
  assert.equal(three.registeredProxies.get(2), "proxy.example:1");
  assert.deepEqual(
    [...(await order(world, w.rootBody.unregisterProxy(4n, 1))).registeredProxies.keys()],
    [2],
  );
  await order(world, w.rootBody.resetLists(5n));
  const again = await order(world, w.rootBody.registerProxy(6n, one));
  assert.deepEqual([...again.registeredProxies.keys()], [3], "numbers are never given twice");
  const refuse = (exit: number, body: Cell) => world.refused(exit, world.rootOwner, to, body, w.attach.root);
  await refuse(Exit.unknownProxy, w.rootBody.unregisterProxy(7n, 1));
  await refuse(Exit.unknownProxy, w.rootBody.updateProxy(8n, 9, "x:1"));
  const raw = (bits: Cell) => beginCell().storeUint(w.Op.root.registerProxy, 32).storeUint(1, 64).storeSlice(bits.beginParse()).endCell(); // prettier-ignore
  await refuse(Exit.format, w.rootBody.registerProxy(9n, ""));
  await refuse(Exit.format, raw(beginCell().storeUint(1, 8).storeUint(65, 16).endCell()));
  await refuse(Exit.format, raw(beginCell().storeUint(0x81, 8).storeUint(65, 8).endCell()));
});

test("prices, delays and stakes: each change moves contracts to new addresses", async () => {
  const world = await World.create();
  const expected = { ...world.network.params };
  const check = async (body: Cell, changes: Partial<w.Params>) => {
    Object.assign(expected, changes, { paramsVersion: expected.paramsVersion + 1 });
    const { params } = await order(world, body);
    assert.equal(w.packParams(params, "full").hash().toString("hex"), w.packParams(expected, "full").hash().toString("hex")); // prettier-ignore
  };
  await check(w.rootBody.changePrice(1n, 30n, 25n), { pricePerToken: 30n, workerFeePerToken: 25n });
  const next = { pricePerToken: 40n, workerFeePerToken: 40n, proxyDelay: 7200, clientDelay: 3600 };
  const stakes = { minProxyStake: toNano("9"), minClientStake: toNano("0.3") };
  await check(w.rootBody.changeParams(2n, { ...expected, ...next, ...stakes }), { ...next, ...stakes });
  const multipliers = {
    promptMultiplier: 1,
    cachedMultiplier: 2,
    completionMultiplier: 3,
    reasoningMultiplier: 4,
  };
  await check(w.rootBody.changeMultipliers(3n, { ...expected, ...multipliers }), multipliers);
  const [a, b, c] = [1, 2, 3].map((n) => beginCell().storeUint(n, 8).endCell()) as [Cell, Cell, Cell];
  await check(w.rootBody.upgradeContracts(4n, a, b, c), { proxyCode: a, workerCode: b, clientCode: c });
  const to = world.root.address;
  await world.refused(Exit.format, world.rootOwner, to, w.rootBody.changePrice(5n, 10n, 11n), w.attach.root);
});

test("get methods", async () => {
  const world = await World.create();
  const get = async (name: string) => (await world.chain.runGetMethod(world.root.address, name)).stackReader;
  const data = await get("get_cocoon_data");
  const p = world.network.params;
  const numbers = [0n, 0n, BigInt(p.paramsVersion), BigInt(p.uniqueId), -1n, 20n, 19n, p.minProxyStake, p.minClientStake]; // prettier-ignore
  for (const number of numbers) assert.equal(data.readBigNumber(), number);
  assert(data.readAddress().equals(world.rootOwner));
  const params = await get("get_cur_params");
  const hash = (cell: Cell | null) => BigInt("0x" + cell!.hash().toString("hex"));
  for (const number of [
    ...[BigInt(p.paramsVersion), BigInt(p.uniqueId), -1n, 20n, 19n, 1000n, 80000n, 86400n, 43200n],
    ...[p.minProxyStake, p.minClientStake, hash(p.proxyCode), hash(p.workerCode), hash(p.clientCode)],
  ]) {
    assert.equal(params.readBigNumber(), number);
  }
  assert.equal((await get("last_proxy_seqno")).readBigNumber(), 0n);
});

test("the key manager, from struct version 4 on", async () => {
  const world = await World.create({ structVersion: 4 });
  await order(world, w.rootBody.changeKeyManager(1n, 7n, 8n, "keys.example:1"));
  const { keyManager } = await order(world, w.rootBody.addPublicKey(2n, 9n, 1, 1_900_000_000));
  assert.deepEqual(
    [keyManager?.publicKey, keyManager?.imageHash, keyManager?.address],
    [7n, 8n, "keys.example:1"],
  );
  assert.deepEqual([...keyManager!.publicKeys], [[9n, { kind: 1, expireAt: 1_900_000_000 }]]);
  const old = await World.create();
  const body = w.rootBody.addPublicKey(2n, 9n, 1, 1);
  await old.refused(Exit.operation, old.rootOwner, old.root.address, body, w.attach.root);
});

test("owner, code, data", async () => {
  const world = await World.create();
  const to = world.root.address;
  const heir = party("heir");
  await order(world, w.rootBody.changeOwner(1n, heir));
  await world.refused(Exit.owner, world.rootOwner, to, w.rootBody.resetLists(2n), w.attach.root);
  await world.ok(heir, to, w.rootBody.changeOwner(3n, world.rootOwner), w.attach.root);

  const data = { ...(await world.rootData()), lastProxySeqno: 77, version: 100 };
  const full = w.rootBody.upgradeFull(4n, w.packRootData(data), w.code.root);
  await world.ok(world.rootOwner, to, full, w.attach.root);
  const now = await world.rootData();
  assert.deepEqual([now.lastProxySeqno, now.version], [77, 101]);
  const nonsense = w.rootBody.upgradeFull(5n, beginCell().endCell(), w.code.root);
  const trace = await world.send(world.rootOwner, to, nonsense, w.attach.root);
  assert(trace.exit(to) > 1, "data that this code cannot read is refused");
  await world.ok(world.rootOwner, to, w.rootBody.upgradeCode(6n, w.code.wallet), w.attach.root);
  const state = (await world.account(to)).accountState;
  assert(state?.type === "active" && state.state.code!.equals(w.code.wallet));
});

test("only the owner", async () => {
  const world = await World.create({ structVersion: 4 });
  const p = world.network.params;
  const cell = beginCell().endCell();
  for (const body of [
    w.rootBody.add(1n, "ProxyHash", 1n),
    w.rootBody.remove(1n, "ModelHash", 1n),
    w.rootBody.registerProxy(1n, "x:1"),
    w.rootBody.updateProxy(1n, 1, "x:1"),
    w.rootBody.unregisterProxy(1n, 1),
    w.rootBody.changePrice(1n, 2n, 1n),
    w.rootBody.changeParams(1n, p),
    w.rootBody.changeMultipliers(1n, p),
    w.rootBody.upgradeContracts(1n, cell, cell, cell),
    w.rootBody.upgradeCode(1n, cell),
    w.rootBody.upgradeFull(1n, cell, cell),
    w.rootBody.resetLists(1n),
    w.rootBody.changeOwner(1n, world.stranger),
    w.rootBody.changeKeyManager(1n, 1n, 1n, "x:1"),
    w.rootBody.addPublicKey(1n, 1n, 1, 1),
  ]) {
    await world.refused(Exit.owner, world.stranger, world.root.address, body, w.attach.root);
  }
  const unknown = beginCell().storeUint(0x12345678, 32).storeUint(0, 64).endCell();
  await world.refused(Exit.operation, world.rootOwner, world.root.address, unknown, w.attach.root);
});
