// The bytes that other programs know: initial data, addresses, signed payments, notifications, live states. The numbers
// come from the live network and from the C++ side's own tests (src/ton).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Address, beginCell, Cell, loadMessageRelaxed, toNano } from "@ton/core";

import { createShardAccount } from "@ton/sandbox/dist/blockchain/SmartContract.js";
import * as w from "../wrappers/index.ts";
import { exitOf, World } from "./world.ts";

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
  const key = w.keyPairFromSeed(Buffer.from([...Array(32).keys()]));
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

// A client contract at an address of our choice, as if it had been deployed there, with a deposit.
async function place(world: World, address: Address, proxyPublicKey: Buffer) {
  const parties = { owner: world.stranger, proxy: world.proxy.address, proxyPublicKey };
  const params = w.packParams(world.network.params, "withoutCode");
  const books = { state: 0, balance: toNano("1"), stake: 0n, tokens: 0n, unlockAt: 0, secretHash: 0n };
  const data = w.packClientData({ ...books, parties, params, voucher: null });
  const account = createShardAccount({
    address,
    code: w.code.client,
    data,
    balance: toNano("0.2"),
    workchain: 0,
  });
  await world.chain.setShardAccount(address, account);
}

// Its bytes, signature included, are the constants of src/ton/signed_payment_test.cc.
test("a payment signed by the C++ side is taken as it is", async () => {
  const world = await World.create();
  const at = new Address(0, Buffer.alloc(32, 0x11));
  const key = Buffer.from("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8", "hex");
  await place(world, at, key);
  const payload = beginCell()
    .storeUint(0xbb63ff93, 32)
    .storeUint(1, 64)
    .storeUint(12345, 64)
    .storeAddress(at);
  const message = beginCell().storeUint(0xbb63ff93, 32).storeUint(1, 64);
  message.storeAddress(new Address(0, Buffer.alloc(32, 0x22)));
  const signature =
    "7ae0549f02928c50dad68d66bde6c327c3a53375524e9791f48a70daf6d45094" +
    "fb9f4a045583ca966ed47ab215585391558adc51d4c695401d23281095bb5c0c";
  message.storeBuffer(Buffer.from(signature, "hex")).storeRef(payload);
  const cell = message.endCell();
  assert.equal(hex(cell), "36720592de487e969475076be6c1ae2a070f0dd67ca153adc3ae58b2759d70c2");
  const { transactions } = await world.chain.sendMessage(world.envelope(world.stranger, at, cell));
  assert.equal(exitOf(transactions[0]!), 0);
  const charged = transactions[0]!.outMessages.get(0)!.body.refs[1]!.beginParse();
  assert.equal(charged.loadUint(32), w.Ours.charged);
  assert.deepEqual([charged.loadCoins(), charged.loadUintBig(64)], [12345n * 20n, 12345n]);
  // No client of this proxy has that address, so the proxy contract does not believe it.
  assert.equal(exitOf(transactions[1]!), w.ExitCode.address);
});

// Recorded from another implementation. It is for 0 tokens, so it charges nothing; but that is found after its
// signature was found good, and with another key it is the signature that is refused.
test("a payment signed by another implementation's proxy is recognised", async () => {
  const world = await World.create();
  const session = readFileSync(
    new URL("../../tests/vectors/wire/client-session-at-proxy.json", import.meta.url),
    "utf8",
  );
  const at = session.indexOf("82819902b4") + 10; // proxy.signedPayment with 180 bytes
  const message = Cell.fromHex(session.slice(at, at + 360));
  const receiver = Address.parse("UQCACjNFLY4ArI-ZdQsAazEAW41KvHyVIAWsFh9pbqcA1f12");
  for (const [key, exit] of [
    ["559087582b7e5ea2b2b986c258e0067b806a59b154e955decf00429610eab095", w.ExitCode.notNewer],
    ["03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8", w.ExitCode.signature],
  ] as const) {
    await place(world, receiver, Buffer.from(key, "hex"));
    const { transactions } = await world.chain.sendMessage(world.envelope(world.stranger, receiver, message));
    assert.equal(exitOf(transactions[0]!), exit);
  }
});

// For whoever signs vouchers elsewhere.
test("a voucher has the bytes of schema/contracts.tlb", () => {
  const key = w.keyPairFromSeed(Buffer.from([...Array(32).keys()]));
  const receiver = new Address(0, Buffer.alloc(32, 0x11));
  const voucher = w.signVoucher({ network: -239, receiver, tokens: 12345n, amount: 246900n }, key.secretKey);
  const byHand = beginCell().storeUint(0x7bd0a4ff, 32).storeInt(-239, 32).storeAddress(receiver);
  byHand.storeUint(12345, 64).storeUint(3, 4).storeUint(246900, 24);
  assert.equal(hex(voucher.payload), hex(byHand.endCell()));
  assert.equal(hex(voucher.payload), "b48251a37324946f3bf80af383c015772096e29857f2814f7421d18c6de4bd7c");
  assert.equal(
    voucher.signature.toString("hex"),
    "70c09b511541ab24518017139be9d8cc92df4ace5f1e463f1fc3dc9258dfb844be46180ba349221b4bcf4d8fa980de5fe3fd4be76b15d7b29fa8dc24c55a7208",
  );
});
