// What makes a chain itself: its secrets and choices, drawn once and kept in keys.json (readable by the owner only).
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './files.ts';

export interface Secrets {
  /** Seeds of Ed25519 keys, 32 bytes of hexadecimal digits. */
  liteServer: string;
  validators: string;
  validatorCount: number;
  globalId: number;
}

export function loadSecrets(folder: string, fresh: { validatorCount: number; globalId: number }): Secrets {
  const path = join(folder, 'keys.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Secrets;
  const secrets = {
    liteServer: randomBytes(32).toString('hex'),
    validators: randomBytes(32).toString('hex'),
    ...fresh,
  };
  replaceFile(path, Buffer.from(`${JSON.stringify(secrets, null, 2)}\n`), 0o600);
  return secrets;
}
