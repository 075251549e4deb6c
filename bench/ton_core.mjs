// What bench_ton does with bags of cells, with @ton/core: microseconds of processor time per operation, as JSON.
//
//     node ton_core.mjs NODE_MODULES VECTORS SECONDS
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [modules, vectors, seconds] = process.argv.slice(2);
const { beginCell, Cell, Dictionary } = createRequire(path.resolve(modules, "x.js"))("@ton/core");

const item = JSON.parse(readFileSync(path.join(vectors, "boc/block-basechain-86062610.json"), "utf8"));
const bag = readFileSync(path.join(vectors, "boc", item.inputs.boc.file));

function cost(work) {
  for (let i = 0; i < 20; i++) work(); // let the compiler warm up
  const start = process.cpuUsage();
  const from = performance.now();
  let calls = 0;
  while (performance.now() - from < Number(seconds) * 1000) {
    work();
    calls++;
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
}

const root = Cell.fromBoc(bag)[0];
const configItem = JSON.parse(readFileSync(path.join(vectors, "config/cfg-dict-mainnet-tonutils.json"), "utf8"));
const configRoot = Cell.fromBoc(readFileSync(path.join(vectors, "config", configItem.inputs.boc.file)))[0];

function buildCells() {
  let last = null;
  for (let i = 0; i < 1000; i++) {
    const builder = beginCell();
    for (let k = 0; k < 8; k++) builder.storeUint(i, 64);
    if (last !== null && i % 100 !== 0) builder.storeRef(last);
    last = builder.endCell();
  }
  return last.hash();
}

// It has no look-up in a dictionary's cells: one parameter costs reading all.
function findParameter() {
  return Dictionary.loadDirect(Dictionary.Keys.Int(32), Dictionary.Values.Cell(), configRoot).get(34).hash();
}

console.log(
  JSON.stringify({
    parse_and_hash_us: cost(() => Cell.fromBoc(bag)[0].hash()),
    hash_us: cost(buildCells),
    dictionary_lookup_us: cost(findParameter),
    serialise_us: cost(() => root.toBoc({ idx: false, crc32: true })),
  }),
);
