// Files that are either there whole or not at all, also after a power cut.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Somebody else works in the folder. */
export class InUseError extends Error {}

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
    const owner = readFileSync(path, 'utf8');
    const pid = parseInt(owner, 10);
    if (pid !== process.pid && owner === nameOf(pid)) {
      throw new InUseError(`process ${pid} already runs a devnet there: ${path}`);
    }
    unlinkSync(path);
    writeClaim(path);
  }
  return () => unlinkSync(path);
}

function writeClaim(path: string): void {
  const handle = openSync(path, 'wx');
  writeAll(handle, Buffer.from(nameOf(process.pid)));
  closeSync(handle);
}

/** Number and start time of a running process, since numbers are used again; empty for one that does not run. */
function nameOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${fields.slice(fields.lastIndexOf(')')).split(' ')[20]}`;
  } catch {
    return '';
  }
}
