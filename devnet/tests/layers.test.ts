// Folders use only the folders before them, as README.md says.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { test } from 'node:test';

const kSource = join(import.meta.dirname, '../src');
const kOrder = ['cells', 'tlb', 'storage', 'chain', 'proofs', 'adnl', 'lite', 'http', '.'];

const folderOf = (file: string): string => (file.includes('/') ? file.split('/')[0]! : '.');

test('no folder uses a later one', () => {
  let imports = 0;
  for (const file of globSync('**/*.ts', { cwd: kSource })) {
    const rank = kOrder.indexOf(folderOf(file));
    assert.notEqual(rank, -1, `${file} is in no folder that has a place`);
    for (const [, path] of readFileSync(join(kSource, file), 'utf8').matchAll(/from '(\.[^']*)'/g)) {
      const used = normalize(join(file, '..', path!));
      assert.ok(kOrder.indexOf(folderOf(used)) <= rank, `${file} uses ${used}`);
      imports++;
    }
  }
  assert.ok(imports > 100);
});
