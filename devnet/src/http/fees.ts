// Fees of a transaction, split as the toncenter API splits them.
import { Cell, loadTransaction } from '@ton/core';
import { serializeOne } from '../cells/boc.ts';
import type { Cell as OwnCell } from '../cells/cell.ts';

export interface Fees {
  in_fwd_fee: number;
  storage_fee: number;
  gas_fee: number;
  fwd_fee: number;
}

export function estimatedFees(cell: OwnCell): Fees {
  const transaction = loadTransaction(Cell.fromBoc(serializeOne(cell))[0]!.beginParse());
  const { description } = transaction;
  if (description.type !== 'generic') return { in_fwd_fee: 0, storage_fee: 0, gas_fee: 0, fwd_fee: 0 };
  const storage = description.storagePhase?.storageFeesCollected ?? 0n;
  const gas = description.computePhase.type === 'vm' ? description.computePhase.gasFees : 0n;
  const action = description.actionPhase?.totalActionFees ?? 0n;
  const forward = description.actionPhase?.totalFwdFees ?? 0n;
  const imported = transaction.totalFees.coins - storage - gas - action;
  return {
    in_fwd_fee: Number(imported > 0n ? imported : 0n),
    storage_fee: Number(storage),
    gas_fee: Number(gas),
    fwd_fee: Number(forward),
  };
}
