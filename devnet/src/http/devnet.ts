// What only a devnet has: money for the asking, time travel, blocks on demand, key blocks.
import { parseOne, serializeOne } from '../cells/boc.ts';
import type { Cell } from '../cells/cell.ts';
import type { Chain } from '../chain/chain.ts';
import { faucetAddress, faucetMessage } from '../chain/faucet.ts';
import { viewAccount } from '../tlb/account.ts';
import { kDefaultGift, kMaxAdvance, kMaxBlocksAtOnce, kMaxGift } from './limits.ts';
import * as read from './params.ts';
import { HttpError, type Params } from './server.ts';
import { blockIdJson } from './toncenter.ts';

/** `wait` is how long the faucet may take until the money is there. */
const kFaucetBlocks = 4;

function status(chain: Chain): object {
  const { master, shard } = chain.tip;
  const faucet = chain.account(faucetAddress());
  return {
    masterchain: blockIdJson(master.id),
    basechain: blockIdJson(shard.id),
    time: chain.clock.now(),
    last_block_time: master.state.genUtime,
    global_id: master.state.globalId,
    faucet: `0:${faucetAddress().hash}`,
    faucet_balance: (faucet === null ? 0n : viewAccount(faucet.account).balance).toString(),
    key_blocks: chain.history.keySeqnos,
    waiting_messages: chain.waitingMessages,
  };
}

/** Sends nanotons and answers when they have arrived. */
async function faucet(chain: Chain, params: Params): Promise<object> {
  const { std } = read.address(params, 'address');
  const nanotons = read.big(params, 'amount', kDefaultGift);
  if (nanotons <= 0n || nanotons > kMaxGift)
    throw new HttpError(422, `amount is not between 1 and ${kMaxGift} nanotons`);
  const lastLt = chain.account(std)?.lastTransLt ?? 0n;
  await chain.send(serializeOne(faucetMessage([{ to: std, nanotons }])));
  for (let i = 0; i < kFaucetBlocks; i++) {
    await chain.produce();
    const account = chain.account(std);
    if ((account?.lastTransLt ?? 0n) > lastLt) {
      return { ...status(chain), balance: viewAccount(account!.account).balance.toString() };
    }
  }
  throw new HttpError(500, 'the transfer did not arrive');
}

/** Moves the clock forward and makes a block at the new time. */
async function advance(chain: Chain, params: Params): Promise<object> {
  const seconds = read.integer(params, 'seconds');
  if (seconds < 1 || seconds > kMaxAdvance) throw new HttpError(422, `seconds is not between 1 and ${kMaxAdvance}`);
  await chain.settle();
  chain.clock.advance(seconds);
  await chain.produce();
  return status(chain);
}

async function block(chain: Chain, params: Params): Promise<object> {
  const count = read.integer(params, 'count', 1);
  if (count < 1 || count > kMaxBlocksAtOnce) throw new HttpError(422, `count is not between 1 and ${kMaxBlocksAtOnce}`);
  for (let i = 0; i < count; i++) await chain.produce();
  return status(chain);
}

/** `rotate` replaces the validators; `params` sets configuration parameters, by number, as bags of cells in base64. */
async function keyBlock(chain: Chain, params: Params): Promise<object> {
  const given = params['params'] ?? {};
  if (typeof given !== 'object' || given === null) throw new HttpError(422, 'params is not an object');
  const cells = new Map<number, Cell>();
  for (const name of Object.keys(given)) {
    const index = Number(name);
    if (!Number.isInteger(index) || index < 0 || index === 34) throw new HttpError(422, `cannot set parameter ${name}`);
    cells.set(index, parseOne(read.base64(given as Params, name)));
  }
  const isRotation = params['rotate'] === true || params['rotate'] === 'true';
  await chain.produce({ validators: isRotation ? 'changed' : 'kept', params: cells });
  return status(chain);
}

type Call = (chain: Chain, params: Params) => unknown;
const kReads: Readonly<Record<string, Call>> = { status };
const kWrites: Readonly<Record<string, Call>> = { faucet, advance, block, keyblock: keyBlock };

export async function devnet(chain: Chain, method: string, name: string, params: Params): Promise<unknown> {
  if (Object.hasOwn(kReads, name)) return kReads[name]!(chain, params);
  if (!Object.hasOwn(kWrites, name)) throw new HttpError(404, `unknown call ${name}`);
  if (method !== 'POST') throw new HttpError(405, `${name} changes the chain: use POST`);
  return kWrites[name]!(chain, params);
}
