// A network in the sandbox's TVM: root, one proxy, as many clients and workers as a test asks for. Parties are bare
// addresses, so what they get is to be seen in messages to the nanoton. Every transaction is checked against the
// invariants of invariants.ts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  Address,
  beginCell,
  type Cell,
  type Message,
  SendMode,
  type StateInit,
  storeStateInit,
  toNano,
  type Transaction,
} from "@ton/core";

import { Blockchain, Executor } from "@ton/sandbox";
import * as w from "../wrappers/index.ts";
import { checkAfter, Ledger } from "./invariants.ts";

export const globalId = -239; // of the sandbox's configuration
export const start = 1_800_000_000;

const digest = (text: string) => createHash("sha256").update(text).digest();
export const party = (name: string) => new Address(0, digest(`party ${name}`));
export const keys = (name: string): w.KeyPair => w.keyPairFromSeed(digest(`key ${name}`));

export type Envelope = {
  from: Address;
  to: Address;
  value: bigint;
  body?: Cell;
  init?: StateInit;
  bounce?: boolean;
};

export function internal(m: Envelope): Message {
  return {
    info: {
      type: "internal",
      ihrDisabled: true,
      bounce: m.bounce ?? true,
      bounced: false,
      src: m.from,
      dest: m.to,
      value: { coins: m.value },
      ihrFee: 0n,
      forwardFee: 0n,
      createdLt: 0n,
      createdAt: 0,
    },
    ...(m.init && { init: m.init }),
    body: m.body ?? beginCell().endCell(),
  };
}

// What one message set off.
export class Trace {
  readonly transactions: Transaction[];
  constructor(transactions: Transaction[]) {
    this.transactions = transactions;
  }

  at(address: Address): Transaction[] {
    return this.transactions.filter((tx) => address.hash.equals(toHash(tx.address)));
  }

  // Exit code of the first transaction at `address`; notRun where nothing was computed.
  exit(address: Address): number {
    const tx = this.at(address)[0];
    assert(tx, `no transaction at ${address}`);
    return exitOf(tx);
  }

  // Value of all messages to `to` whose body begins with `op`.
  received(to: Address, op: number): bigint {
    let sum = 0n;
    for (const tx of this.transactions) {
      for (const message of tx.outMessages.values()) {
        if (message.info.type !== "internal" || !message.info.dest.equals(to)) continue;
        const s = message.body.beginParse();
        if (s.remainingBits >= 32 && s.loadUint(32) === op) sum += message.info.value.coins;
      }
    }
    return sum;
  }

  paid(to: Address) {
    return this.received(to, w.Op.payout);
  }

  returned(to: Address) {
    return this.received(to, w.Op.excesses);
  }
}

const toHash = (hash: bigint) => Buffer.from(hash.toString(16).padStart(64, "0"), "hex");

export const notRun = Number.MAX_SAFE_INTEGER; // no gas, or no contract

export function exitOf(tx: Transaction): number {
  if (tx.description.type !== "generic") return notRun;
  const { computePhase, actionPhase } = tx.description;
  if (computePhase.type !== "vm") return notRun;
  return computePhase.exitCode === 0 && actionPhase && !actionPhase.success
    ? actionPhase.resultCode
    : computePhase.exitCode;
}

export const failed = (tx: Transaction) => ![0, notRun].includes(exitOf(tx));

export type Client = { owner: Address; contract: w.ClientContract; key: w.KeyPair };
export type Worker = { owner: Address; contract: w.WorkerContract };

// One for all worlds: it keeps nothing between transactions, and takes long to start.
const executor = Executor.create();

// What root and proxy look like once deployed, by the root's address.
const beginnings = new Map<string, ReturnType<Blockchain["snapshot"]>>();

export class World {
  readonly chain: Blockchain;
  readonly rootOwner = party("root owner");
  readonly proxyOwner = party("proxy owner");
  readonly stranger = party("stranger");
  readonly proxyKey = keys("proxy");
  readonly root: w.RootContract;
  readonly network: w.Network;
  readonly proxy: w.ProxyContract;
  readonly clients: Client[] = [];
  readonly workers: Worker[] = [];
  readonly ledger = new Ledger();
  queryId = 1n;

  private constructor(chain: Blockchain, params: w.Params) {
    this.chain = chain;
    this.root = w.RootContract.create(w.newRoot(this.rootOwner, params));
    this.network = new w.Network(this.root.address, params);
    this.proxy = this.network.proxy(this.proxyOwner, this.proxyKey.publicKey);
  }

  // With root and proxy deployed, and the proxy staked.
  static async create(changes: Partial<w.Params> = {}): Promise<World> {
    const chain = await Blockchain.create({ config: "slim", executor: await executor });
    chain.now = start;
    const world = new World(chain, { ...w.defaultParams, ...changes });
    const name = world.root.address.toRawString();
    const begun = beginnings.get(name);
    if (begun) {
      await chain.loadFrom(begun);
    } else {
      await world.begin();
      beginnings.set(name, chain.snapshot());
    }
    return world;
  }

  private async begin() {
    await this.deploy(this.root, this.rootOwner);
    await this.deploy(this.proxy, this.proxyOwner, w.attach.deployProxy);
    const { minProxyStake } = this.network.params;
    const stake = w.proxyBody.increaseStake(this.nextQuery(), minProxyStake, this.proxyOwner);
    await this.ok(this.proxyOwner, this.proxy.address, stake, minProxyStake + w.attach.proxy);
  }

  get identity(): w.ProxyIdentity {
    return { address: this.proxy.address, publicKey: this.proxyKey.publicKey };
  }

  nextQuery = () => this.queryId++;

  wait(seconds: number) {
    this.chain.now = this.chain.now! + seconds;
  }

  async deploy(contract: w.CocoonContract, from: Address, value: bigint = w.attach.deploy) {
    assert(contract.init);
    const body = beginCell().endCell();
    return this.deliver({ from, to: contract.address, value, body, init: contract.init });
  }

  async addClient(name = `client ${this.clients.length}`): Promise<Client> {
    const owner = party(name);
    const client = { owner, contract: this.network.client(owner, this.identity), key: keys(name) };
    this.clients.push(client);
    await this.deploy(client.contract, owner);
    return client;
  }

  async addWorker(name = `worker ${this.workers.length}`): Promise<Worker> {
    const owner = party(name);
    const worker = { owner, contract: this.network.worker(owner, this.identity) };
    this.workers.push(worker);
    await this.deploy(worker.contract, owner);
    return worker;
  }

  // Delivers a message and all that follow, one transaction at a time.
  async deliver(envelope: Envelope): Promise<Trace> {
    const transactions: Transaction[] = [];
    for await (const tx of await this.chain.sendMessageIter(internal(envelope))) {
      transactions.push(tx);
      await checkAfter(this, tx);
    }
    const trace = new Trace(transactions);
    await this.ledger.checkAtRest(this);
    return trace;
  }

  // The same for several that are under way at once.
  async deliverTogether(envelopes: Envelope[]): Promise<Trace> {
    for (const envelope of envelopes.slice(0, -1)) await this.chain.sendMessageIter(internal(envelope));
    return this.deliver(envelopes.at(-1)!);
  }

  async send(from: Address, to: Address, body: Cell, value: bigint = w.attach.request): Promise<Trace> {
    return this.deliver({ from, to, value, body });
  }

  async ok(from: Address, to: Address, body: Cell, value?: bigint): Promise<Trace> {
    const trace = await this.send(from, to, body, value);
    for (const tx of trace.transactions) assert(!failed(tx), `exit code ${exitOf(tx)}`);
    return trace;
  }

  // The message is refused with this exit code, changes nothing, and its value comes back but for fees.
  async refused(exitCode: number, from: Address, to: Address, body: Cell, value?: bigint): Promise<Trace> {
    const before = await this.dataHash(to);
    const trace = await this.send(from, to, body, value);
    assert.equal(trace.exit(to), exitCode);
    assert.equal(await this.dataHash(to), before, "a refused message changed something");
    const back = trace.transactions[0]!.outMessages.get(0);
    assert(back?.info.type === "internal" && back.info.bounced && back.info.dest.equals(from), "no bounce");
    return trace;
  }

  envelope = (from: Address, to: Address, body: Cell, value: bigint = w.attach.request) =>
    internal({ from, to, value, body });

  // The smallest value between the two, up to `precision`, with which a message is not refused. Changes nothing.
  async leastValue(envelope: Omit<Envelope, "value">, low: bigint, high: bigint, precision = 1n) {
    const snapshot = this.chain.snapshot();
    while (high - low > precision) {
      const middle = (low + high) / 2n;
      const { transactions } = await this.chain.sendMessage(internal({ ...envelope, value: middle }));
      if (exitOf(transactions[0]!) === 0 && !transactions.some(failed)) high = middle;
      else low = middle;
      await this.chain.loadFrom(snapshot);
    }
    return high;
  }

  async account(address: Address) {
    return this.chain.getContract(address);
  }

  async balance(address: Address): Promise<bigint> {
    return (await this.account(address)).balance;
  }

  async rawData(address: Address): Promise<Cell | null> {
    const state = (await this.account(address)).accountState;
    return state?.type === "active" ? (state.state.data ?? null) : null;
  }

  async dataHash(address: Address): Promise<string> {
    return (await this.rawData(address))?.hash().toString("hex") ?? "";
  }

  async proxyData(): Promise<w.ProxyData> {
    return w.parseProxyData((await this.rawData(this.proxy.address))!);
  }

  async clientData(client: Client): Promise<w.ClientData> {
    return w.parseClientData((await this.rawData(client.contract.address))!);
  }

  async workerData(worker: Worker): Promise<w.WorkerData> {
    return w.parseWorkerData((await this.rawData(worker.contract.address))!);
  }

  async rootData(): Promise<w.RootData> {
    return w.parseRootData((await this.rawData(this.root.address))!);
  }

  // ---- Shorthands for what parties do ----

  async topUp(client: Client, amount: bigint, value = amount + w.attach.request) {
    const body = w.clientBody.topUp(this.nextQuery(), amount, client.owner);
    return this.ok(client.owner, client.contract.address, body, value);
  }

  chargeBody(client: Client, tokens: bigint, key = this.proxyKey) {
    const to = client.contract.address;
    return w.clientBody.charge(this.nextQuery(), tokens, to, this.proxyOwner, key.secretKey);
  }

  async charge(client: Client, tokens: bigint) {
    return this.ok(this.proxyOwner, client.contract.address, this.chargeBody(client, tokens));
  }

  grantBody(client: Client, tokens: bigint, key = this.proxyKey) {
    const to = client.contract.address;
    return w.clientBody.grantRefund(this.nextQuery(), tokens, to, client.owner, key.secretKey);
  }

  voucher(client: Client, tokens: bigint, amount: bigint, key = client.key): w.SignedPayload {
    return w.signVoucher(
      { network: globalId, receiver: client.contract.address, tokens, amount },
      key.secretKey,
    );
  }

  voucherBody(client: Client, voucher: w.SignedPayload) {
    return w.clientBody.chargeVoucher(this.nextQuery(), this.proxyOwner, voucher);
  }

  async setVoucherKey(client: Client) {
    const body = w.clientBody.setVoucherKey(this.nextQuery(), client.key.publicKey, client.owner);
    return this.ok(client.owner, client.contract.address, body);
  }

  payoutBody(worker: Worker, tokens: bigint, key = this.proxyKey) {
    const to = worker.contract.address;
    return w.workerBody.payout(this.nextQuery(), tokens, to, worker.owner, key.secretKey);
  }

  lastPayoutBody(worker: Worker, tokens: bigint, key = this.proxyKey) {
    const to = worker.contract.address;
    return w.workerBody.lastPayout(this.nextQuery(), tokens, to, worker.owner, key.secretKey);
  }
}

export { SendMode, storeStateInit };
