// The committed code cells are what the sources compile to, to the byte.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Cell } from "@ton/core";
import { artefactPath, artefactText, compile, contractNames } from "../scripts/compile.ts";

for (const name of contractNames) {
  test(`${name}: build/${name}.compiled.json matches src/${name}.tolk (npm run build writes it)`, async () => {
    const committed = readFileSync(artefactPath(name), "utf8");
    const artefact = await compile(name);
    assert.equal(committed, artefactText(artefact));
    assert.equal(Cell.fromHex(artefact.hex).hash().toString("hex"), artefact.hash);
  });
}
