// The zerostate: configuration, validators, and one account that holds all the money, the faucet's.
import { createRequire } from 'node:module';
import { build, type Builder } from '../cells/builder.ts';
import { parseOne, serializeOne } from '../cells/boc.ts';
import { sha256, type Cell, type Hash } from '../cells/cell.ts';
import { keyOfHash } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { kShardAccounts } from '../tlb/account.ts';
import {
  catchainParam,
  dropParam,
  findParam,
  kConfig,
  rewardsParam,
  setParam,
  validatorsParam,
  workchainsParam,
  type Validator,
} from '../tlb/config.ts';
import { storeCurrency } from '../tlb/currency.ts';
import { kBasechain, kMasterchain, type BlockId, type Workchain } from '../tlb/ids.ts';
import { extraCell } from '../tlb/masterchain.ts';
import { kNothingProcessed } from '../tlb/queue.ts';
import { shardHashes } from '../tlb/shards.ts';
import { stateCell, type ShardState } from '../tlb/shard_state.ts';
import { faucetStateInit } from './faucet.ts';
import { sideOf, tipOf, type Side, type Tip } from '../tlb/tip.ts';
import { listHash } from './validators.ts';

/** Limits and prices of the TON network, in the small form that @ton/sandbox ships. */
const { slimConfig } = createRequire(import.meta.url)('@ton/sandbox/dist/config/slimConfig.js') as {
  slimConfig: string;
};

/**
 * Nanotons of the faucet's account. A little less than there are TONs in the world: @ton/core misreads the state of a
 * masterchain whose balance begins, as the real one's does, with 0100 in binary.
 */
const kSupply = 4_000_000_000n * 1_000_000_000n;
const kValidatorsUntil = 0xffffffff;

export interface GenesisOptions {
  globalId: number;
  /** Unix time. */
  now: number;
  validators: readonly Validator[];
}

export interface Genesis {
  tip: Tip;
  masterBoc: Buffer;
  shardBoc: Buffer;
}

export function makeGenesis(options: GenesisOptions): Genesis {
  const faucet = faucetStateInit();
  const account = fundedAccount(faucet, options.now);
  const leaf = {
    extra: kSupply,
    write: (to: Builder) => void to.ref(account).hash('0'.repeat(64)).uint(0, 64),
  };
  const accounts = kShardAccounts.update(null, [{ key: keyOfHash(faucet.hash()), leaf }]);
  const shard = zeroSide({ ...emptyState(kBasechain, options), accounts, totalBalance: kSupply });
  const config = genesisConfig(options, shard.side.id);
  const block = { ...shard.side.id, endLt: 0n };
  const extra = extraCell({
    shards: shardHashes({
      block,
      startLt: 0n,
      regMcSeqno: 0,
      minRefMcSeqno: 0xffffffff,
      genUtime: options.now,
      nextCatchainSeqno: 0,
      feesCollected: 0n,
    }),
    configAddress: open(findParam(config, 0)!).hash(),
    config,
    validatorListHash: listHash(options.validators, 0),
    catchainSeqno: 0,
    prevBlocks: null,
    afterKeyBlock: true,
    lastKeyBlock: null,
    globalBalance: kSupply,
  });
  const master = zeroSide({ ...emptyState(kMasterchain, options), custom: extra });
  return { tip: tipOf(master.side, shard.side), masterBoc: master.boc, shardBoc: shard.boc };
}

function zeroSide(state: ShardState): { side: Side; boc: Buffer } {
  const root = stateCell(state);
  const boc = serializeOne(root);
  const id: BlockId = { workchain: state.workchain, seqno: 0, rootHash: root.hash(), fileHash: sha256(boc) };
  return { side: sideOf(id, root), boc };
}

const emptyState = (workchain: Workchain, { globalId, now }: GenesisOptions): ShardState => ({
  globalId,
  workchain,
  seqno: 0,
  genUtime: now,
  genLt: 0n,
  minRefMcSeqno: 0xffffffff,
  queue: { messages: null, processed: kNothingProcessed },
  accounts: null,
  totalBalance: 0n,
  totalFees: 0n,
  libraries: null,
  master: null,
  custom: null,
});

/** An active account that never had a transaction. */
function fundedAccount(stateInit: Cell, now: number): Cell {
  const to = build().bit(1).uint(4, 3).int(kBasechain, 8).hash(stateInit.hash());
  to.uint(1, 3).uint(1, 8).uint(1, 3).uint(1, 8).uint(0, 3).uint(now, 32).bit(0);
  to.uint(0, 64);
  storeCurrency(to, kSupply);
  return to.bit(1).rest(open(stateInit)).end();
}

function genesisConfig({ validators, now, globalId }: GenesisOptions, shardZero: BlockId): Cell {
  const base = parseOne(Buffer.from(slimConfig, 'base64'));
  const zerostate: { rootHash: Hash; fileHash: Hash } = shardZero;
  return kConfig.update(base, [
    dropParam(5), // Burns fees, which a chain without an elector has no use for.
    setParam(12, workchainsParam(now, zerostate)),
    setParam(14, rewardsParam()),
    setParam(19, build().int(globalId, 32).end()),
    setParam(28, catchainParam()),
    setParam(34, validatorsParam(validators, now, kValidatorsUntil)),
  ])!;
}
