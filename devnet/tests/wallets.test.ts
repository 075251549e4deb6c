// Wallets and scripts of @ton/ton work against the toncenter API as they do against the network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPairFromSeed } from '@ton/crypto';
import { Address, beginCell, Cell, comment, internal, toNano } from '@ton/core';
import { SendMode, TonClient, WalletContractV4, WalletContractV5R1 } from '@ton/ton';
import { run, type Running } from './support.ts';

const keys = keyPairFromSeed(Buffer.alloc(32, 5));
const kSomebody = Address.parseRaw(`0:${'cd'.repeat(32)}`);

async function fund(devnet: Running, address: Address, tons: string): Promise<void> {
  await devnet.post('/devnet/faucet', { address: address.toString(), amount: toNano(tons).toString() });
}

/** Storage costs an uninitialised account a nanoton now and then. */
function assertAbout(nanotons: bigint, expected: bigint): void {
  assert.ok(nanotons <= expected && nanotons > expected - 1000n, `${nanotons} instead of ${expected}`);
}

for (const name of ['v4r2', 'v5r1'] as const) {
  test(`a ${name} wallet is deployed by its first transfer, then sends again`, async (t) => {
    const devnet = await run(t);
    const client = new TonClient({ endpoint: devnet.endpoint });
    const wallet = client.open(
      name === 'v4r2'
        ? WalletContractV4.create({ workchain: 0, publicKey: keys.publicKey })
        : WalletContractV5R1.create({ publicKey: keys.publicKey, walletId: { networkGlobalId: -777 } }),
    );
    await fund(devnet, wallet.address, '10');
    assert.equal(await wallet.getBalance(), toNano('10'));
    assert.equal(await client.isContractDeployed(wallet.address), false);
    for (const seqno of [0, 1, 2]) {
      assert.equal(await wallet.getSeqno(), seqno);
      const messages = [internal({ to: kSomebody, value: '1', bounce: false, body: `gift ${seqno}` })];
      const sendMode = SendMode.PAY_GAS_SEPARATELY;
      await wallet.sendTransfer({ seqno, secretKey: keys.secretKey, messages, sendMode });
      await devnet.post('/devnet/block', { count: 2 });
    }
    assert.equal(await client.isContractDeployed(wallet.address), true);
    assertAbout(await client.getBalance(kSomebody), toNano('3'));
    const [newest] = await client.getTransactions(kSomebody, { limit: 10 });
    const { inMessage } = newest!;
    assert.ok(inMessage?.info.type === 'internal');
    assert.ok(inMessage.info.src.equals(wallet.address));
    assert.equal(inMessage.body.beginParse().skip(32).loadStringTail(), 'gift 2');
    assert.equal((await client.getTransactions(kSomebody, { limit: 10 })).length, 3);
    const lt = inMessage.info.createdLt.toString();
    const result = await client.tryLocateResultTx(wallet.address, kSomebody, lt);
    assert.ok(result.hash().equals(newest!.hash()));
    const source = await client.tryLocateSourceTx(wallet.address, kSomebody, lt);
    assert.ok(source.outMessages.get(0)!.body.equals(inMessage.body));
    const older = await client.getTransactions(kSomebody, {
      limit: 10,
      lt: newest!.lt.toString(),
      hash: newest!.hash().toString('base64'),
    });
    assert.equal(older.length, 2);
    assert.deepEqual(devnet.failures, []);
  });
}

test('a second message with the same number is refused, and spends nothing', async (t) => {
  const devnet = await run(t);
  const client = new TonClient({ endpoint: devnet.endpoint });
  const wallet = client.open(WalletContractV4.create({ workchain: 0, publicKey: keys.publicKey }));
  await fund(devnet, wallet.address, '10');
  const messages = [internal({ to: kSomebody, value: '1', bounce: false })];
  await wallet.sendTransfer({ seqno: 0, secretKey: keys.secretKey, messages, sendMode: 1 });
  await devnet.post('/devnet/block', { count: 2 });
  await assert.rejects(wallet.sendTransfer({ seqno: 0, secretKey: keys.secretKey, messages, sendMode: 1 }));
  assertAbout(await client.getBalance(kSomebody), toNano('1'));
});

test('money sent to a contract that does not exist comes back', async (t) => {
  const devnet = await run(t);
  const client = new TonClient({ endpoint: devnet.endpoint });
  const wallet = client.open(WalletContractV4.create({ workchain: 0, publicKey: keys.publicKey }));
  await fund(devnet, wallet.address, '10');
  const messages = [internal({ to: kSomebody, value: '5', bounce: true })];
  await wallet.sendTransfer({ seqno: 0, secretKey: keys.secretKey, messages });
  await devnet.post('/devnet/block', { count: 3 });
  assert.ok((await wallet.getBalance()) > toNano('9.98'));
  assert.equal(await client.getBalance(kSomebody), 0n);
  const [bounced] = await client.getTransactions(wallet.address, { limit: 1 });
  assert.ok(bounced!.inMessage?.info.type === 'internal' && bounced!.inMessage.info.bounced);
});

test('messages cross to the masterchain and back', async (t) => {
  const devnet = await run(t);
  const client = new TonClient({ endpoint: devnet.endpoint });
  const wallet = client.open(WalletContractV4.create({ workchain: -1, publicKey: keys.publicKey }));
  await fund(devnet, wallet.address, '50');
  assert.equal(await wallet.getBalance(), toNano('50'));
  const messages = [internal({ to: kSomebody, value: '2', bounce: false })];
  await wallet.sendTransfer({ seqno: 0, secretKey: keys.secretKey, messages, sendMode: 1 });
  await devnet.post('/devnet/block', { count: 4 });
  assertAbout(await client.getBalance(kSomebody), toNano('2'));
  assert.equal(devnet.chain.hasWork, false, 'queues are empty again');
});

test('fees are estimated, get methods run, blocks are listed', async (t) => {
  const devnet = await run(t);
  const client = new TonClient({ endpoint: devnet.endpoint });
  const contract = WalletContractV4.create({ workchain: 0, publicKey: keys.publicKey });
  const wallet = client.open(contract);
  await fund(devnet, wallet.address, '10');
  const messages = [internal({ to: kSomebody, value: '1', bounce: false, body: comment('x') })];
  const transfer = wallet.createTransfer({ seqno: 0, secretKey: keys.secretKey, messages });
  const { source_fees: fees } = await client.estimateExternalMessageFee(wallet.address, {
    body: transfer,
    initCode: contract.init.code,
    initData: contract.init.data,
    ignoreSignature: true,
  });
  assert.ok(fees.gas_fee > 0 && fees.in_fwd_fee > 0);
  await wallet.send(transfer);
  await devnet.post('/devnet/block', { count: 2 });
  const { stack } = await client.runMethod(wallet.address, 'get_public_key');
  assert.equal(stack.readBigNumber(), BigInt(`0x${keys.publicKey.toString('hex')}`));
  const { latestSeqno } = await client.getMasterchainInfo();
  const [shard] = await client.getWorkchainShards(latestSeqno);
  assert.equal(shard!.seqno, devnet.chain.tip.shard.id.seqno);
  const listed = await client.getShardTransactions(0, shard!.seqno, shard!.shard);
  assert.ok(listed.some(({ account }) => account.equals(kSomebody)));
  assert.deepEqual(devnet.failures, []);
});

test('a library published in the masterchain is used by a contract of the basechain', async (t) => {
  const devnet = await run(t);
  // SETCP0 · ACCEPT: takes any external message.
  const library = codeOf('ff00f800');
  // SETCP0 · DROP · ACCEPT · LDREF · DROP · PUSHINT 2 · SETLIBCODE: publishes the cell it is sent.
  await deploy(devnet, -1, codeOf('ff0030f800d43072fb06'), beginCell().storeRef(library).endCell());
  const { result } = await devnet.lite.getLibraries([library.hash()]);
  assert.ok(Cell.fromBoc(result[0]!.data)[0]!.equals(library));

  const reference = beginCell().storeUint(2, 8).storeBuffer(library.hash()).endCell({ exotic: true });
  const address = await deploy(devnet, 0, reference, Cell.EMPTY);
  const { last } = await devnet.lite.getMasterchainInfo();
  assert.equal((await devnet.lite.getAccountState(address, last)).state?.storage.state.type, 'active');
  const { exitCode } = await devnet.lite.runMethod(address, 'any', Buffer.alloc(0), last);
  assert.equal(exitCode, 0);
  assert.deepEqual(devnet.failures, []);
});

const codeOf = (hex: string): Cell => beginCell().storeBuffer(Buffer.from(hex, 'hex')).endCell();

/** Funds an account and deploys it by an external message with a body. */
async function deploy(devnet: Running, workchain: number, code: Cell, body: Cell): Promise<Address> {
  const init = beginCell().storeUint(0, 2).storeMaybeRef(code).storeMaybeRef(Cell.EMPTY).storeBit(0).endCell();
  const address = new Address(workchain, init.hash());
  await fund(devnet, address, '100');
  const message = beginCell().storeUint(2, 2).storeUint(0, 2).storeAddress(address).storeCoins(0);
  message.storeBit(1).storeBit(1).storeRef(init).storeBit(1).storeRef(body);
  await devnet.lite.sendMessage(message.endCell().toBoc());
  await devnet.post('/devnet/block', { count: 2 });
  return address;
}
