// The root contract. Only its owner is obeyed.
import {
  type Address,
  beginCell,
  Builder,
  Cell,
  type ContractProvider,
  Dictionary,
  type Slice,
} from "@ton/core";
import { addressOf, body, CocoonContract } from "./base.ts";
import { code } from "./code.ts";
import { Op } from "./opcodes.ts";
import { packParams, type Params, parseParams } from "./params.ts";

export type RegisteredKey = { kind: number; expireAt: number };
export type KeyManager = {
  publicKeys: Map<bigint, RegisteredKey>;
  publicKey: bigint;
  imageHash: bigint;
  address: string;
};
export type RootData = {
  owner: Address;
  version: number;
  proxyHashes: bigint[];
  registeredProxies: Map<number, string>; // by sequence number: "workers_host:port clients_host:port"
  lastProxySeqno: number;
  workerHashes: bigint[];
  modelHashes: bigint[];
  params: Params;
  keyManager: KeyManager | null; // struct version 4 and 5
};

const empty = { serialize: (_: null, b: Builder) => void b, parse: (s: Slice) => (s.endParse(), null) };
const registeredKey = {
  serialize: (key: RegisteredKey, b: Builder) => void b.storeUint(key.kind, 8).storeUint(key.expireAt, 32),
  parse: (s: Slice) => ({ kind: s.loadUint(8), expireAt: s.loadUint(32) }),
};

function storeText(text: string, b: Builder): Builder {
  const bytes = Buffer.from(text, "ascii");
  return b.storeBit(false).storeUint(bytes.length, 7).storeBuffer(bytes);
}

function loadText(s: Slice): string {
  if (s.loadBit()) throw new Error("an address that is no text");
  return s.loadBuffer(s.loadUint(7)).toString("ascii");
}

const addressText = { serialize: (text: string, b: Builder) => void storeText(text, b), parse: loadText };

const hashKeys = Dictionary.Keys.BigUint(256);
function storeSet(hashes: Iterable<bigint>, b: Builder) {
  const set = Dictionary.empty(hashKeys, empty);
  for (const hash of hashes) set.set(hash, null);
  b.storeDict(set);
}
const loadSet = (s: Slice) => s.loadDict(hashKeys, empty).keys();

function packLists(data: RootData): Cell {
  const b = beginCell();
  storeSet(data.proxyHashes, b);
  const proxies = Dictionary.empty(Dictionary.Keys.Uint(32), addressText);
  for (const [seqno, text] of data.registeredProxies) proxies.set(seqno, text);
  b.storeDict(proxies).storeUint(data.lastProxySeqno, 32);
  storeSet(data.workerHashes, b);
  storeSet(data.modelHashes, b);
  return b.endCell();
}

function packKeyManager(manager: KeyManager): Cell {
  const keys = Dictionary.empty(hashKeys, registeredKey);
  for (const [key, value] of manager.publicKeys) keys.set(key, value);
  const b = beginCell().storeDict(keys).storeUint(manager.publicKey, 256).storeUint(manager.imageHash, 256);
  return storeText(manager.address, b).endCell();
}

export function packRootData(data: RootData): Cell {
  const b = beginCell().storeAddress(data.owner).storeUint(data.version, 32);
  b.storeRef(packLists(data)).storeRef(packParams(data.params, "full"));
  if (data.keyManager) b.storeRef(packKeyManager(data.keyManager));
  if (data.params.structVersion >= 5) b.storeRef(beginCell().storeUint(0, 3)); // no verified keys
  return b.endCell();
}

export function parseRootData(cell: Cell): RootData {
  const s = cell.beginParse();
  const owner = s.loadAddress();
  const version = s.loadUint(32);
  const l = s.loadRef().beginParse();
  const lists = {
    proxyHashes: loadSet(l),
    registeredProxies: new Map(l.loadDict(Dictionary.Keys.Uint(32), addressText)),
    lastProxySeqno: l.loadUint(32),
    workerHashes: loadSet(l),
    modelHashes: loadSet(l),
  };
  l.endParse();
  const params = parseParams(s.loadRef());
  let keyManager = null;
  if (params.structVersion >= 4) {
    const k = s.loadRef().beginParse();
    const publicKeys = new Map(k.loadDict(hashKeys, registeredKey));
    const publicKey = k.loadUintBig(256);
    keyManager = { publicKeys, publicKey, imageHash: k.loadUintBig(256), address: loadText(k) };
    k.endParse();
  }
  if (params.structVersion >= 5) s.loadRef();
  s.endParse();
  return { owner, version, ...lists, params, keyManager };
}

export function newRoot(owner: Address, params: Params): RootData {
  const noManager = { publicKeys: new Map(), publicKey: 0n, imageHash: 0n, address: "" };
  return {
    ...{ owner, version: 0, lastProxySeqno: 0, registeredProxies: new Map(), params },
    ...{ proxyHashes: [], workerHashes: [], modelHashes: [] },
    keyManager: params.structVersion >= 4 ? noManager : null,
  };
}

type HashOp = "ProxyHash" | "WorkerHash" | "ModelHash";

export const rootBody = {
  add: (queryId: bigint, list: HashOp, hash: bigint) =>
    body(Op.root[`add${list}`], queryId).storeUint(hash, 256).endCell(),
  remove: (queryId: bigint, list: HashOp, hash: bigint) =>
    body(Op.root[`delete${list}`], queryId).storeUint(hash, 256).endCell(),
  registerProxy: (queryId: bigint, address: string) =>
    storeText(address, body(Op.root.registerProxy, queryId)).endCell(),
  unregisterProxy: (queryId: bigint, seqno: number) =>
    body(Op.root.unregisterProxy, queryId).storeUint(seqno, 32).endCell(),
  updateProxy: (queryId: bigint, seqno: number, address: string) =>
    storeText(address, body(Op.root.updateProxy, queryId).storeUint(seqno, 32)).endCell(),
  changePrice: (queryId: bigint, price: bigint, fee: bigint) =>
    body(Op.root.changePrice, queryId).storeCoins(price).storeCoins(fee).endCell(),
  changeParams: (queryId: bigint, p: Params) =>
    body(Op.root.changeParams, queryId)
      .storeCoins(p.pricePerToken)
      .storeCoins(p.workerFeePerToken)
      .storeUint(p.proxyDelay, 32)
      .storeUint(p.clientDelay, 32)
      .storeCoins(p.minProxyStake)
      .storeCoins(p.minClientStake)
      .endCell(),
  changeMultipliers: (queryId: bigint, p: Params) =>
    body(Op.root.changeMultipliers, queryId)
      .storeUint(p.promptMultiplier, 32)
      .storeUint(p.cachedMultiplier, 32)
      .storeUint(p.completionMultiplier, 32)
      .storeUint(p.reasoningMultiplier, 32)
      .endCell(),
  upgradeContracts: (queryId: bigint, proxy: Cell, worker: Cell, client: Cell) =>
    body(Op.root.upgradeContracts, queryId).storeRef(proxy).storeRef(worker).storeRef(client).endCell(),
  upgradeCode: (queryId: bigint, newCode: Cell) =>
    body(Op.root.upgradeCode, queryId).storeRef(newCode).endCell(),
  upgradeFull: (queryId: bigint, data: Cell, newCode: Cell) =>
    body(Op.root.upgradeFull, queryId).storeRef(data).storeRef(newCode).endCell(),
  resetLists: (queryId: bigint) => body(Op.root.resetLists, queryId).endCell(),
  changeOwner: (queryId: bigint, owner: Address) =>
    body(Op.root.changeOwner, queryId).storeAddress(owner).endCell(),
  changeKeyManager: (queryId: bigint, publicKey: bigint, imageHash: bigint, address: string) =>
    storeText(
      address,
      body(Op.root.changeKeyManager, queryId).storeUint(publicKey, 256).storeUint(imageHash, 256),
    ).endCell(),
  addPublicKey: (queryId: bigint, publicKey: bigint, kind: number, expireAt: number) =>
    body(Op.root.addPublicKey, queryId)
      .storeUint(publicKey, 256)
      .storeUint(kind, 8)
      .storeUint(expireAt, 32)
      .endCell(),
};

export class RootContract extends CocoonContract {
  static create(data: RootData): RootContract {
    const init = { code: code.root, data: packRootData(data) };
    return new RootContract(addressOf(init), init);
  }

  async getData(provider: ContractProvider): Promise<RootData> {
    return parseRootData(await this.data(provider));
  }
}
