// npm run build: writes build/*.compiled.json, the code cells that everybody else uses.
import { writeFileSync } from "node:fs";
import { artefactPath, artefactText, compile, contractNames } from "./compile.ts";

for (const name of contractNames) {
  const artefact = await compile(name);
  writeFileSync(artefactPath(name), artefactText(artefact));
  console.log(`${name.padEnd(6)} ${artefact.hash} ${artefact.hex.length / 2} bytes`);
}
