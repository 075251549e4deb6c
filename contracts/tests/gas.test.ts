// What every operation costs, against gas.json. A change in either direction must be looked at: `npm run gas` writes the
// file and the table in docs/money.md anew.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { docsTable, docsPath, gasPath, gasText, measure } from "../scripts/measure.ts";

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
