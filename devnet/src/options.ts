// Options of the command line: each with its default, checked before anything is opened.
import { parseArgs } from 'node:util';
import { kMaxValidators } from './chain/limits.ts';

export class UsageError extends Error {}

export interface Options {
  dir: string;
  host: string;
  litePort: number;
  httpPort: number;
  blockMs: number;
  idleMs: number;
  keepMb: number;
  globalId: number;
  validators: number;
  json: boolean;
}

const kUsage = `usage: node devnet/src/main.ts --dir DIR [options]

  --dir DIR         where the chain lives; made if it does not exist
  --host ADDRESS    address to listen on (default 127.0.0.1)
  --lite-port N     ADNL lite server (default 0: any free port)
  --http-port N     toncenter API and /devnet/ calls (default 0: any free port)
  --block-ms N      least time between blocks (default 300; 0: only on demand)
  --idle-ms N       time between blocks when nothing happens (default 2000)
  --keep-mb N       blocks to keep on disk (default 1024)
  --global-id N     of a new chain (default -777)
  --validators N    of a new chain (default 1)
  --json            say that all is ready as one line of JSON
`;

/** Null when help was asked for and given. */
export function parseOptions(args: string[]): Options | null {
  const values = parse(args);
  if (values['help'] === true) {
    process.stdout.write(kUsage);
    return null;
  }
  const number = (name: string, fallback: number, min: number, max: number): number => {
    const value = values[name] === undefined ? fallback : Number(values[name]);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new UsageError(`--${name} must be a whole number between ${min} and ${max}`);
    }
    return value;
  };
  const { dir, host } = values;
  if (typeof dir !== 'string' || dir === '') throw new UsageError('--dir is missing\n\n' + kUsage);
  return {
    dir,
    host: typeof host === 'string' ? host : '127.0.0.1',
    litePort: number('lite-port', 0, 0, 65_535),
    httpPort: number('http-port', 0, 0, 65_535),
    blockMs: number('block-ms', 300, 0, 3_600_000),
    idleMs: number('idle-ms', 2000, 50, 3_600_000),
    keepMb: number('keep-mb', 1024, 8, 1 << 20),
    globalId: number('global-id', -777, -(2 ** 31), 2 ** 31 - 1),
    validators: number('validators', 1, 1, kMaxValidators),
    json: values['json'] === true,
  };
}

function parse(args: string[]): Record<string, string | boolean | undefined> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args,
      options: {
        dir: text,
        host: text,
        'lite-port': text,
        'http-port': text,
        'block-ms': text,
        'idle-ms': text,
        'keep-mb': text,
        'global-id': text,
        validators: text,
        json: flag,
        help: flag,
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
