// What must hold after every transaction, and what must hold once nothing is under way.
import assert from "node:assert/strict";
import type { Transaction } from "@ton/core";
import type { World } from "./world.ts";

const bounced = (tx: Transaction) => tx.inMessage?.info.type === "internal" && tx.inMessage.info.bounced;

// Counts of each contract, as last seen, for those that only grow.
export class Ledger {
  readonly counts = new Map<string, bigint>();
  starved = false; // nobody came for so long that the chain took more for storage than was kept for it

  grows(what: string, now: bigint, mayFall: boolean) {
    const before = this.counts.get(what) ?? 0n;
    assert(now >= before || mayFall, `${what} fell from ${before} to ${now}`);
    this.counts.set(what, now);
  }

  // Nothing is under way: every client's balance lies in the proxy contract, and not a nanoton more.
  async checkAtRest(world: World) {
    if (!(await world.rawData(world.proxy.address))) return;
    let balances = 0n;
    for (const client of world.clients) {
      if (await world.rawData(client.contract.address)) balances += (await world.clientData(client)).balance;
    }
    assert.equal(
      (await world.proxyData()).clientFunds,
      balances,
      "client funds are the sum of clients' balances",
    );
  }
}

// Coins >= client funds + earned + commission + stake; charged = tokens x price or by voucher; counts only grow, except
// that a bounce takes back what did not happen.
export async function checkAfter(world: World, tx: Transaction) {
  const at = Buffer.from(tx.address.toString(16).padStart(64, "0"), "hex");
  if (at.equals(world.proxy.address.hash)) {
    if (!(await world.rawData(world.proxy.address))) return;
    const data = await world.proxyData();
    const owed = data.clientFunds + data.earned + data.balance + data.stake;
    const coins = await world.balance(world.proxy.address);
    assert(coins >= owed || world.ledger.starved, `the proxy contract owes ${owed} and has ${coins}`);
    world.ledger.grows("proxy state", BigInt(data.state), false);
  }
  for (const [i, client] of world.clients.entries()) {
    if (!at.equals(client.contract.address.hash) || !(await world.rawData(client.contract.address))) continue;
    const data = await world.clientData(client);
    world.ledger.grows(`tokens of client ${i}`, data.tokens, bounced(tx) ?? false);
    world.ledger.grows(`charged of client ${i}`, data.voucher?.charged ?? 0n, bounced(tx) ?? false);
    world.ledger.grows(`stake of client ${i}`, data.stake, false);
  }
  for (const [i, worker] of world.workers.entries()) {
    if (!at.equals(worker.contract.address.hash) || !(await world.rawData(worker.contract.address))) continue;
    world.ledger.grows(
      `tokens of worker ${i}`,
      (await world.workerData(worker)).tokens,
      bounced(tx) ?? false,
    );
  }
}
