// The devnet as a program: reads its options, opens or makes the chain, serves both ports, says when it is ready, saves on
// SIGTERM. Kill it in any other way, and the next start goes on from the last block it announced.
import { enableCompileCache } from 'node:module';
import { InUseError } from './storage/files.ts';
import { parseOptions, UsageError, type Options } from './options.ts';

enableCompileCache();

async function main(options: Options): Promise<void> {
  const { start } = await import('./devnet.ts');
  const devnet = await start(options, (error) => console.error(error));
  const ready = {
    ready: true,
    lite_port: devnet.litePort,
    http_port: devnet.httpPort,
    lite_key: devnet.liteKey.toString('base64'),
    config: devnet.configFile,
    seqno: devnet.chain.tip.master.id.seqno,
    pid: process.pid,
  };
  console.log(options.json ? JSON.stringify(ready) : describe(options, ready));
  const stop = (): void => void devnet.stop().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

function describe(
  options: Options,
  ready: { lite_port: number; http_port: number; config: string; seqno: number },
): string {
  return [
    `TON devnet in ${options.dir}, block ${ready.seqno}`,
    `  lite server  ${options.host}:${ready.lite_port} (${ready.config})`,
    `  HTTP API     http://${options.host}:${ready.http_port}/api/v2/jsonRPC`,
    `  faucet       curl -d '{"address":"...","amount":"1000000000"}' http://${options.host}:${ready.http_port}/devnet/faucet`,
  ].join('\n');
}

/** What people can do something about, in a sentence; anything else as it is. */
function explain(error: unknown): unknown {
  if (error instanceof UsageError || error instanceof InUseError) return `devnet: ${error.message}`;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  return code === 'EADDRINUSE' ? `devnet: port ${port} is taken: choose another or leave the option out` : error;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options !== null) await main(options);
} catch (error) {
  console.error(explain(error));
  process.exit(error instanceof UsageError ? 2 : 1);
}
