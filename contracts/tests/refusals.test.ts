// Every message from a stranger, with too little value, twice, to the wrong contract, damaged: refused by name, with
// nothing changed and the value returned.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { type Address, beginCell, Cell, toNano } from "@ton/core";
import * as w from "../wrappers/index.ts";
import { type Client, exitOf, failed, notRun, party, type Worker, World } from "./world.ts";

const Exit = w.ExitCode;
// Buys the gas to be refused, not the fees of what was asked.
const tooLittle = (world: World, to: Address) => toNano(to.equals(world.proxy.address) ? "0.007" : "0.012");

type Scene = { world: World; client: Client; vouched: Client; worker: Worker };

// A channel with and one without a voucher key, both funded and charged, and a worker.
async function scene(): Promise<Scene> {
  const world = await World.create();
  const client = await world.addClient();
  const vouched = await world.addClient();
  const worker = await world.addWorker();
  await world.setVoucherKey(vouched);
  await world.topUp(client, toNano("2"));
  await world.topUp(vouched, toNano("2"));
  await world.charge(client, 10_000n);
  return { world, client, vouched, worker };
}

type Sample = {
  name: string;
  from: Address;
  to: Address;
  body: Cell;
  amount?: bigint; // coins that go along
  ownerOnly?: boolean;
  again?: number; // exit code of a second delivery; absent where repeating is meant to work
};

function clientSamples({ world, client, vouched }: Scene): Sample[] {
  const { owner } = client;
  const to = client.contract.address;
  const q = 5n;
  const own = { from: owner, to, ownerOnly: true };
  const amount = toNano("1");
  const grant = w.signOrder(
    { op: w.Op.client.grantRefund, queryId: q, tokens: 9n, receiver: vouched.contract.address },
    world.proxyKey.secretKey,
  );
  const last = w.clientBody.closeWithVoucher(q, owner, world.voucher(vouched, 9n, 900n), grant);
  const voucher = world.voucherBody(vouched, world.voucher(vouched, 9n, 900n));
  const any = { from: world.stranger, to: vouched.contract.address };
  return [
    { name: "top up", from: world.stranger, to, amount, body: w.clientBody.topUp(q, amount, owner) },
    { name: "register", ...own, body: w.clientBody.register(q, 1n, owner) },
    { name: "change secret", ...own, body: w.clientBody.changeSecret(q, 7n, owner) },
    {
      ...{ name: "change secret and top up", ...own, amount },
      body: w.clientBody.changeSecretAndTopUp(q, amount, 7n, owner),
    },
    { name: "stake", ...own, body: w.clientBody.increaseStake(q, toNano("1"), owner), again: Exit.notNewer },
    { name: "withdraw", ...own, body: w.clientBody.withdraw(q, owner), again: Exit.balance },
    { name: "request refund", ...own, body: w.clientBody.requestRefund(q, owner), again: Exit.locked },
    {
      name: "charge",
      from: world.stranger,
      to,
      body: world.chargeBody(client, 20_000n),
      again: Exit.notNewer,
    },
    { name: "grant", from: world.stranger, to, body: world.grantBody(client, 20_000n), again: Exit.state },
    { name: "voucher", ...any, body: voucher, again: Exit.notNewer },
    { name: "last voucher", ...any, body: last, again: Exit.state },
  ];
}

function otherSamples({ world, worker }: Scene): Sample[] {
  const q = 6n;
  const secret = world.proxyKey.secretKey;
  const at = world.proxy.address;
  const owner = world.proxyOwner;
  const to = worker.contract.address;
  const amount = toNano("1");
  const { stranger } = world;
  const own = { from: worker.owner, to, ownerOnly: true };
  return [
    { name: "worker register", ...own, body: w.workerBody.register(q, worker.owner) },
    { name: "payout", from: stranger, to, body: world.payoutBody(worker, 5000n), again: Exit.notNewer },
    { name: "last payout", from: stranger, to, body: world.lastPayoutBody(worker, 5000n), again: Exit.state },
    { name: "withdraw commission", from: stranger, to: at, body: w.proxyBody.payoutRequest(q, stranger) },
    {
      name: "proxy stake",
      from: stranger,
      to: at,
      amount,
      body: w.proxyBody.increaseStake(q, amount, stranger),
    },
    {
      name: "close",
      from: owner,
      to: at,
      ownerOnly: true,
      body: w.proxyBody.close(q, owner),
      again: Exit.state,
    },
    {
      ...{ name: "close, signed", from: stranger, to: at, again: Exit.state },
      body: w.proxyBody.closeSigned(q, at, stranger, secret),
    },
  ];
}

const samples = (s: Scene) => [...clientSamples(s), ...otherSamples(s)];

// Runs `check` for each sample in a world as fresh as the first.
async function each(check: (s: Scene, sample: Sample) => Promise<void>) {
  const s = await scene();
  const counts = new Map(s.world.ledger.counts);
  const snapshot = s.world.chain.snapshot();
  for (const sample of samples(s)) {
    await check(s, sample).catch((error: unknown) => {
      throw new Error(`"${sample.name}": ${error}`, { cause: error });
    });
    await s.world.chain.loadFrom(snapshot);
    s.world.ledger.counts.clear();
    for (const [what, count] of counts) s.world.ledger.counts.set(what, count);
  }
}

test("as it should be, every sample is accepted", async () => {
  await each(async ({ world }, { from, to, body, amount }) => {
    await world.ok(from, to, body, (amount ?? 0n) + w.attach.request);
  });
});

test("strangers may do what owners may not forbid, and nothing else", async () => {
  await each(async ({ world }, { to, body, amount, ownerOnly }) => {
    const value = (amount ?? 0n) + w.attach.request;
    if (ownerOnly) await world.refused(Exit.owner, world.stranger, to, body, value);
    else await world.ok(world.stranger, to, body, value);
  });
});

test("with too little value nothing happens", async () => {
  await each(async ({ world }, { from, to, body, amount }) => {
    await world.refused(Exit.value, from, to, body, tooLittle(world, to));
    if (amount) await world.refused(Exit.value, from, to, body, amount);
    const before = await world.dataHash(to);
    const starved = await world.send(from, to, body, toNano("0.0008"));
    assert.notEqual(starved.exit(to), 0, "out of gas");
    assert.equal(await world.dataHash(to), before);
  });
});

test("a message twice is refused where it is an order, by name", async () => {
  await each(async ({ world }, { from, to, body, amount, again }) => {
    const value = (amount ?? 0n) + w.attach.request;
    await world.ok(from, to, body, value);
    if (again !== undefined) await world.refused(again, from, to, body, value);
  });
});

test("a message for another contract is refused there", async () => {
  await each(async ({ world, client, vouched, worker }, { name, from, to, body }) => {
    const signed = body.bits.length === 875;
    const places = [client, vouched, worker].map((x) => x.contract.address);
    for (const place of [...places, world.proxy.address, world.root.address]) {
      if (place.equals(to)) continue;
      const bothClients = [place, to].every((at) => places.slice(0, 2).some((p) => p.equals(at)));
      if (bothClients && !signed) continue; // means the same there, and is judged by who sends it
      const before = await world.dataHash(place);
      const trace = await world.send(from, place, body);
      const exit = trace.exit(place);
      const { operation, receiver, owner, voucherNeeded, noVoucherKey } = Exit;
      const expected: number[] = [operation, receiver, owner, voucherNeeded, noVoucherKey];
      assert(expected.includes(exit), `${name} at another place: exit ${exit}`);
      assert.equal(await world.dataHash(place), before);
    }
  });
});

test("the same owner's other channel does not take over signatures", async () => {
  const { world, client, vouched } = await scene();
  const at = client.contract.address;
  await world.refused(Exit.receiver, world.stranger, at, world.grantBody(vouched, 20_000n));
  const other = vouched.contract.address;
  const foreign = { network: -239, receiver: at, tokens: 9n, amount: 9n };
  const voucher = w.signVoucher(foreign, vouched.key.secretKey);
  await world.refused(Exit.receiver, world.stranger, other, world.voucherBody(vouched, voucher));
});

// What contracts say to the proxy contract, said by someone else.
test("nobody else speaks for a client or worker contract", async () => {
  const { world, client, worker } = await scene();
  const at = world.proxy.address;
  const state = beginCell().storeUint(0, 2).storeCoins(1n).storeCoins(1n).storeUint(0, 64).storeUint(0, 256);
  const refund = beginCell().storeUint(0xc68ebc7b, 32).storeCoins(toNano("1")).storeAddress(world.stranger);
  const asClient = (owner: Address) =>
    beginCell()
      .storeUint(0x65448ff4, 32)
      .storeUint(1, 64)
      .storeAddress(owner)
      .storeRef(state)
      .storeMaybeRef(refund);
  const paid = beginCell()
    .storeUint(0x08e7d036, 32)
    .storeCoins(100n)
    .storeCoins(1n)
    .storeAddress(world.stranger);
  const asWorker = (owner: Address) =>
    beginCell()
      .storeUint(0x4d725d2c, 32)
      .storeUint(1, 64)
      .storeAddress(owner)
      .storeUint(0, 2)
      .storeUint(5, 64)
      .storeMaybeRef(paid);
  const liars = [
    world.stranger,
    client.owner,
    worker.owner,
    client.contract.address,
    worker.contract.address,
  ];
  for (const from of [...liars, world.proxyOwner, party("x")]) {
    for (const owner of [client.owner, worker.owner, world.stranger]) {
      if (!(from.equals(client.contract.address) && owner.equals(client.owner))) {
        await world.refused(Exit.address, from, at, asClient(owner).endCell());
      }
      if (!(from.equals(worker.contract.address) && owner.equals(worker.owner))) {
        await world.refused(Exit.address, from, at, asWorker(owner).endCell());
      }
    }
  }
});

// Each bit of a signed message's signed part and signature; outside of them only who gets the rest could change.
test("one bit flipped spoils a signature", async () => {
  const s = await scene();
  const { world, client } = s;
  const signed = samples(s).filter(({ name }) =>
    ["charge", "payout", "voucher", "last voucher"].includes(name),
  );
  const every = Number(process.env["COCOON_FLIP_EVERY"] ?? 29);
  for (const { name, from, to, body } of signed) {
    const cells = [body, ...body.refs];
    for (const [index, cell] of cells.entries()) {
      const first = index === 0 ? 96 + 267 : 0; // behind the excesses address
      for (let bit = first + (index % every); bit < cell.bits.length; bit += every) {
        const damaged = flip(cell, bit);
        const message = index === 0 ? damaged : withRef(body, index - 1, damaged);
        const trace = await world.chain.sendMessage(world.envelope(from, to, message));
        const exit = exitOf(trace.transactions[0]! as never);
        assert(exit !== 0 && exit !== notRun, `${name}: cell ${index}, bit ${bit} was accepted`);
      }
    }
  }
  assert.equal((await world.clientData(client)).tokens, 10_000n);
});

// What nobody signed may well mean something else with another bit, such as another amount; every bit of each message,
// some in each run. Whatever it does, World finds the books right after each transaction.
test("one bit flipped in any message leaves the books right", async () => {
  const every = Number(process.env["COCOON_FLIP_EVERY"] ?? 97);
  const offset = randomInt(every);
  let taken = 0;
  await each(async ({ world }, { name, from, to, body, amount }) => {
    const snapshot = world.chain.snapshot();
    const counts = new Map(world.ledger.counts);
    for (let bit = offset; bit < body.bits.length; bit += every) {
      const value = (amount ?? 0n) + w.attach.request;
      const trace = await world
        .deliver({ from, to, value, body: flip(body, bit) })
        .catch((error: unknown) => {
          throw new Error(`${name}: bit ${bit}: ${error}`, { cause: error });
        });
      taken += failed(trace.transactions[0]!) ? 0 : 1;
      await world.chain.loadFrom(snapshot);
      world.ledger.counts.clear();
      for (const [what, count] of counts) world.ledger.counts.set(what, count);
    }
  });
  assert(taken > 0, "some of it is a message all the same");
});

function flip(cell: Cell, bit: number): Cell {
  const b = beginCell();
  for (let i = 0; i < cell.bits.length; ++i) b.storeBit(cell.bits.at(i) !== (i === bit));
  for (const ref of cell.refs) b.storeRef(ref);
  return b.endCell();
}

function withRef(cell: Cell, index: number, ref: Cell): Cell {
  const b = beginCell().storeBits(cell.bits);
  cell.refs.forEach((old, i) => b.storeRef(i === index ? ref : old));
  return b.endCell();
}

test("unknown operations and cut messages are refused", async () => {
  const s = await scene();
  const { world } = s;
  for (const to of [s.client.contract.address, s.worker.contract.address, world.proxy.address]) {
    const unknown = beginCell().storeUint(0x12345678, 32).storeUint(1, 64).endCell();
    await world.refused(Exit.operation, world.stranger, to, unknown);
  }
  for (const { from, to, body, amount } of samples(s)) {
    const cut = beginCell()
      .storeBits(body.bits.substring(0, body.bits.length - 9))
      .endCell();
    const before = await world.dataHash(to);
    const trace = await world.send(from, to, cut, (amount ?? 0n) + w.attach.request);
    assert(failed(trace.transactions[0]!));
    assert.equal(await world.dataHash(to), before);
  }
});

test("marks for readers, gifts and bare deployments pass; what a gift does not need comes back", async () => {
  const { world, client, worker } = await scene();
  const mark = w.saveStateBody(1n, 7, 99n, Buffer.alloc(64));
  for (const to of [
    client.contract.address,
    worker.contract.address,
    world.proxy.address,
    world.root.address,
  ]) {
    const before = await world.dataHash(to);
    assert.equal((await world.ok(world.stranger, to, mark, toNano("0.01"))).exit(to), 0);
    const gift = await world.ok(world.stranger, to, beginCell().endCell(), toNano("1"));
    assert(gift.returned(world.stranger) > toNano("0.99"));
    assert.equal(await world.dataHash(to), before);
  }
  const skipped = await world.send(world.proxyOwner, world.proxy.address, mark, 1n);
  assert.equal(skipped.exit(world.proxy.address), notRun, "1 nanoton buys no computation");
});
