// The committed code cells are what the sources compile to, to the byte.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Cell } from "@ton/core";
import { artefactPath, artefactText, compile, contractNames } from "../scripts/compile.ts";
import { settlementPath, settlementText } from "../scripts/settlement-vectors.ts";
import { vectorsPath, vectorsText } from "../scripts/vectors.ts";

for (const name of contractNames) {
  test(`${name}: build/${name}.compiled.json matches src/${name}.tolk (npm run build writes it)`, async () => {
    const committed = readFileSync(artefactPath(name), "utf8");
    const artefact = await compile(name);
    assert.equal(committed, artefactText(artefact));
    assert.equal(Cell.fromHex(artefact.hex).hash().toString("hex"), artefact.hash);
  });
}

// Every operation that the sources and wrappers know is in the schema, and the other way round.
test("operation numbers are those of schema/contracts.tlb", () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  const numbers = (text: string, pattern: RegExp) =>
    new Set([...text.matchAll(pattern)].map(([, hex]) => hex!));
  const schema = numbers(read("../../schema/contracts.tlb"), /#([0-9a-f]{8})\b/g);
  const wrappers = numbers(read("../wrappers/opcodes.ts"), /0x([0-9a-f]{8})\b/g);
  const tolk = ["messages", "root-messages", "wallet", "signatures"].map((name) =>
    read(`../src/${name}.tolk`),
  );
  const sources = numbers(tolk.join("\n"), /struct \(0x([0-9a-f]{8})\)/g);
  wrappers.add("00000000"); // text
  sources.add("53109c0f"); // a mark's content, which contracts do not read
  assert.deepEqual([...wrappers].sort(), [...schema].sort());
  assert.deepEqual([...sources].sort(), [...schema].sort());
});

test("tests/vectors/contracts/network.txt is up to date (npm run vectors writes it)", () => {
  assert.equal(readFileSync(vectorsPath, "utf8"), vectorsText());
});

test("tests/vectors/contracts/settlement.txt is up to date (npm run vectors writes it)", async () => {
  assert.equal(readFileSync(settlementPath, "utf8"), await settlementText());
});

test("every test against theft that docs/money.md names is there", () => {
  const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const docs = file("docs/money.md");
  const table = docs.slice(docs.indexOf("<!-- thefts: begin -->"), docs.indexOf("<!-- thefts: end -->"));
  const rows = [...table.matchAll(/`([^`]+)`: (.+) \|$/gm)];
  assert(rows.length > 15, "the table was not understood");
  for (const [, path, name] of rows) {
    const begin = path!.endsWith(".ts") ? `test("${name!}"` : `, ${name!}) {`;
    assert(file(path!).includes(begin), `${path!} has no test "${name!}"`);
  }
});
