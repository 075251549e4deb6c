// What every operation costs, against gas.json. A change in either direction must be looked at: `npm run gas` writes the
// file and the table in docs/money.md anew.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { docsTable, docsPath, gasPath, gasText, measure, rules, settlement } from "../scripts/measure.ts";

test("gas, fees and least values are those on record", async () => {
  const measured = await measure();
  assert.equal(gasText(measured), readFileSync(gasPath, "utf8"), "run: npm run gas");
  assert(readFileSync(docsPath, "utf8").includes(docsTable(measured)), "docs/money.md shows other numbers");

  // Contracts ask for fees by these ceilings; they must stay above what is really used, and not by far.
  const source = readFileSync(new URL("../src/value.tolk", import.meta.url), "utf8");
  const ceiling = (name: string) => Number(new RegExp(`const GAS_${name} = (\\d+)`).exec(source)![1]);
  const most = (role: string) => Math.max(...measured.operations.map((o) => o.gas[role] ?? 0));
  for (const [name, role] of [
    ["CLIENT", "client"],
    ["WORKER", "worker"],
    ["PROXY", "proxy"],
    ["BOUNCE", "bounce"],
  ] as const) {
    const [used, allowed] = [most(role), ceiling(name)];
    assert(used * 1.15 <= allowed && allowed <= used * 1.8, `GAS_${name} is ${allowed}, used are ${used}`);
  }
});

test("settling a million requests costs what the parts cost, by the program's own thresholds", async () => {
  const header = new URL("../../src/app/role_options.h", import.meta.url);
  const options = readFileSync(header, "utf8");
  const threshold = (name: string) => {
    const found = new RegExp(`Nanoton ${name}\\{(?:(\\d+) \\* )?base::kNanotonsPerTon\\}`).exec(options);
    assert(found, name);
    return Number(found[1] ?? 1) * 1e9;
  };
  assert.deepEqual(rules, {
    chargeAt: threshold("charge_at"),
    payoutAt: threshold("payout_at"),
    withdrawAt: threshold("withdraw_at"),
  });
  const part = (name: string, fee: number, messages: number) => ({ name, gas: {}, messages, fee, least: 0 });
  const operations = [
    part("client: charge", 1000, 3),
    part("worker: payout", 100, 4),
    part("proxy: withdraw commission", 10, 2),
    part("wallet: an order", 1, 1),
  ];
  // A million requests of 5000 tokens at 20 and 19 nanotons: 100 TON, of which 95 are wages and 5 commission.
  const { orders, messages, fee } = settlement({ operations, storagePerYear: {} }, 5000, 1e9);
  assert.deepEqual(orders, [100, 9.5, 0.5]);
  assert.equal(messages, 100 * 4 + 9.5 * 5 + 0.5 * 3);
  assert.equal(fee, 100 * 1001 + 9.5 * 101 + 0.5 * 11);
});
