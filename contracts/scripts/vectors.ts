// npm run vectors: writes tests/vectors/contracts/network.txt, a network with our contracts for tests in other languages.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Address, type Cell } from "@ton/core";
import * as w from "../wrappers/index.ts";
import { contractsFolder } from "./compile.ts";

export const vectorsPath = join(contractsFolder, "..", "tests", "vectors", "contracts", "network.txt");

const filled = (byte: number) => new Address(0, Buffer.alloc(32, byte));
const keys = (byte: number) => w.keyPairFromSeed(Buffer.alloc(32, byte));

const bag = (cell: Cell) => cell.toBoc({ idx: false, crc32: false }).toString("hex");

// Lines of a name and a value; cells are bags of cells in hex.
export function vectorsText(): string {
  const [rootOwner, proxyOwner, walletOwner, workerOwner, excesses] = [1, 2, 3, 4, 5].map(filled) as [
    ...[Address, Address, Address, Address, Address],
  ];
  const [proxyKey, walletKey, voucherKey] = [keys(6), keys(7), keys(8)];
  const data = { ...w.newRoot(rootOwner, w.defaultParams), version: 3, lastProxySeqno: 1 };
  data.registeredProxies = new Map([[1, "203.0.113.5:5222 203.0.113.5:8888"]]);
  data.workerHashes = [5n];
  const root = w.RootContract.create(data);
  const network = new w.Network(root.address, data.params);
  const proxy = network.proxy(proxyOwner, proxyKey.publicKey);
  const identity = { address: proxy.address, publicKey: proxyKey.publicKey };
  const wallet = w.WalletContract.create(walletKey.publicKey, walletOwner);
  const client = network.client(wallet.address, identity);
  const worker = network.worker(workerOwner, identity);
  const charge = w.clientBody.charge(9n, 12345n, client.address, excesses, proxyKey.secretKey);
  const payout = w.workerBody.payout(10n, 12345n, worker.address, excesses, proxyKey.secretKey);
  const terms = { network: -239, receiver: client.address, tokens: 12345n, amount: 246900n };
  const voucher = w.clientBody.chargeVoucher(11n, excesses, w.signVoucher(terms, voucherKey.secretKey));
  const lines: [string, string][] = [
    ["root", root.address.toRawString()],
    ["root_data", bag(w.packRootData(data))],
    ["proxy_owner", proxyOwner.toRawString()],
    ["proxy_key", proxyKey.publicKey.toString("hex")],
    ["proxy", proxy.address.toRawString()],
    ["wallet_owner", walletOwner.toRawString()],
    ["wallet_key", walletKey.publicKey.toString("hex")],
    ["wallet_code", bag(w.code.wallet)],
    ["wallet", wallet.address.toRawString()],
    ["client", client.address.toRawString()],
    ["worker_owner", workerOwner.toRawString()],
    ["worker", worker.address.toRawString()],
    ["charge", bag(charge)],
    ["payout", bag(payout)],
    ["voucher_key", voucherKey.publicKey.toString("hex")],
    ["charge_voucher", bag(voucher)],
  ];
  return lines.map(([name, value]) => `${name} ${value}\n`).join("");
}

if (process.argv[1]?.endsWith("vectors.ts")) writeFileSync(vectorsPath, vectorsText());
