// The params cell in its three forms; the same bits as src/ton/contract_params.h writes.
import { beginCell, Cell, toNano } from "@ton/core";
import { code } from "./code.ts";

export type Params = {
  structVersion: number; // 0 to 5
  paramsVersion: number;
  uniqueId: number;
  isTest: boolean;
  pricePerToken: bigint; // nanotons
  workerFeePerToken: bigint;
  promptMultiplier: number; // 10000 is 1
  cachedMultiplier: number;
  completionMultiplier: number;
  reasoningMultiplier: number;
  proxyDelay: number; // seconds
  clientDelay: number;
  minProxyStake: bigint;
  minClientStake: bigint;
  proxyCode: Cell | null;
  workerCode: Cell | null;
  clientCode: Cell | null;
};

// Struct version 3 is the newest that every existing program reads.
export const defaultParams: Params = {
  structVersion: 3,
  paramsVersion: 1,
  uniqueId: 1,
  isTest: true,
  pricePerToken: 20n,
  workerFeePerToken: 19n,
  promptMultiplier: 10000,
  cachedMultiplier: 1000,
  completionMultiplier: 80000,
  reasoningMultiplier: 80000,
  proxyDelay: 86400,
  clientDelay: 43200,
  minProxyStake: toNano("1"),
  minClientStake: toNano("0.5"),
  proxyCode: code.proxy,
  workerCode: code.worker,
  clientCode: code.client,
};

// `full`: in the root. `withoutProxyCode`: in proxies. `withoutCode`: in clients and workers.
export type ParamsForm = "full" | "withoutProxyCode" | "withoutCode";

export function packParams(p: Params, form: ParamsForm): Cell {
  const b = beginCell().storeUint(p.structVersion, 8).storeUint(p.paramsVersion, 32);
  b.storeUint(p.uniqueId, 32).storeBit(p.isTest);
  b.storeCoins(p.pricePerToken).storeCoins(p.workerFeePerToken);
  if (p.structVersion >= 3) b.storeUint(p.promptMultiplier, 32);
  if (p.structVersion >= 2) b.storeUint(p.cachedMultiplier, 32);
  if (p.structVersion >= 3) b.storeUint(p.completionMultiplier, 32);
  if (p.structVersion >= 2) b.storeUint(p.reasoningMultiplier, 32);
  b.storeUint(p.proxyDelay, 32).storeUint(p.clientDelay, 32);
  if (p.structVersion >= 1) b.storeCoins(p.minProxyStake).storeCoins(p.minClientStake);
  b.storeMaybeRef(form === "full" ? p.proxyCode : null);
  b.storeMaybeRef(form === "withoutCode" ? null : p.workerCode);
  b.storeMaybeRef(form === "withoutCode" ? null : p.clientCode);
  return b.endCell();
}

export function parseParams(cell: Cell): Params {
  const s = cell.beginParse();
  const structVersion = s.loadUint(8);
  if (structVersion > 5) throw new Error(`params of struct version ${structVersion}`);
  const paramsVersion = s.loadUint(32);
  const uniqueId = s.loadUint(32);
  const isTest = s.loadBit();
  const pricePerToken = s.loadCoins();
  const workerFeePerToken = s.loadCoins();
  const multiplier = (since: number) => (structVersion >= since ? s.loadUint(32) : 10000);
  const promptMultiplier = multiplier(3);
  const cachedMultiplier = multiplier(2);
  const completionMultiplier = multiplier(3);
  const reasoningMultiplier = multiplier(2);
  const proxyDelay = s.loadUint(32);
  const clientDelay = s.loadUint(32);
  const stake = () => (structVersion >= 1 ? s.loadCoins() : toNano("1"));
  const minProxyStake = stake();
  const minClientStake = stake();
  const proxyCode = s.loadMaybeRef();
  const workerCode = s.loadMaybeRef();
  const clientCode = s.loadMaybeRef();
  s.endParse();
  return {
    ...{ structVersion, paramsVersion, uniqueId, isTest, pricePerToken, workerFeePerToken },
    ...{ promptMultiplier, cachedMultiplier, completionMultiplier, reasoningMultiplier },
    ...{ proxyDelay, clientDelay, minProxyStake, minClientStake, proxyCode, workerCode, clientCode },
  };
}
