// The committed code cells (build/*.compiled.json).
import { readFileSync } from "node:fs";
import { Cell } from "@ton/core";

function load(name: string): Cell {
  const url = new URL(`../build/${name}.compiled.json`, import.meta.url);
  return Cell.fromHex((JSON.parse(readFileSync(url, "utf8")) as { hex: string }).hex);
}

export const code = {
  root: load("root"),
  proxy: load("proxy"),
  client: load("client"),
  worker: load("worker"),
  wallet: load("wallet"),
};
