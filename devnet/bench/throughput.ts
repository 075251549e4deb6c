// How many transactions per second the devnet executes, puts into blocks and makes durable: transfers between wallets, all
// sent through the lite server's own path, each with its signature checked. Prints one line of JSON.
//   node devnet/bench/throughput.ts [WALLETS] [ROUNDS]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beginCell, external, internal, storeMessage } from '@ton/core';
import { keyPairFromSeed } from '@ton/crypto';
import { SendMode, WalletContractV4 } from '@ton/ton';
import { serializeOne } from '../src/cells/boc.ts';
import { faucetMessage } from '../src/chain/faucet.ts';
import { start } from '../src/devnet.ts';
import { parseOptions } from '../src/options.ts';

const [wallets = 100, rounds = 5] = process.argv.slice(2).map(Number);
const dir = mkdtempSync(join(tmpdir(), 'devnet-bench-'));
const devnet = await start(parseOptions(['--dir', dir, '--block-ms', '0'])!, console.error);
const { chain } = devnet;

const owners = Array.from({ length: wallets }, (_, i) => {
  const seed = Buffer.alloc(32);
  seed.writeUInt32LE(i);
  const keys = keyPairFromSeed(seed);
  return { keys, wallet: WalletContractV4.create({ workchain: 0, publicKey: keys.publicKey }) };
});
const transfers = owners.map(({ wallet }) => ({
  to: { workchain: 0, hash: wallet.address.hash.toString('hex') },
  nanotons: 100_000_000_000n,
}));
for (let i = 0; i < transfers.length; i += 200)
  await chain.send(serializeOne(faucetMessage(transfers.slice(i, i + 200))));
while (chain.hasWork) await chain.produce();

const messages = Array.from({ length: rounds }, (_, seqno) =>
  owners.map(({ keys, wallet }, i) => {
    const to = owners[(i + 1) % wallets]!.wallet.address;
    const body = wallet.createTransfer({
      seqno,
      secretKey: keys.secretKey,
      messages: [internal({ to, value: '0.1', bounce: false })],
      sendMode: SendMode.PAY_GAS_SEPARATELY,
      timeout: Math.floor(Date.now() / 1000) + 3600, // a busy machine signs for a while
    });
    const init = seqno === 0 ? wallet.init : undefined;
    return beginCell()
      .store(storeMessage(external({ to: wallet.address, init, body })))
      .endCell()
      .toBoc();
  }),
);

const began = performance.now();
const cpu = process.cpuUsage();
for (const round of messages) {
  await Promise.all(round.map((boc) => chain.send(boc)));
  while (chain.hasWork) await chain.produce();
}
const seconds = (performance.now() - began) / 1000;
const used = process.cpuUsage(cpu);
const transactions = wallets * rounds * 2;
console.log(
  JSON.stringify({
    transactions,
    seconds: Number(seconds.toFixed(2)),
    per_second: Math.round(transactions / seconds),
    per_cpu_second: Math.round(transactions / ((used.user + used.system) / 1e6)),
    rss_mb: Math.round(process.memoryUsage().rss / 2 ** 20),
  }),
);
await devnet.stop();
rmSync(dir, { recursive: true });
