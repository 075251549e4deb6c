// npm run vectors: writes tests/vectors/contracts/settlement.txt: bodies of every message that programs send, and what the
// real TVM made of a settlement: transactions of a proxy contract, and data of all contracts.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Address, beginCell, type Cell, toNano } from "@ton/core";
import { party, type Trace, World } from "../tests/world.ts";
import * as w from "../wrappers/index.ts";
import { contractsFolder } from "./compile.ts";

export const settlementPath = join(contractsFolder, "..", "tests", "vectors", "contracts", "settlement.txt");

type Line = [string, string];
const bag = (cell: Cell) => cell.toBoc({ idx: false, crc32: false }).toString("hex");
const excesses = party("excesses");
const key = Buffer.alloc(32, 0x4b);

function bodies(): Line[] {
  const secret = BigInt(`0x${"5e".repeat(32)}`);
  const amount = 8_700_929_120n;
  const cells: [string, Cell][] = [
    ["top_up", w.clientBody.topUp(1n, amount, excesses)],
    ["reopen", w.clientBody.reopen(2n, amount, excesses)],
    ["register", w.clientBody.register(3n, 0xfedcba9876543210n, excesses)],
    ["change_secret", w.clientBody.changeSecret(4n, secret, excesses)],
    ["change_secret_and_top_up", w.clientBody.changeSecretAndTopUp(5n, amount, secret, excesses)],
    ["increase_stake", w.clientBody.increaseStake(6n, amount, excesses)],
    ["withdraw", w.clientBody.withdraw(7n, excesses)],
    ["request_refund", w.clientBody.requestRefund(8n, excesses)],
    ["set_voucher_key", w.clientBody.setVoucherKey(9n, key, excesses)],
    ["worker_register", w.workerBody.register(10n, excesses)],
    ["proxy_withdraw", w.proxyBody.payoutRequest(11n, excesses)],
    ["proxy_increase_stake", w.proxyBody.increaseStake(12n, amount, excesses)],
    ["proxy_close", w.proxyBody.close(13n, excesses)],
    ["proxy_close_complete", w.proxyBody.closeComplete(14n, excesses)],
    ["save_state", mark(Buffer.alloc(64, 0x5f))],
  ];
  return cells.map(([name, cell]) => [`body_${name}`, bag(cell)]);
}

const mark = (signature: Buffer) =>
  beginCell()
    .storeUint(w.Op.doNotProcess, 32)
    .storeUint(15n, 64)
    .storeUint(w.Op.saveState, 32)
    .storeUint(77, 32)
    .storeBuffer(key)
    .storeBuffer(signature)
    .endCell();

// One channel from its opening to a close without the proxy, one that is closed by the proxy, a worker's pay.
export async function settlementText(): Promise<string> {
  const world = await World.create();
  const [first, second] = [await world.addClient(), await world.addClient()];
  const worker = await world.addWorker();
  const at = world.proxy.address;
  const lines: Line[] = [
    ["root", world.root.address.toRawString()],
    ["root_data", bag(w.packRootData(w.newRoot(world.rootOwner, world.network.params)))],
    ["proxy_owner", world.proxyOwner.toRawString()],
    ["proxy_key", world.proxyKey.publicKey.toString("hex")],
    ["proxy", at.toRawString()],
    ["client_owner", first.owner.toRawString()],
    ["second_owner", second.owner.toRawString()],
    ["worker_owner", worker.owner.toRawString()],
    ["stranger", world.stranger.toRawString()],
    ["excesses", excesses.toRawString()],
  ];
  const keep = (name: string, trace: Trace) => lines.push([`tx_${name}`, bag(trace.at(at)[0]!.raw)]);
  const data = async (name: string, address: Address) =>
    lines.push([`data_${name}`, bag((await world.rawData(address))!)]);
  const toFirst = (body: Cell) => world.ok(first.owner, first.contract.address, body);

  const topUp = await world.topUp(first, toNano("3"));
  keep("topped_up", topUp);
  const secret = BigInt(`0x${"5e".repeat(32)}`);
  keep("secret_changed", await toFirst(w.clientBody.changeSecret(21n, secret, first.owner)));
  keep("registered", await toFirst(w.clientBody.register(22n, 0xfedcba9876543210n, first.owner)));
  keep("charged", await world.charge(first, 12345n));
  await data("client", first.contract.address);
  await data("proxy", at);
  keep("withdrawn", await toFirst(w.clientBody.withdraw(23n, first.owner)));
  const toWorker = (body: Cell) => world.send(worker.owner, worker.contract.address, body);
  keep("worker_registered", await toWorker(w.workerBody.register(24n, worker.owner)));
  keep("paid", await toWorker(world.payoutBody(worker, 12345n)));
  await data("worker", worker.contract.address);
  keep("not_covered", await toWorker(world.payoutBody(worker, 999_999n)));
  const withdraw = w.proxyBody.payoutRequest(25n, world.proxyOwner);
  keep("commission", await world.ok(world.proxyOwner, at, withdraw, w.attach.proxy));
  const marked = beginCell()
    .storeUint(w.Op.saveState, 32)
    .storeUint(77, 32)
    .storeBuffer(key)
    .storeAddress(at)
    .endCell();
  keep("mark", await world.ok(world.stranger, at, mark(w.sign(marked.hash(), world.proxyKey.secretKey)), 1n));
  keep("forged_mark", await world.ok(world.stranger, at, mark(Buffer.alloc(64, 0x5f)), 1n));
  keep("closing", await toFirst(w.clientBody.requestRefund(26n, first.owner)));
  world.wait(world.network.params.clientDelay + 1);
  keep("forced", await toFirst(w.clientBody.requestRefund(27n, first.owner)));
  await world.topUp(second, toNano("2"));
  keep("granted", await world.ok(world.proxyOwner, second.contract.address, world.grantBody(second, 100n)));
  keep("key_set", await world.setVoucherKey(second));
  await data("vouched", second.contract.address);

  // What a client contract said, said again by somebody else.
  const said = topUp.at(at)[0]!.inMessage!.body;
  const forged = await world.send(world.stranger, at, said, toNano("4"));
  keep("forged", forged);
  return [...bodies(), ...lines].map(([name, value]) => `${name} ${value}\n`).join("");
}

if (process.argv[1]?.endsWith("settlement-vectors.ts")) writeFileSync(settlementPath, await settlementText());
