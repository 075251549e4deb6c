// Configuration parameters that the devnet sets itself: workchains (12), catchain (28), validators (34), rewards (14).
import { build, type Builder } from '../cells/builder.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { Dictionary, keyOf, kNoExtra, type Change, type Visit } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';

export const kConfig = new Dictionary(32, kNoExtra);
const kValidatorList = new Dictionary(16, kNoExtra);
const kWorkchains = new Dictionary(32, kNoExtra);
const kEd25519Key = 0x8e81278a;

export const setParam = (index: number, value: Cell): Change<null> => ({
  key: keyOf(index, 32),
  leaf: { extra: null, write: (to: Builder) => void to.ref(value) },
});

export const dropParam = (index: number): Change<null> => ({ key: keyOf(index, 32), leaf: null });

export function findParam(config: Cell, index: number, visit?: Visit): Cell | null {
  return kConfig.find(config, keyOf(index, 32), visit)?.value.ref() ?? null;
}

export interface Validator {
  publicKey: Buffer;
  weight: bigint;
}

/** validators_ext#12 */
export function validatorsParam(validators: readonly Validator[], since: number, until: number): Cell {
  const total = validators.reduce((sum, validator) => sum + validator.weight, 0n);
  const changes = validators.map((validator, i) => ({
    key: keyOf(i, 16),
    leaf: {
      extra: null,
      write: (to: Builder) =>
        void to.uint(0x53, 8).uint(kEd25519Key, 32).bytes(validator.publicKey).uint(validator.weight, 64),
    },
  }));
  const to = build().uint(0x12, 8).uint(since, 32).uint(until, 32);
  to.uint(validators.length, 16).uint(validators.length, 16).uint(total, 64);
  return to.maybeRef(kValidatorList.update(null, changes)).end();
}

export function parseValidators(cell: Cell): Validator[] {
  const list = open(cell)
    .skip(8 + 64 + 32 + 64)
    .maybeRef();
  return [...kValidatorList.entries(list)].map(({ value }) => {
    value.skip(8 + 32);
    return { publicKey: Buffer.from(value.bytes(32)), weight: value.big(64) };
  });
}

/** catchain_config_new#c2, without shuffling: the subset of the masterchain is the whole list in order. */
export function catchainParam(): Cell {
  return build().uint(0xc2, 8).uint(0, 8).uint(250, 32).uint(250, 32).uint(1000, 32).uint(1, 32).end();
}

/** Rewards for new blocks: none, so that the sum of all balances is constant. */
export function rewardsParam(): Cell {
  return build().uint(0x6b, 8).coins(0n).coins(0n).end();
}

/** workchain#a6 for the basechain, which is never split and starts at `zerostate`. */
export function workchainsParam(since: number, zerostate: { rootHash: Hash; fileHash: Hash }): Cell {
  const to = build().uint(0xa6, 8).uint(since, 32).uint(0, 8).uint(0, 8).uint(0, 8);
  to.bit(1).bit(1).bit(1).uint(0, 13).hash(zerostate.rootHash).hash(zerostate.fileHash).uint(0, 32);
  to.uint(1, 4).int(-1, 32).uint(0, 64);
  const leaf = { extra: null, write: (cell: Builder) => void cell.rest(open(to.end())) };
  return build()
    .maybeRef(kWorkchains.update(null, [{ key: keyOf(0, 32), leaf }]))
    .end();
}
