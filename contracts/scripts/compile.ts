// Compiles the Tolk sources. The result depends on nothing but the sources and the compiler's pinned version.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Cell } from "@ton/core";
import { getTolkCompilerVersion, runTolkCompiler } from "@ton/tolk-js";

export const contractsFolder = dirname(dirname(fileURLToPath(import.meta.url)));
export const contractNames = ["root", "proxy", "client", "worker", "wallet"] as const;
export type ContractName = (typeof contractNames)[number];

export type Artefact = { hash: string; compiler: string; hex: string };

// What build/<name>.compiled.json holds. `hash` is the code cell's representation hash.
export async function compile(name: ContractName): Promise<Artefact> {
  const result = await runTolkCompiler({
    entrypointFileName: `${name}.tolk`,
    fsReadCallback: (path) => readFileSync(join(contractsFolder, "src", path), "utf8"),
  });
  if (result.status === "error") throw new Error(result.message);
  const code = Cell.fromBase64(result.codeBoc64);
  return {
    hash: code.hash().toString("hex"),
    compiler: `tolk ${await getTolkCompilerVersion()}`,
    hex: code.toBoc({ idx: false, crc32: false }).toString("hex"),
  };
}

export const artefactPath = (name: ContractName) => join(contractsFolder, "build", `${name}.compiled.json`);
export const artefactText = (artefact: Artefact) => JSON.stringify(artefact, null, 2) + "\n";
