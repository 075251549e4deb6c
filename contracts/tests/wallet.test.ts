// A program's wallet: orders from outside, orders of its owner, and that nothing is done twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Address,
  beginCell,
  type Cell,
  external,
  internal as relaxedInternal,
  SendMode,
  toNano,
} from "@ton/core";
import * as w from "../wrappers/index.ts";
import { exitOf, failed, keys, party, start, World } from "./world.ts";

const Exit = w.ExitCode;
const key = keys("wallet");
const owner = party("wallet owner");
const to = party("payee");

async function opened(coins = toNano("3")): Promise<{ world: World; wallet: w.WalletContract }> {
  const world = await World.create();
  const wallet = w.WalletContract.create(key.publicKey, owner);
  const body = beginCell().endCell();
  await world.deliver({ from: owner, to: wallet.address, value: coins, body, init: wallet.init! });
  return { world, wallet };
}

const pay = (value: bigint, dest: Address = to) =>
  w.relaxed(relaxedInternal({ to: dest, value, bounce: false, body: beginCell().endCell() }));

function order(seqno: number, messages: Cell[], changes: Partial<w.WalletOrder> = {}): w.WalletOrder {
  return {
    validUntil: start + 60,
    seqno,
    messages: messages.map((message) => ({ mode: 0, message })),
    ...changes,
  };
}

// Exit code of an order from outside: 0 done, otherwise why it was not even begun.
async function submit(world: World, wallet: w.WalletContract, body: Cell): Promise<number> {
  try {
    const result = await world.chain.sendMessage(external({ to: wallet.address, body }));
    return exitOf(result.transactions[0]!);
  } catch (error) {
    const code = (error as { exitCode?: number }).exitCode;
    if (code === undefined) throw error;
    return code;
  }
}

const data = async (world: World, wallet: w.WalletContract) =>
  w.parseWalletData((await world.rawData(wallet.address))!);

test("initial data has 619 bits, and the address is its hash", () => {
  const wallet = w.WalletContract.create(key.publicKey, owner);
  assert.equal(wallet.init!.data.bits.length, 619);
});

test("up to four messages per order, each exact", async () => {
  const { world, wallet } = await opened();
  const payees = [1, 2, 3, 4].map((n) => party(`payee ${n}`));
  const messages = payees.map((payee, i) => pay(toNano("0.1") * BigInt(i + 1), payee));
  const signed = w.walletOrderMessage(
    order(0, [], { messages: messages.map((message) => ({ mode: SendMode.PAY_GAS_SEPARATELY, message })) }),
    key.secretKey,
  );
  assert.equal(await submit(world, wallet, signed), 0);
  for (const [i, payee] of payees.entries()) {
    assert.equal(await world.balance(payee), toNano("0.1") * BigInt(i + 1));
  }
  assert.equal((await data(world, wallet)).seqno, 1);
});

test("what is not fresh, ours and signed is not even begun", async () => {
  const { world, wallet } = await opened();
  const sign = (o: w.WalletOrder, secret = key.secretKey, subwallet = 0) =>
    submit(world, wallet, w.walletOrderMessage(o, secret, subwallet));
  const good = order(0, [pay(toNano("0.1"))]);
  assert.equal(await sign({ ...good, validUntil: start }), Exit.walletExpired);
  assert.equal(await sign({ ...good, seqno: 1 }), Exit.walletSeqno);
  assert.equal(await sign(good, key.secretKey, 1), Exit.walletSubwallet);
  assert.equal(await sign(good, keys("thief").secretKey), Exit.walletSignature);
  assert.equal(await sign(good), 0);
  assert.equal(await sign(good), Exit.walletSeqno, "an order is done once");
  await world.ok(owner, wallet.address, w.walletBody.text("b"));
  assert.equal(await sign(order(1, [])), Exit.walletBlocked);
  await world.ok(owner, wallet.address, w.walletBody.text("u"));
  assert.equal(await sign(order(1, [])), 0);
});

// Otherwise anybody could send it again and again until it expires, each time at the wallet's cost.
test("an order that cannot be carried out counts as done", async () => {
  const { world, wallet } = await opened();
  const body = w.walletOrderMessage(order(0, [pay(toNano("100"))]), key.secretKey);
  assert.equal(await submit(world, wallet, body), 0);
  assert.equal((await data(world, wallet)).seqno, 1);
  assert.equal(await submit(world, wallet, body), Exit.walletSeqno);
});

test("an empty wallet refuses work", async () => {
  const { world, wallet } = await opened(toNano("0.015"));
  assert.equal(
    await submit(world, wallet, w.walletOrderMessage(order(0, []), key.secretKey)),
    Exit.walletBalance,
  );
});

test("the owner sends, withdraws, blocks; others only give", async () => {
  const { world, wallet } = await opened();
  const at = wallet.address;
  const send = w.walletBody.ownerSend(1n, SendMode.PAY_GAS_SEPARATELY, pay(toNano("0.5")));
  await world.refused(Exit.walletOwner, world.stranger, at, send);
  await world.ok(owner, at, send);
  assert.equal(await world.balance(to), toNano("0.5"));
  for (const letter of ["w", "b", "u"] as const) {
    const before = await world.dataHash(at);
    await world.ok(world.stranger, at, w.walletBody.text(letter), toNano("0.1"));
    assert.equal(await world.dataHash(at), before);
  }
  const greeting = w.walletBody.text("well done" as "w");
  await world.ok(owner, at, greeting, toNano("0.1"));
  assert((await world.balance(at)) > toNano("2"), "a greeting is no order");
  const balance = await world.balance(owner);
  await world.ok(owner, at, w.walletBody.text("w"));
  assert((await world.balance(owner)) > balance + toNano("2"));
  assert((await world.balance(at)) <= toNano("0.01"));
  assert.equal((await data(world, wallet)).status, 0);
});

test("payouts, rests and coins that bounce are simply received", async () => {
  const { world, wallet } = await opened();
  const before = await world.dataHash(wallet.address);
  for (const op of [w.Op.payout, w.Op.excesses, w.Op.doNotProcess]) {
    const body = beginCell().storeUint(op, 32).storeUint(1, 64).endCell();
    await world.ok(world.stranger, wallet.address, body, toNano("0.1"));
  }
  assert.equal(await world.dataHash(wallet.address), before);
});

test("a wallet owns a channel, as clients of the live network do", async () => {
  const { world, wallet } = await opened(toNano("5"));
  const client = world.network.client(wallet.address, world.identity);
  await world.deploy(client, world.stranger);
  const topUp = w.clientBody.topUp(1n, toNano("2"), wallet.address);
  const register = w.clientBody.register(2n, 42n, wallet.address);
  const call = (value: bigint, body: Cell) => w.relaxed(relaxedInternal({ to: client.address, value, body }));
  const messages = [call(toNano("2.06"), topUp), call(w.attach.request, register)];
  const signed = w.walletOrderMessage(order(0, messages), key.secretKey);
  const result = await world.chain.sendMessage(external({ to: wallet.address, body: signed }));
  for (const tx of result.transactions) assert(!failed(tx));
  assert.equal(w.parseClientData((await world.rawData(client.address))!).balance, toNano("2"));
});

test("get methods", async () => {
  const { world, wallet } = await opened();
  const get = async (name: string) => (await world.chain.runGetMethod(wallet.address, name)).stackReader;
  assert.equal((await get("seqno")).readNumber(), 0);
  const publicKey = (await get("get_public_key")).readBigNumber();
  assert.equal(publicKey, BigInt("0x" + key.publicKey.toString("hex")));
  assert((await get("get_owner_address")).readAddress().equals(owner));
});
