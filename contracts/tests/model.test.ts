// Random orders to the contracts and to a plain ledger (twin.ts), compared after each; then random orders that overtake
// each other, after which the sums must fit. COCOON_MODEL_STEPS and COCOON_MODEL_SEED choose how long and which.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { type Address, type Cell, toNano } from "@ton/core";
import * as w from "../wrappers/index.ts";
import { Books, type Order, type Outcome } from "./twin.ts";
import { type Client, type Envelope, exitOf, failed, keys, type Trace, type Worker, World } from "./world.ts";

const seed = Number(process.env["COCOON_MODEL_SEED"] ?? randomInt(2 ** 31));
const steps = Number(process.env["COCOON_MODEL_STEPS"] ?? 160);
const episode = 80; // orders until a new network begins: a closed proxy stays closed

// Mulberry32, a small generator of public domain: the same seed, the same orders.
function generator(state: number) {
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return { next, below, pick: <T>(list: readonly T[]): T => list[below(list.length)]! };
}
type Random = ReturnType<typeof generator>;

const [clientCount, workerCount] = [3, 2];

// Mostly sensible, often at or beyond a limit.
function randomOrder(random: Random, books: Books): Order {
  const client = random.below(clientCount);
  const worker = random.below(workerCount);
  const c = books.clients[client]!;
  const near = (now: bigint, step: number) => {
    const next = now + BigInt(random.below(step)) - BigInt(random.below(3));
    return next < 0n ? 0n : next;
  };
  const tokens = random.below(12) === 0 ? 2n ** 62n : near(c.tokens, 40_000_000);
  const voucher = { client, tokens, amount: near(c.charged ?? 0n, Number(toNano("0.8"))) };
  const amount = BigInt(random.below(Number(toNano("2"))));
  const earned = Number(books.proxy.earned / w.defaultParams.pricePerToken) + 3;
  const payout = { worker, tokens: near(books.workers[worker]!.tokens, earned) };
  const orders: [number, () => Order][] = [
    [14, () => ({ do: "topUp", client, amount })],
    [12, () => ({ do: "charge", client, tokens })],
    [12, () => ({ do: "voucher", ...voucher })],
    [4, () => ({ do: "grant", client, tokens })],
    [4, () => ({ do: "closeWithVoucher", ...voucher, granted: near(tokens, 5) })],
    [6, () => ({ do: "withdraw", client })],
    [8, () => ({ do: "requestRefund", client })],
    [8, () => ({ do: "reopen", client, amount })],
    [6, () => ({ do: "setKey", client })],
    [2, () => ({ do: "raiseStake", client, stake: near(c.stake, 1000) })],
    [12, () => ({ do: "payout", ...payout })],
    [1, () => ({ do: "lastPayout", ...payout })],
    [2, () => ({ do: "stakeProxy", amount })],
    [4, () => ({ do: "withdrawCommission" })],
    [2, () => ({ do: "closeProxy" })],
    [3, () => ({ do: "completeClose" })],
  ];
  let at = random.below(orders.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of orders) if ((at -= weight) < 0) return make();
  throw new Error("unreachable");
}

type Party = { world: World; clients: Client[]; workers: Worker[] };

async function network(): Promise<Party> {
  const world = await World.create();
  for (let i = 0; i < clientCount; ++i) await world.addClient();
  for (let i = 0; i < workerCount; ++i) await world.addWorker();
  return { world, clients: world.clients, workers: world.workers };
}

function envelope({ world, clients, workers }: Party, order: Order): Envelope {
  const q = world.nextQuery();
  const sent = (from: Address, to: Address, body: Cell, amount = 0n): Envelope => ({
    ...{ from, to, body },
    value: amount + toNano("0.2"), // time passes, and storage reserves are refilled
  });
  if ("client" in order) {
    const client = clients[order.client]!;
    const [owner, to] = [client.owner, client.contract.address];
    switch (order.do) {
      case "topUp":
      case "reopen":
        return sent(owner, to, w.clientBody[order.do](q, order.amount, owner), order.amount);
      case "charge":
        return sent(world.stranger, to, world.chargeBody(client, order.tokens));
      case "grant":
        return sent(world.stranger, to, world.grantBody(client, order.tokens));
      case "voucher":
        return sent(
          world.stranger,
          to,
          world.voucherBody(client, world.voucher(client, order.tokens, order.amount)),
        );
      case "closeWithVoucher": {
        const grant = { op: w.Op.client.grantRefund, queryId: q, tokens: order.granted, receiver: to };
        const signed = w.signOrder(grant, world.proxyKey.secretKey);
        const voucher = world.voucher(client, order.tokens, order.amount);
        return sent(world.stranger, to, w.clientBody.closeWithVoucher(q, owner, voucher, signed));
      }
      case "raiseStake":
        return sent(owner, to, w.clientBody.increaseStake(q, order.stake, owner));
      case "setKey":
        return sent(owner, to, w.clientBody.setVoucherKey(q, client.key.publicKey, owner));
      default:
        return sent(owner, to, w.clientBody[order.do](q, owner));
    }
  }
  if ("worker" in order) {
    const worker = workers[order.worker]!;
    const body =
      order.do === "payout"
        ? world.payoutBody(worker, order.tokens)
        : world.lastPayoutBody(worker, order.tokens);
    return sent(worker.owner, worker.contract.address, body);
  }
  const [owner, to] = [world.proxyOwner, world.proxy.address];
  switch (order.do) {
    case "stakeProxy":
      return sent(owner, to, w.proxyBody.increaseStake(q, order.amount, owner), order.amount);
    case "withdrawCommission":
      return sent(owner, to, w.proxyBody.payoutRequest(q, owner));
    case "closeProxy":
      return sent(owner, to, w.proxyBody.close(q, owner));
    default:
      return sent(owner, to, w.proxyBody.closeComplete(q, owner));
  }
}

// Same books on chain; paid to the nanoton.
async function compare({ world, clients, workers }: Party, books: Books, outcome: Outcome, trace: Trace) {
  const first = trace.transactions[0]!;
  assert.equal(failed(first), outcome === "refused", `exit code ${exitOf(first)}`);
  for (const [i, client] of clients.entries()) {
    const { state, balance, stake, tokens, unlockAt, voucher } = await world.clientData(client);
    assert.deepEqual(
      { state, balance, stake, tokens, unlockAt, charged: voucher?.charged },
      { ...books.clients[i]! },
    );
  }
  for (const [i, worker] of workers.entries()) {
    const { state, tokens } = await world.workerData(worker);
    assert.deepEqual({ state, tokens }, books.workers[i]);
  }
  const { state, clientFunds, earned, balance, stake, unlockAt } = await world.proxyData();
  assert.deepEqual({ state, clientFunds, earned, balance, stake, unlockAt }, books.proxy);
  if (typeof outcome === "object") {
    const owners = { client: clients, worker: workers, proxy: [{ owner: world.proxyOwner }] };
    assert.equal(trace.paid(owners[outcome.to][outcome.index]!.owner), outcome.amount);
  }
}

// The same order by someone who may not give it, or signed by nobody's key.
async function impostor(party: Party, order: Order) {
  const { world } = party;
  const thief = keys("impostor");
  const real = [world.proxyKey, ...party.clients.map(({ key }) => key)].map((key) => ({
    key,
    secretKey: key.secretKey,
  }));
  for (const { key } of real) key.secretKey = thief.secretKey;
  const forged = envelope(party, order);
  for (const { key, secretKey } of real) key.secretKey = secretKey;
  const free = ["topUp", "withdrawCommission", "stakeProxy"].includes(order.do);
  if (free) return;
  const before = await world.dataHash(forged.to);
  const trace = await world.deliver({ ...forged, from: world.stranger });
  assert(failed(trace.transactions[0]!), `an impostor's ${order.do} was taken`);
  assert.equal(await world.dataHash(forged.to), before);
}

test(`contracts and plain ledger agree (COCOON_MODEL_SEED=${seed})`, async () => {
  const random = generator(seed);
  let party = await network();
  let books = new Books(clientCount, workerCount);
  let history: [Order, Envelope][] = [];
  const seen = new Map<string, number>();
  for (let step = 0; step < steps; ++step) {
    if (step % episode === 0) {
      [party, books, history] = [await network(), new Books(clientCount, workerCount), []];
    }
    if (random.below(6) === 0) party.world.wait(random.below(60_000));
    const replay = history.length > 0 && random.below(5) === 0;
    const order = randomOrder(random, books);
    if (random.below(8) === 0) await impostor(party, order);
    const [what, message] = replay ? random.pick(history) : ([order, envelope(party, order)] as const);
    const outcome = books.apply(what, party.world.chain.now!);
    history.push([what, message]);
    const name = `${what.do}: ${typeof outcome === "string" ? outcome : "done"}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    try {
      await compare(party, books, outcome, await party.world.deliver(message));
    } catch (error) {
      const text = JSON.stringify(what, (_, value) =>
        typeof value === "bigint" ? `${value}` : (value as unknown),
      );
      throw new Error(`seed ${seed}, step ${step}: ${text}, expected ${name}\n${error}`, { cause: error });
    }
  }
  if (process.env["COCOON_MODEL_PRINT"]) console.log([...seen].sort());
  if (steps >= 160) {
    const outcomes = (end: string) => [...seen.keys()].filter((name) => name.endsWith(end)).length;
    assert(outcomes("done") >= 9 && outcomes("refused") >= 7 && outcomes("back") >= 1, "too little happened");
  }
});

// Several at once, overtaking each other's replies: only sums can be foretold, and World checks them.
test(`orders under way together leave the sums right (COCOON_MODEL_SEED=${seed})`, async () => {
  const random = generator(seed + 1);
  let party = await network();
  for (let step = 0; step < steps / 5; ++step) {
    if (step % 30 === 0) party = await network();
    const books = new Books(clientCount, workerCount);
    for (const [i, client] of party.clients.entries()) {
      const { state, balance, tokens, voucher } = await party.world.clientData(client);
      Object.assign(books.clients[i]!, { state, balance, tokens, charged: voucher?.charged });
    }
    books.proxy.earned = (await party.world.proxyData()).earned;
    const together = Array.from({ length: 2 + random.below(4) }, () =>
      envelope(party, randomOrder(random, books)),
    );
    if (random.below(4) === 0) party.world.wait(random.below(60_000));
    await party.world.deliverTogether(together);
  }
});
