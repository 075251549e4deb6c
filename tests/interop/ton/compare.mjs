// Compares our code (recode.cc) with @ton/core over generated values: cells, bags, dictionaries, messages, addresses,
// wallets, accounts, transactions. Prints its seed; SEED=n repeats a run, COUNT=n changes its length.
//
//     node compare.mjs PATH_OF_TON_RECODE PATH_OF_NODE_MODULES
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

const [recode, modules] = process.argv.slice(2);
const require = createRequire(path.resolve(modules, "x.js"));
const core = require("@ton/core");
const { WalletContractV3R2, WalletContractV4, WalletContractV5R1 } = require("@ton/ton");
const { keyPairFromSeed } = require("@ton/crypto");
const { Address, Cell, Dictionary, beginCell } = core;

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const count = Number(process.env.COUNT ?? 1000);
console.log(`seed ${seed}, ${count} values of each kind`);

// The same numbers for the same seed.
let counter = 0;
function randomBytes(length) {
  const parts = [];
  for (let have = 0; have < length; have += 32) {
    parts.push(createHash("sha256").update(`${seed}:${counter++}`).digest());
  }
  return Buffer.concat(parts).subarray(0, length);
}
const below = (limit) => randomBytes(6).readUIntBE(0, 6) % limit;

const child = spawn(recode, [], { stdio: ["pipe", "pipe", "inherit"] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
async function ask(...words) {
  child.stdin.write(words.join(" ") + "\n");
  const { value, done } = await answers.next();
  assert.ok(!done, "the tool ended");
  return value.split(" ");
}
const hexOf = (cell, options) => cell.toBoc(options ?? { idx: below(2) === 1, crc32: below(2) === 1 }).toString("hex");

function randomCell(depth) {
  const builder = beginCell();
  const bits = below(1024);
  const data = randomBytes(128);
  for (let i = 0; i < bits; i++) builder.storeBit((data[i >> 3] >> (i & 7)) & 1);
  const refs = depth === 0 ? 0 : below(5);
  for (let i = 0; i < refs; i++) builder.storeRef(randomCell(depth - 1));
  return builder.endCell();
}

function randomAddress() {
  return new Address(below(2) - 1, randomBytes(32));
}

async function compareCells() {
  for (let i = 0; i < count; i++) {
    const cell = randomCell(below(4));
    const [hash, level, depth, bag] = await ask("boc", hexOf(cell));
    assert.equal(hash, cell.hash().toString("hex"));
    assert.equal(Number(level), 0);
    assert.equal(Number(depth), cell.depth());
    assert.ok(Cell.fromBoc(Buffer.from(bag, "hex"))[0].equals(cell));
  }
}

async function compareDictionaries() {
  for (let i = 0; i < count; i++) {
    const bits = [8, 16, 32, 64, 256][below(5)];
    const dictionary = Dictionary.empty(Dictionary.Keys.BigUint(bits), Dictionary.Values.BigUint(64));
    const size = 1 + below(40);
    for (let k = 0; k < size; k++) {
      const key = BigInt("0x" + randomBytes(bits / 8).toString("hex"));
      dictionary.set(below(2) === 0 ? key : key >> BigInt(below(bits)), BigInt(below(1 << 30)));
    }
    const root = beginCell().storeDictDirect(dictionary).endCell();
    const [hash, ...entries] = await ask("dictionary", hexOf(root), bits);
    assert.equal(hash, root.hash().toString("hex"));
    const wanted = dictionary.keys().sort((a, b) => (a < b ? -1 : 1));
    assert.deepEqual(
      entries,
      wanted.map((key) => {
        const value = beginCell().storeUint(dictionary.get(key), 64).endCell().hash().toString("hex");
        return key.toString(16).padStart(bits / 4, "0") + ":" + value;
      }),
    );
  }
}

async function compareProofs() {
  for (let i = 0; i < count / 5; i++) {
    const dictionary = Dictionary.empty(Dictionary.Keys.Uint(32), Dictionary.Values.BigUint(64));
    for (let k = 0; k < 20; k++) dictionary.set(below(2 ** 32), BigInt(below(1 << 30)));
    const proof = dictionary.generateMerkleProof([dictionary.keys()[below(dictionary.size)]]);
    const [hash, level, depth] = await ask("boc", hexOf(proof));
    assert.equal(hash, proof.hash().toString("hex"));
    assert.equal(Number(level), proof.level());
    assert.equal(Number(depth), proof.depth());
  }
}

// Amounts up to 31 bytes, none of them zero, as the chain demands.
function randomCurrencies() {
  if (below(2) === 0) return undefined;
  const other = Dictionary.empty(Dictionary.Keys.Uint(32), Dictionary.Values.BigVarUint(5));
  for (let i = 1 + below(8); i > 0; i--) {
    other.set(below(2 ** 32), BigInt("0x" + randomBytes(1 + below(31)).toString("hex")) + 1n);
  }
  return other;
}

function randomValue() {
  const value = { coins: BigInt(below(2 ** 40)) * BigInt(below(1000)) };
  const other = randomCurrencies();
  return other ? { ...value, other } : value;
}

function currenciesText({ other }) {
  if (!other) return "none";
  const ids = other.keys().sort((a, b) => a - b);
  const hash = beginCell().storeDictDirect(other).endCell().hash().toString("hex");
  return ids.map((id) => `${id}:${other.get(id)},`).join("") + hash;
}

function randomMessage() {
  const body = randomCell(below(2));
  const init = below(3) === 0 ? { code: randomCell(1), data: randomCell(1) } : undefined;
  if (below(3) === 0) {
    return { info: { type: "external-in", dest: randomAddress(), importFee: BigInt(below(1000)) }, init, body };
  }
  const info = {
    type: "internal",
    ihrDisabled: below(2) === 1,
    bounce: below(2) === 1,
    bounced: below(2) === 1,
    src: randomAddress(),
    dest: randomAddress(),
    value: randomValue(),
    ihrFee: BigInt(below(1000)),
    forwardFee: BigInt(below(1000)),
    createdLt: BigInt(below(2 ** 40)),
    createdAt: below(2 ** 32),
  };
  return { info, init, body };
}

const bit = (value) => (value ? "1" : "0");

async function compareMessages() {
  for (let i = 0; i < count; i++) {
    const message = randomMessage();
    let cell;
    try {
      cell = beginCell().store(core.storeMessage(message, { forceRef: below(2) === 1 })).endCell();
    } catch {
      continue; // what @ton/core itself can't write
    }
    const { info } = message;
    const answer = await ask("message", hexOf(cell));
    const [kind, source, destination, coins, flags, lt, at, body, init, currencies, bag] = answer;
    assert.equal(destination, info.dest.toRawString());
    assert.equal(body, message.body.hash().toString("hex"));
    assert.equal(init, bit(message.init));
    if (info.type === "internal") {
      assert.equal(kind, "0");
      assert.equal(source, info.src.toRawString());
      assert.equal(coins, info.value.coins.toString());
      assert.equal(flags, bit(info.bounce) + bit(info.bounced) + bit(info.ihrDisabled));
      assert.equal(lt, info.createdLt.toString());
      assert.equal(at, info.createdAt.toString());
      assert.equal(currencies, currenciesText(info.value));
    } else {
      assert.equal(kind, "1");
    }
    // What we write, they read as the same message.
    const again = core.loadMessage(Cell.fromBoc(Buffer.from(bag, "hex"))[0].beginParse());
    if (info.type === "internal") assert.equal(currenciesText(again.info.value), currencies);
    assert.ok(again.body.equals(message.body));
    assert.ok(again.info.dest.equals(info.dest));
  }
}

const coins = () => BigInt(below(2 ** 40)) * BigInt(below(1000));
const maybe = (make) => (below(2) === 0 ? make() : undefined);
const number256 = () => BigInt("0x" + randomBytes(32).toString("hex"));
const kStatuses = ["uninitialized", "frozen", "active", "non-existing"]; // in our order

function randomCompute() {
  if (below(3) === 0) return { type: "skipped", reason: ["no-state", "bad-state", "no-gas"][below(3)] };
  return {
    type: "vm",
    success: below(2) === 1,
    messageStateUsed: below(2) === 1,
    accountActivated: below(2) === 1,
    gasFees: coins(),
    gasUsed: BigInt(below(2 ** 20)),
    gasLimit: BigInt(below(2 ** 20)),
    gasCredit: maybe(() => BigInt(below(10_000))),
    mode: 0,
    exitCode: below(2 ** 32) - 2 ** 31,
    exitArg: maybe(() => below(2 ** 32) - 2 ** 31),
    vmSteps: below(2 ** 32),
    vmInitStateHash: number256(),
    vmFinalStateHash: number256(),
  };
}

const randomSize = () => ({ cells: BigInt(below(1000)), bits: BigInt(below(100_000)) });

function randomAction() {
  return {
    success: below(2) === 1,
    valid: below(2) === 1,
    noFunds: below(2) === 1,
    statusChange: ["unchanged", "frozen", "deleted"][below(3)],
    totalFwdFees: maybe(coins),
    totalActionFees: maybe(coins),
    resultCode: below(100),
    resultArg: maybe(() => below(1000)),
    totalActions: below(255),
    specActions: below(255),
    skippedActions: below(255),
    messagesCreated: below(255),
    actionListHash: number256(),
    totalMessageSize: randomSize(),
  };
}

function randomBounce() {
  const messageSize = randomSize();
  return [
    { type: "negative-funds" },
    { type: "no-funds", messageSize, requiredForwardFees: coins() },
    { type: "ok", messageSize, messageFees: coins(), forwardFees: coins() },
  ][below(3)];
}

function randomTransaction() {
  const storagePhase = {
    storageFeesCollected: coins(),
    storageFeesDue: maybe(coins),
    statusChange: "unchanged",
  };
  const phases = { computePhase: randomCompute(), actionPhase: maybe(randomAction), aborted: below(2) === 1 };
  const generic = {
    type: "generic",
    creditFirst: below(2) === 1,
    storagePhase: maybe(() => storagePhase),
    creditPhase: maybe(() => ({ dueFeesColelcted: maybe(coins), credit: randomValue() })),
    ...phases,
    bouncePhase: maybe(randomBounce),
    destroyed: below(2) === 1,
  };
  const tickTock = { type: "tick-tock", isTock: below(2) === 1, storagePhase, ...phases, destroyed: below(2) === 1 };
  const outMessages = Dictionary.empty(Dictionary.Keys.Uint(15), core.Dictionary.Values.Cell());
  const outMessagesCount = below(5);
  for (let i = 0; i < outMessagesCount; i++) {
    outMessages.set(i, beginCell().store(core.storeMessage(randomMessage(), { forceRef: true })).endCell());
  }
  return {
    address: number256(),
    lt: BigInt(below(2 ** 40)),
    prevTransactionHash: number256(),
    prevTransactionLt: BigInt(below(2 ** 40)),
    now: below(2 ** 32),
    outMessagesCount,
    oldStatus: kStatuses[below(4)],
    endStatus: kStatuses[below(4)],
    inMessage: maybe(randomMessage),
    outMessages,
    totalFees: randomValue(),
    stateUpdate: { oldHash: randomBytes(32), newHash: randomBytes(32) },
    description: below(4) === 0 ? tickTock : generic,
  };
}

function computeOf({ computePhase }) {
  if (computePhase.type === "skipped") return "1 0";
  return `${computePhase.success ? 3 : 2} ${computePhase.exitCode}`;
}

async function compareTransactions() {
  let compared = 0;
  for (let i = 0; i < count; i++) {
    const transaction = randomTransaction();
    let cell;
    try {
      cell = beginCell().store(core.storeTransaction(transaction)).endCell();
    } catch {
      continue; // a message that does not fit a cell
    }
    compared++;
    const { description } = transaction;
    const answer = await ask("transaction", hexOf(cell));
    assert.equal(
      answer.join(" "),
      [
        cell.hash().toString("hex"),
        transaction.lt,
        transaction.now,
        transaction.prevTransactionHash.toString(16).padStart(64, "0"),
        transaction.outMessagesCount,
        transaction.totalFees.coins,
        computeOf(description),
        bit(description.aborted),
        currenciesText(transaction.totalFees),
      ].join(" "),
    );
  }
  assert.ok(compared > count / 2);
}

function randomAccount() {
  const state = [
    { type: "uninit" },
    { type: "frozen", stateHash: number256() },
    { type: "active", state: { code: maybe(() => randomCell(2)), data: maybe(() => randomCell(2)) } },
  ][below(3)];
  const used = randomSize();
  return {
    addr: randomAddress(),
    storageStats: {
      used,
      storageExtra: maybe(() => ({ dictHash: number256() })) ?? null,
      lastPaid: below(2 ** 32),
      duePayment: maybe(coins),
    },
    storage: { lastTransLt: BigInt(below(2 ** 40)), balance: randomValue(), state },
  };
}

const hex64 = (value) => value.toString(16).padStart(64, "0");

async function compareAccounts() {
  let compared = 0;
  for (let i = 0; i < count; i++) {
    const account = randomAccount();
    let cell;
    try {
      cell = beginCell().storeBit(true).store(core.storeAccount(account)).endCell();
    } catch {
      continue; // a frozen one with every field there is does not fit a cell
    }
    compared++;
    const { storageStats: stats, storage } = account;
    const { type, state, stateHash } = storage.state;
    const part = (found) => (found ? found.hash().toString("hex") : "none");
    assert.equal(
      (await ask("account", hexOf(cell))).join(" "),
      [
        account.addr.toRawString(),
        ["uninit", "frozen", "active"].indexOf(type),
        storage.balance.coins,
        storage.lastTransLt,
        stats.used.cells,
        stats.used.bits,
        stats.storageExtra ? hex64(stats.storageExtra.dictHash) : "none",
        stats.lastPaid,
        stats.duePayment ?? 0,
        part(state?.code),
        part(state?.data),
        hex64(stateHash ?? 0n),
        currenciesText(storage.balance),
      ].join(" "),
    );
  }
  assert.ok(compared > count / 2);
}

async function compareAddresses() {
  for (let i = 0; i < count; i++) {
    const address = randomAddress();
    const text = below(2) === 0 ? address.toRawString() : address.toString({ urlSafe: below(2) === 0 });
    assert.deepEqual(await ask("address", text), [
      address.toRawString(),
      address.toString({ bounceable: false }),
      address.toString({ bounceable: true, testOnly: true }),
    ]);
    const broken = Buffer.from(address.toString());
    broken[below(48)] ^= 1;
    const [verdict] = await ask("address", broken.toString());
    if (verdict !== "refused") assert.ok(Address.isFriendly(broken.toString()));
  }
}

async function compareWallets() {
  for (let i = 0; i < count / 10; i++) {
    const keys = keyPairFromSeed(randomBytes(32));
    const { publicKey } = keys;
    const v4 = WalletContractV4.create({ workchain: 0, publicKey });
    const v5 = WalletContractV5R1.create({ workchain: 0, publicKey });
    assert.deepEqual(await ask("wallets", publicKey.toString("hex")), [
      WalletContractV3R2.create({ workchain: 0, publicKey }).address.toRawString(),
      v4.address.toRawString(),
      v5.address.toRawString(),
    ]);
    const seqno = 1 + below(1000);
    const to = randomAddress();
    const messages = [core.internal({ to, value: 1234567n, body: "compare", bounce: true })];
    const order = { secretKey: keys.secretKey, seqno, messages, sendMode: 3, timeout: 2_000_000_000 };
    assert.deepEqual(await ask("request", keys.secretKey.subarray(0, 32).toString("hex"), seqno, to.toRawString()), [
      v4.createTransfer(order).hash().toString("hex"),
      v5.createTransfer(order).hash().toString("hex"),
    ]);
  }
}

for (const compare of [
  compareCells,
  compareDictionaries,
  compareProofs,
  compareMessages,
  compareTransactions,
  compareAccounts,
  compareAddresses,
  compareWallets,
]) {
  const start = Date.now();
  await compare();
  console.log(`${compare.name}: the same, ${Date.now() - start} ms`);
}
child.stdin.end();
