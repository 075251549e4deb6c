// npm run gas: writes what the operations cost into gas.json and docs/money.md.
import { readFileSync, writeFileSync } from "node:fs";
import { docsPath, docsTable, gasPath, gasText, marks, measure } from "./measure.ts";

const measured = await measure();
writeFileSync(gasPath, gasText(measured));
const table = docsTable(measured);
const docs = readFileSync(docsPath, "utf8");
const [begin, end] = [docs.indexOf(marks[0]), docs.indexOf(marks[1])];
if (begin >= 0 && end > begin) {
  writeFileSync(docsPath, docs.slice(0, begin) + table + docs.slice(end + marks[1].length));
}
console.log(table);
