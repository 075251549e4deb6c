// Measures every operation on the real TVM with the live chain's fees: gas of each contract on the way, what it costs in
// all, and the least value that has to be attached; and what settling a million requests comes to by these measures.
import { join } from "node:path";
import { type Address, type Cell, external, internal as ordered, type StateInit, toNano } from "@ton/core";
import {
  type Client,
  type Envelope,
  failed,
  internal,
  keys,
  party,
  start,
  type Worker,
  World,
} from "../tests/world.ts";
import * as w from "../wrappers/index.ts";
import { contractsFolder } from "./compile.ts";

export const gasPath = join(contractsFolder, "gas.json");
export const docsPath = join(contractsFolder, "..", "docs", "money.md");

// Nanotons; a deposit or stake that goes along is not counted. `gas` by role, of its first transaction. `messages`: the
// first and all that follow from it.
type Operation = {
  name: string;
  gas: Record<string, number>;
  messages: number;
  fee: number;
  least: number;
};
export type Measurement = { operations: Operation[]; storagePerYear: Record<string, number> };

const most = 102_400_000n; // for the search of the least value: 2^8 steps
const precision = 400_000n;

class Meter {
  readonly operations: Operation[] = [];
  readonly world: World;
  readonly roles: [string, Address][];

  constructor(world: World, parties: [string, Address][]) {
    this.world = world;
    this.roles = [["root", world.root.address], ["proxy", world.proxy.address], ...parties];
  }

  private async coins(): Promise<bigint> {
    let sum = 0n;
    for (const [, address] of this.roles) sum += await this.world.balance(address);
    return sum;
  }

  // `init`: of a contract that this message deploys.
  async run(
    name: string,
    from: Address,
    to: Address,
    body: Cell,
    amount = 0n,
    init?: StateInit,
  ): Promise<void> {
    const { world } = this;
    const value = amount + w.attach.request;
    const envelope = { from, to, value, body, ...(init && { init }) };
    const low = (await this.bounces(envelope)) ? amount + most : amount;
    const least = await world.leastValue(envelope, low, amount + most, precision);
    const before = await this.coins();
    const { transactions } = await world.chain.sendMessage(internal(envelope));
    let out = 0n;
    const gas: Record<string, number> = {};
    const messages = transactions.reduce((sum, tx) => sum + tx.outMessages.size, 1);
    for (const tx of transactions) {
      const role = this.roles.find(([, address]) => address.hash.equals(hashOf(tx.address)))?.[0];
      if (!role || tx.description.type !== "generic" || tx.inMessage?.info.type !== "internal") continue;
      const { computePhase } = tx.description;
      const place = tx.inMessage.info.bounced ? "bounce" : role;
      if (computePhase.type === "vm") gas[place] ??= Number(computePhase.gasUsed);
      for (const { info } of tx.outMessages.values()) {
        const inside = this.roles.some(([, address]) => info.dest && address.equals(info.dest as Address));
        if (info.type === "internal" && !inside) out += info.value.coins;
      }
    }
    const fee = Number(value - out - ((await this.coins()) - before));
    this.operations.push({ name, gas, messages, fee, least: low === amount ? Number(least - amount) : 0 });
  }

  // Whether the request comes back from the proxy contract, as some are meant to.
  private async bounces(envelope: Envelope): Promise<boolean> {
    const snapshot = this.world.chain.snapshot();
    const { transactions } = await this.world.chain.sendMessage(internal(envelope));
    await this.world.chain.loadFrom(snapshot);
    return transactions.some(failed);
  }
}

const hashOf = (address: bigint) => Buffer.from(address.toString(16).padStart(64, "0"), "hex");

// The first deposit, which deploys the contract: in a world of its own, so that the others find theirs as it was.
async function measureOpening(): Promise<Operation[]> {
  const world = await World.create();
  const owner = party("client");
  const contract = world.network.client(owner, world.identity);
  const meter = new Meter(world, [["client", contract.address]]);
  const amount = toNano("5");
  const deposit = w.clientBody.topUp(1n, amount, owner);
  await meter.run("client: open", owner, contract.address, deposit, amount, contract.init!);
  return meter.operations;
}

async function measureClient(meter: Meter, client: Client, vouched: Client) {
  const { world } = meter;
  const [at, from, q, amount] = [client.contract.address, client.owner, 1n, toNano("5")];
  await meter.run("client: top up", from, at, w.clientBody.topUp(q, amount, from), amount);
  await meter.run("client: register", from, at, w.clientBody.register(q, 1n, from));
  await meter.run("client: change secret", from, at, w.clientBody.changeSecret(q, 1n, from));
  await meter.run("client: charge", world.proxyOwner, at, world.chargeBody(client, 1_000_000n));
  await meter.run("client: withdraw", from, at, w.clientBody.withdraw(q, from));
  await meter.run("client: request refund", from, at, w.clientBody.requestRefund(q, from));
  world.wait(w.defaultParams.clientDelay + 1);
  await meter.run("client: collect refund", from, at, w.clientBody.requestRefund(q, from));
  await meter.run("client: reopen", from, at, w.clientBody.reopen(q, amount, from), amount);
  await meter.run("client: grant refund", from, at, world.grantBody(client, 1_500_000n));
  await meter.run(
    "client: set voucher key",
    from,
    at,
    w.clientBody.setVoucherKey(q, vouched.key.publicKey, from),
  );
  await world.ok(from, at, w.clientBody.reopen(q, amount, from), amount + w.attach.request);
  const same = { ...client, key: vouched.key };
  const voucher = world.voucherBody(same, world.voucher(same, 1_600_000n, toNano("1")));
  await meter.run("client: charge by voucher", world.proxyOwner, at, voucher);
  const last = world.voucher(same, 1_700_000n, toNano("2"));
  const grant = { op: w.Op.client.grantRefund, queryId: q, tokens: 1_700_000n, receiver: at };
  const close = w.clientBody.closeWithVoucher(q, from, last, w.signOrder(grant, world.proxyKey.secretKey));
  await meter.run("client: last voucher and close", from, at, close);
}

async function measureWorker(meter: Meter, worker: Worker) {
  const { world } = meter;
  const [at, from] = [worker.contract.address, worker.owner];
  await meter.run("worker: register", from, at, w.workerBody.register(1n, from));
  await meter.run("worker: payout", from, at, world.payoutBody(worker, 1_000_000n));
  await meter.run("worker: payout, not covered", from, at, world.payoutBody(worker, 2n ** 40n));
  await meter.run("worker: last payout", from, at, world.lastPayoutBody(worker, 1_000_001n));
}

async function measureProxy(meter: Meter, client: Client) {
  const { world } = meter;
  const [at, from, amount] = [world.proxy.address, world.proxyOwner, toNano("1")];
  await meter.run("proxy: stake", from, at, w.proxyBody.increaseStake(1n, amount, from), amount);
  await meter.run("proxy: withdraw commission", from, at, w.proxyBody.payoutRequest(1n, from));
  await meter.run("proxy: close", from, at, w.proxyBody.close(1n, from));
  const deposit = w.clientBody.reopen(1n, amount, client.owner);
  await meter.run("client: deposit, not taken", client.owner, client.contract.address, deposit, amount);
  world.wait(w.defaultParams.proxyDelay + 1);
  await meter.run("proxy: complete close", from, at, w.proxyBody.closeComplete(1n, from));
}

async function measureRoot(meter: Meter) {
  const { world } = meter;
  const [at, from] = [world.root.address, world.rootOwner];
  await meter.run("root: add a hash", from, at, w.rootBody.add(1n, "WorkerHash", 7n));
  const address = "203.0.113.5:5222 203.0.113.5:8888";
  await meter.run("root: register a proxy", from, at, w.rootBody.registerProxy(1n, address));
  await meter.run("root: change params", from, at, w.rootBody.changeParams(1n, world.network.params));
}

// What a program's order costs beyond what it orders: the message from outside, and the wallet's own work.
async function measureWallet({ world, operations }: Meter, client: Client) {
  const key = keys("wallet");
  const owner = party("wallet owner");
  const { address, init } = w.WalletContract.create(key.publicKey, owner);
  const measureOrder = async (name: string, seqno: number, channel: StateInit | null) => {
    const sent = ordered({
      to: client.contract.address,
      value: w.attach.request,
      body: world.chargeBody(client, 9n),
      init: channel,
    });
    const order = { validUntil: start + 2 ** 30, seqno, messages: [{ mode: 3, message: w.relaxed(sent) }] };
    const body = w.walletOrderMessage(order, key.secretKey);
    const first = seqno === 0 && { init: init! };
    const tx = (await world.chain.sendMessage(external({ to: address, body, ...first }))).transactions[0]!;
    if (tx.description.type !== "generic" || tx.description.computePhase.type !== "vm")
      throw new Error("not run");
    let fee = tx.totalFees.coins;
    for (const { info } of tx.outMessages.values()) if (info.type === "internal") fee += info.forwardFee;
    const gas = { wallet: Number(tx.description.computePhase.gasUsed) };
    // The message that it sends is counted where it arrives.
    operations.push({ name, gas, messages: 1, fee: Number(fee), least: 0 });
  };
  await world.deliver({ from: owner, to: address, value: toNano("3"), bounce: false });
  await measureOrder("wallet: its first order", 0, null);
  await measureOrder("wallet: an order", 1, null);
  await measureOrder("wallet: an order that deploys a channel", 2, client.contract.init!);
}

// The chain's prices per bit and cell for 2^16 seconds (configuration parameter 18).
async function storagePerYear(meter: Meter): Promise<Record<string, number>> {
  const fees: Record<string, number> = {};
  for (const [role, address] of meter.roles) {
    const used = (await meter.world.account(address)).account.account!.storageStats.used;
    const price = Number(used.bits) + 500 * Number(used.cells);
    fees[role] = Math.ceil((price * 365.25 * 86400) / 2 ** 16);
  }
  return fees;
}

export async function measure(): Promise<Measurement> {
  const world = await World.create();
  const client = await world.addClient();
  const vouched = await world.addClient();
  const worker = await world.addWorker();
  const meter = new Meter(world, [
    ["client", client.contract.address],
    ["worker", worker.contract.address],
  ]);
  await measureClient(meter, client, vouched);
  const storage = await storagePerYear(meter);
  await measureWorker(meter, worker);
  await measureProxy(meter, client);
  await measureRoot(meter);
  await measureWallet(meter, client);
  return { operations: [...(await measureOpening()), ...meter.operations], storagePerYear: storage };
}

export const gasText = (m: Measurement) => JSON.stringify(m, null, 2) + "\n";

// The table between two marks of docs/money.md.
export const marks = ["<!-- gas: begin -->", "<!-- gas: end -->"] as const;

const ton = (nanotons: number, digits = 4) => (nanotons / 1e9).toFixed(digits);

// When a proxy sends what: its defaults (gas.test.ts compares them with the program's).
export const rules = { chargeAt: 1e9, payoutAt: 10e9, withdrawAt: 10e9 };
const million = 1e6;
const { pricePerToken, workerFeePerToken, minClientStake } = w.defaultParams;

type Settling = { orders: number[]; messages: number; fee: number };

// A million requests of so many tokens, whoever asks and answers: what is owed is settled by amount, not by time. A charge
// is due at half a client's stake, if that is less.
export function settlement(m: Measurement, tokens: number, chargeAt: number): Settling {
  const operation = (name: string) => {
    const found = m.operations.find((one) => one.name === name);
    if (!found) throw new Error(`${name} is not measured`);
    return found;
  };
  const all = million * tokens;
  const wages = all * Number(workerFeePerToken);
  const paid = all * Number(pricePerToken);
  const orders = [paid / chargeAt, wages / rules.payoutAt, (paid - wages) / rules.withdrawAt];
  const names = ["client: charge", "worker: payout", "proxy: withdraw commission"];
  const wallet = operation("wallet: an order");
  const total = (of: (one: Operation) => number) =>
    orders.reduce((sum, count, i) => sum + count * (of(wallet) + of(operation(names[i]!))), 0);
  return { orders, messages: total((one) => one.messages), fee: total((one) => one.fee) };
}

function settlementTable(m: Measurement): string[] {
  const lines = [
    "| tokens a request | all cost, TON | a charge at, TON | charges | payouts | withdrawals | messages | fees, TON | share |",
    "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
  ];
  const dueAt = [rules.chargeAt, Math.min(rules.chargeAt, Number(minClientStake) / 2)];
  for (const tokens of [500, 3232, 20_000]) {
    for (const chargeAt of dueAt) {
      const { orders, messages, fee } = settlement(m, tokens, chargeAt);
      const price = million * tokens * Number(pricePerToken);
      const counts = [...orders, messages].map((count) => count.toFixed(count < 10 ? 1 : 0));
      const share = `${((100 * fee) / price).toFixed(1)} %`;
      const cells = [tokens, ton(price, 2), ton(chargeAt, 2), ...counts, ton(fee, 2), share];
      lines.push(`| ${cells.join(" | ")} |`);
    }
  }
  return lines;
}

export function docsTable(m: Measurement): string {
  const lines = [
    "| operation | gas, in order | messages | costs, TON | attach at least, TON |",
    "|---|---|--:|--:|--:|",
  ];
  for (const { name, gas, messages, fee, least } of m.operations) {
    const path = Object.entries(gas).map(([role, used]) => `${role} ${used}`);
    lines.push(`| ${name} | ${path.join(", ")} | ${messages} | ${ton(fee)} | ${least ? ton(least) : ""} |`);
  }
  lines.push("", "| contract | storage a year, TON |", "|---|--:|");
  for (const [role, fee] of Object.entries(m.storagePerYear)) lines.push(`| ${role} | ${ton(fee)} |`);
  lines.push("", "Settling a million requests, by these fees and a proxy's default thresholds:", "");
  lines.push(...settlementTable(m));
  return [marks[0], "", ...lines, "", marks[1]].join("\n");
}
