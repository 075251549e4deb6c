// The bytes that other programs know: initial data, addresses, signed payments, notifications, live states. The numbers
// come from the live network and from the C++ side's own tests (src/ton).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Address, beginCell, Cell, loadMessageRelaxed, toNano } from "@ton/core";
import { keyPairFromSeed } from "@ton/crypto";
import * as w from "../wrappers/index.ts";
import { World } from "./world.ts";

const vector = (name: string) =>
  Cell.fromBoc(readFileSync(new URL(`../../tests/vectors/ton/${name}`, import.meta.url)))[0]!;
const hex = (cell: Cell) => cell.hash().toString("hex");

const mainnetRoot = Address.parse("EQCns7bYSp0igFvS1wpb5wsZjCKCV19MD5AVzI4EyxsnU73k");
const mainnetOwner = Address.parse("UQDnlslXI2RtI1WhLmtelkb4CVQGxr8E_xSIjl0Hg79jNk6V");
const mainnetProxyKey = Buffer.from(
  "1cddc344e4ea001a119b6d27976e7056a29d6cc262d17bec92c8586cd3ab6fce",
  "hex",
);

test("the live network's root state is read, and written back to the bit", () => {
  const cell = vector("mainnet-root-state.boc");
  const root = w.parseRootData(cell);
  assert.deepEqual([root.version, root.params.structVersion, root.params.paramsVersion], [87, 4, 17]);
  assert.deepEqual([...root.registeredProxies], [[2, "91.108.4.11:5222 91.108.4.11:8888"]]);
  assert.equal(hex(w.packRootData(root)), hex(cell));
  const form = (f: w.ParamsForm) => hex(w.packParams(root.params, f));
  assert.equal(form("full"), "e1b74351e1d554857ccd2fa36cc6355a054c3b84affa2c131647984ead414568");
  assert.equal(form("withoutProxyCode"), "1869cc85c704f75ec7f86de2d56a9272839c7716f31b5b30f7f815c9781e6d7b");
  assert.equal(form("withoutCode"), "7dbcf06eebc1868398aa74162d77445807340d7bed8c09739ddedf8279e39a07");
});

test("addresses are those of the live network when its code is", () => {
  const network = new w.Network(mainnetRoot, w.parseRootData(vector("mainnet-root-state.boc")).params);
  const proxy = network.proxy(mainnetOwner, mainnetProxyKey);
  assert.equal(proxy.init!.data.bits.length, 832);
  assert.equal(hex(proxy.init!.data), "134cc139cd94be4f38b223cf05aeac0240b497ee734e6f157647f85e68a46580");
  assert(proxy.address.equals(Address.parse("UQDTC4XYwcRwan5FEMmfQze48J6YaK8Ao3QiOsvHx83q0r4a")));
  const identity = { address: proxy.address, publicKey: mainnetProxyKey };
  for (const [owner, at] of [
    ["UQDJxdrlRruDA9KuV7nGNXAPVs8cTIS2fbyMx2BOWioB_kVe", "UQDGYwiPVGgHlxabHQNYVZeScSn1WwIfMySPNbeQ4kyjuEky"],
    ["UQDSMc2wDpO5kgPwOHO-wQuTc7Fjyvf5OdUWAn_-G0oaqon7", "UQBHk_MRFeU-_ss9vH5r7CfyWY963C3Da9e3uuG6Wu2rWebH"],
  ] as const) {
    const client = network.client(Address.parse(owner), identity);
    assert.equal(client.init!.data.bits.length, 402);
    assert(client.address.equals(Address.parse(at)));
  }
  assert.equal(network.worker(mainnetOwner, identity).init!.data.bits.length, 856);
});

test("live proxy and wallet states are read", () => {
  const proxy = w.parseProxyData(vector("mainnet-proxy-state.boc"));
  assert(proxy.owner.equals(mainnetOwner) && proxy.publicKey.equals(mainnetProxyKey));
  assert.equal(proxy.stake, 0n);
  assert.equal(hex(w.packProxyData(proxy)), hex(vector("mainnet-proxy-state.boc")));
  const wallet = vector("mainnet-wallet-state.boc");
  assert.equal(wallet.bits.length, 619);
  assert.equal(hex(w.packWalletData(w.parseWalletData(wallet))), hex(wallet));
});

test("a live wallet's order, and the deposit in it, have the bytes we write", () => {
  const cell = vector("mainnet-wallet-external-message.boc");
  const s = cell.beginParse();
  const signature = s.loadBuffer(64);
  assert.equal(s.loadUint(32), 0, "subwallet");
  const [validUntil, seqno, mode, message] = [s.loadUint(32), s.loadUint(32), s.loadUint(8), s.loadRef()];
  s.endParse();
  const order = { validUntil, seqno, messages: [{ mode, message }] };
  const written = beginCell().storeBuffer(signature).storeSlice(w.walletOrderPayload(order).beginParse());
  assert.equal(hex(written.endCell()), hex(cell));

  const { info, body } = loadMessageRelaxed(message.beginParse());
  assert(info.type === "internal");
  assert.equal(info.value.coins, 8700929120n + toNano("0.7"));
  assert(info.dest.equals(Address.parse("UQDGYwiPVGgHlxabHQNYVZeScSn1WwIfMySPNbeQ4kyjuEky")));
  const wallet = Address.parse("UQDJxdrlRruDA9KuV7nGNXAPVs8cTIS2fbyMx2BOWioB_kVe");
  assert.equal(hex(body), hex(w.clientBody.topUp(0x62ee048d37555945n, 8700929120n, wallet)));
});

test("a signed payment has the known bytes", () => {
  const key = keyPairFromSeed(Buffer.from([...Array(32).keys()]));
  assert.equal(
    key.publicKey.toString("hex"),
    "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
  );
  const receiver = new Address(0, Buffer.alloc(32, 0x11));
  const excesses = new Address(0, Buffer.alloc(32, 0x22));
  const order = { op: w.Op.client.charge, queryId: 1n, tokens: 12345n, receiver };
  const signed = w.signOrder(order, key.secretKey);
  assert.equal(signed.payload.bits.length, 427);
  assert.equal(hex(signed.payload), "9d2d4b546c90e7d67facf431af4320972155c3c578818eea70530d6ba78d5666");
  assert.equal(
    signed.signature.toString("hex"),
    "7ae0549f02928c50dad68d66bde6c327c3a53375524e9791f48a70daf6d45094" +
      "fb9f4a045583ca966ed47ab215585391558adc51d4c695401d23281095bb5c0c",
  );
  const message = w.orderMessage(order, excesses, signed);
  assert.equal(message.bits.length, 875);
  assert.equal(hex(message), "36720592de487e969475076be6c1ae2a070f0dd67ca153adc3ae58b2759d70c2");
});

// What a proxy's process reads in its contract's transactions: from the client, a 1-nanoton message whose computation
// is skipped, field by field.
test("notifications look as on the live network", async () => {
  const world = await World.create();
  const client = await world.addClient();
  await world.topUp(client, toNano("1"));
  const at = client.contract.address;
  const secretHash = BigInt("0x" + createHash("sha256").update("secret").digest("hex"));
  await world.ok(client.owner, at, w.clientBody.changeSecret(1n, secretHash, client.owner));
  const trace = await world.ok(client.owner, at, w.clientBody.register(77n, 0xabcdn, client.owner));
  const tx = trace.at(world.proxy.address)[0]!;
  assert(tx.inMessage?.info.type === "internal" && tx.description.type === "generic");
  assert.equal(tx.inMessage.info.value.coins, 1n);
  assert.equal(tx.inMessage.info.bounce, true);
  assert.equal(tx.description.computePhase.type, "skipped");
  const state = beginCell()
    .storeUint(0, 2)
    .storeCoins(toNano("1"))
    .storeCoins(w.defaultParams.minClientStake);
  state.storeUint(0, 64).storeUint(secretHash, 256);
  const payload = beginCell().storeUint(0xa35cb580, 32).storeUint(0xabcd, 64);
  const expected = beginCell().storeUint(0x65448ff4, 32).storeUint(77, 64).storeAddress(client.owner);
  expected.storeRef(state).storeMaybeRef(payload);
  assert.equal(hex(tx.inMessage.body), hex(expected.endCell()));
});

test("deposits, refunds and payouts look as on the live network", async () => {
  const world = await World.create();
  const client = await world.addClient();
  const worker = await world.addWorker();
  const payloadOf = (cell: Cell, op: number, skip: number) => {
    const s = cell.beginParse();
    assert.equal(s.loadUint(32), op);
    s.skip(64 + 267 + skip);
    if (op === w.Op.fromClient.request) s.loadRef();
    const payload = s.loadMaybeRef()!;
    s.endParse();
    return payload;
  };
  const at = world.proxy.address;
  const amount = toNano("2");
  const excesses = client.owner;
  const money = (op: number, coins: bigint) =>
    beginCell().storeUint(op, 32).storeCoins(coins).storeAddress(excesses).endCell();
  const inBody = (trace: Awaited<ReturnType<World["ok"]>>) => trace.at(at)[0]!.inMessage!.body;

  const topUp = inBody(await world.topUp(client, amount));
  assert.equal(hex(payloadOf(topUp, w.Op.fromClient.request, 0)), hex(money(0x5cfc6b87, amount)));
  const out = w.clientBody.withdraw(1n, client.owner);
  const withdraw = inBody(await world.ok(client.owner, client.contract.address, out));
  const surplus = amount - w.defaultParams.minClientStake;
  assert.equal(hex(payloadOf(withdraw, w.Op.fromClient.request, 0)), hex(money(0xc68ebc7b, surplus)));

  await world.charge(client, 1000n);
  const paid = inBody(await world.ok(worker.owner, worker.contract.address, world.payoutBody(worker, 1000n)));
  const expected = beginCell().storeUint(0x08e7d036, 32).storeCoins(19_000n).storeCoins(1000n);
  expected.storeAddress(worker.owner);
  assert.equal(hex(payloadOf(paid, w.Op.fromWorker.request, 2 + 64)), hex(expected.endCell()));
});

test("a client's data keeps the live layout until a voucher key is set", async () => {
  const world = await World.create();
  const client = await world.addClient();
  assert.equal(await world.dataHash(client.contract.address), hex(client.contract.init!.data));
  await world.topUp(client, toNano("1"));
  assert.equal((await world.rawData(client.contract.address))!.refs.length, 2);
  const second = await world.addClient();
  await world.setVoucherKey(second);
  const data = (await world.rawData(second.contract.address))!;
  assert.equal(data.refs.length, 3);
  assert.equal(hex(w.packClientData(w.parseClientData(data))), hex(data));
});

test("params of every struct version make working contracts", async () => {
  for (let structVersion = 0; structVersion <= 5; ++structVersion) {
    const defaults = structVersion < 1 ? { minProxyStake: toNano("1"), minClientStake: toNano("1") } : {};
    const world = await World.create({ structVersion, ...defaults });
    assert.equal((await world.rootData()).params.structVersion, structVersion);
    const client = await world.addClient();
    const worker = await world.addWorker();
    await world.topUp(client, toNano("2"));
    await world.charge(client, 1000n);
    await world.ok(worker.owner, worker.contract.address, world.payoutBody(worker, 1000n));
    const refund = w.clientBody.requestRefund(1n, client.owner);
    const trace = await world.ok(client.owner, client.contract.address, refund);
    assert.equal(trace.paid(client.owner), toNano("2") - 20_000n - world.network.params.minClientStake);
  }
});
