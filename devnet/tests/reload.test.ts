// A chain that dies after every block and goes on from its files, under a workload that shares cells in every way: code of
// many accounts, data that appears again elsewhere, deeper, or in another account, exotic cells, accounts that end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serializeOne } from '../src/cells/boc.ts';
import { build } from '../src/cells/builder.ts';
import type { Cell } from '../src/cells/cell.ts';
import { merkleProof } from '../src/cells/merkle.ts';
import { Chain } from '../src/chain/chain.ts';
import { Clock } from '../src/chain/clock.ts';
import { faucetMessage, type Transfer } from '../src/chain/faucet.ts';
import { History, type HistoryOptions } from '../src/chain/history.ts';
import { MessageError } from '../src/chain/mempool.ts';
import { Tvm } from '../src/chain/tvm.ts';
import type { StdAddress } from '../src/tlb/message.ts';
import { Random } from './random.ts';
import { expectUpdatesToApply, optionsFor, temporaryFolder } from './support.ts';

const kBlocks = 60;
const kMaxDepth = 30;

const codeOf = (hex: string): Cell => build().bytes(Buffer.from(hex, 'hex')).end();
/** DROP ACCEPT NEWC STSLICE ENDC c4 POP: whatever message comes, its body becomes the data. */
const kKeepsBody = codeOf('30f800c8cec9ed54');
/** DROP ACCEPT LDREF DROP 160 PUSHINT SENDRAWMSG: sends the body's message with all it has, and is no more. */
const kEnds = codeOf('30f800d4308100a0fb00');

/** Makes cells of earlier ones, those of the contracts among them. */
class Pool {
  private readonly random: Random;
  private readonly cells: Cell[] = [kKeepsBody, kEnds];

  constructor(random: Random) {
    this.random = random;
  }

  ordinary(): Cell {
    const to = build().uint(this.random.below(4), 8);
    for (let refs = this.random.below(4); refs > 0; refs--) to.ref(this.any());
    return this.keep(to.end());
  }

  private any(): Cell {
    const kind = this.random.below(10);
    if (kind === 0) return this.keep(build().uint(2, 8).bytes(this.random.bytes(32)).end('exotic'));
    if (kind === 1) return this.keep(this.proof());
    return kind < 4 ? this.ordinary() : this.random.pick(this.cells);
  }

  private proof(): Cell {
    const shown = build().uint(1, 8).ref(this.random.pick(this.cells)).end();
    return merkleProof(shown, (cell) => cell === shown);
  }

  private keep(cell: Cell): Cell {
    if (cell.depth() < kMaxDepth) this.cells.push(cell);
    return cell;
  }
}

interface Account {
  init: Cell;
  at: StdAddress;
}

function newAccount(random: Random, data: Cell): Account {
  const code = random.below(4) === 0 ? kEnds : kKeepsBody;
  const init = build().uint(0b00110, 5).ref(code).ref(data).end();
  return { init, at: { workchain: random.below(6) === 0 ? -1 : 0, hash: init.hash() } };
}

/** ext_in_msg_info with the state in a cell of its own, and so the body. */
function external({ init, at }: Account, body: Cell): Buffer {
  const to = build().uint(0b10, 2).uint(0, 2).uint(0b100, 3).int(at.workchain, 8).hash(at.hash).coins(0n);
  return serializeOne(to.uint(0b11, 2).ref(init).bit(1).ref(body).end());
}

/** A message that carries what its sender has. */
function internal({ workchain, hash }: StdAddress, body: Cell): Cell {
  const to = build().uint(0b0100, 4).uint(0, 2).uint(0b100, 3).int(workchain, 8).hash(hash).coins(0n).bit(0);
  return to.coins(0n).coins(0n).uint(0, 64).uint(0, 32).bit(0).bit(1).ref(body).end();
}

class Workload {
  accepted = 0;
  private readonly random: Random;
  private readonly pool: Pool;
  private readonly accounts: Account[] = [];

  constructor(random: Random) {
    this.random = random;
    this.pool = new Pool(random);
  }

  async step(chain: Chain): Promise<void> {
    const transfers: Transfer[] = [];
    for (let fresh = this.random.below(4) + 1; fresh > 0; fresh--) {
      const account = newAccount(this.random, this.pool.ordinary());
      this.accounts.push(account);
      transfers.push({ to: account.at, nanotons: 5_000_000_000n });
    }
    transfers.push({ to: this.random.pick(this.accounts).at, nanotons: 1_000_000_000n });
    await chain.send(serializeOne(faucetMessage(transfers)));
    for (let left = this.random.below(8); left > 0; left--) {
      const message = internal(this.random.pick(this.accounts).at, this.pool.ordinary());
      const body = build().ref(message).ref(this.pool.ordinary()).end();
      await this.send(chain, external(this.random.pick(this.accounts), body));
    }
  }

  /** Not every account can pay yet, or still. */
  private async send(chain: Chain, message: Buffer): Promise<void> {
    try {
      await chain.send(message);
      this.accepted++;
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
    }
  }
}

function historyOptions(folder: string): HistoryOptions {
  const { keepMb, globalId, validators } = optionsFor(folder);
  return { folder, keepBytes: keepMb * 2 ** 20, globalId, validatorCount: validators, now: 1_700_000_000 };
}

test('what every block leaves on disk is the whole chain', async (t) => {
  const random = new Random(t);
  const tvm = await Tvm.create();
  const clock = new Clock();
  const options = historyOptions(temporaryFolder(t));
  const load = new Workload(random);
  let history = new History(options);
  for (let round = 0; round < kBlocks; round++) {
    const chain = new Chain(history, clock, tvm);
    expectUpdatesToApply(t, chain);
    if (round > 0) await load.step(chain);
    const { master, shard } = await chain.produce();
    history.close();
    history = new History(options);
    assert.equal(history.tip.master.root.hash(), master.root.hash(), `masterchain after block ${master.id.seqno}`);
    assert.equal(history.tip.shard.root.hash(), shard.root.hash(), `basechain after block ${master.id.seqno}`);
    if (random.below(10) === 0) history.snapshot();
  }
  history.close();
  assert.ok(load.accepted > kBlocks, `${load.accepted} messages were accepted`);
});
