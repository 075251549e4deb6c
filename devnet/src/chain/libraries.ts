// Public libraries: what accounts of the masterchain publish, as every transaction may use it (LibDescr of TL-B).
import { build, type Builder } from '../cells/builder.ts';
import type { Cell, Hash } from '../cells/cell.ts';
import { Dictionary, hashOfKey, keyOfHash, kNoExtra, type Change, type Visit } from '../cells/dictionary.ts';
import { open } from '../cells/slice.ts';
import { viewAccount } from '../tlb/account.ts';

const kLibraries = new Dictionary(256, kNoExtra);
const kPublishers = new Dictionary(256, kNoExtra);

export function findLibrary(libraries: Cell | null, hash: Hash, visit?: Visit): Cell | null {
  const found = kLibraries.find(libraries, keyOfHash(hash), visit);
  return found === null ? null : found.value.skip(2).ref();
}

export function updateLibraries(
  libraries: Cell | null,
  changed: readonly { address: Hash; before: Cell; after: Cell }[],
): Cell | null {
  let result = libraries;
  for (const { address, before, after } of changed) {
    const old = published(before);
    const now = published(after);
    for (const [hash, root] of now) if (!old.has(hash)) result = setPublisher(result, hash, root, address, 'add');
    for (const [hash, root] of old) if (!now.has(hash)) result = setPublisher(result, hash, root, address, 'remove');
  }
  return result;
}

/** SimpleLib entries of an account that are public. */
function published(account: Cell): Map<Hash, Cell> {
  const result = new Map<Hash, Cell>();
  for (const { key, value } of kLibraries.entries(viewAccount(account).libraries)) {
    if (value.bit()) result.set(hashOfKey(key), value.ref());
  }
  return result;
}

function setPublisher(
  libraries: Cell | null,
  hash: Hash,
  root: Cell,
  address: Hash,
  action: 'add' | 'remove',
): Cell | null {
  const found = kLibraries.find(libraries, keyOfHash(hash));
  const leaf = action === 'add' ? { extra: null, write: () => {} } : null;
  const publishers = kPublishers.update(found === null ? null : publishersOf(found.value), [
    { key: keyOfHash(address), leaf },
  ]);
  const write = (to: Builder): void => void to.uint(0, 2).ref(root).rest(open(publishers!));
  const change: Change<null> = { key: keyOfHash(hash), leaf: publishers === null ? null : { extra: null, write } };
  return kLibraries.update(libraries, [change]);
}

/** The dictionary that is embedded after the library's reference. */
function publishersOf(value: ReturnType<typeof open>): Cell {
  const from = value.clone().skip(2);
  from.ref();
  return build().rest(from).end();
}
