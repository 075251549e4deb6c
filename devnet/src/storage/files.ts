// Files that are either there whole or not at all, also after a power cut.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

export function writeAll(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
}

export function writeSynced(path: string, bytes: Buffer, mode = 0o644): void {
  const handle = openSync(path, 'w', mode);
  writeAll(handle, bytes);
  fsyncSync(handle);
  closeSync(handle);
}

export function replaceFile(path: string, bytes: Buffer, mode = 0o644): void {
  writeSynced(`${path}.new`, bytes, mode);
  renameSync(`${path}.new`, path);
  syncFolder(dirname(path));
}

/** Claims a folder for this process; a claim of a process that is no more is taken over. Returns how to give it back. */
export function claim(path: string): () => void {
  try {
    writeClaim(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = Number(readFileSync(path, 'utf8'));
    if (owner !== process.pid && isRunning(owner))
      throw new Error(`process ${owner} already runs a devnet there: ${path}`);
    unlinkSync(path);
    writeClaim(path);
  }
  return () => unlinkSync(path);
}

function writeClaim(path: string): void {
  const handle = openSync(path, 'wx');
  writeAll(handle, Buffer.from(String(process.pid)));
  closeSync(handle);
}

function isRunning(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
