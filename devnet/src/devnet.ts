// Puts the devnet together: chain, rhythm, both ports. Tests start it in their own process, main.ts as a program.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServerKey } from './adnl/handshake.ts';
import { AdnlServer } from './adnl/server.ts';
import { Chain } from './chain/chain.ts';
import { Clock } from './chain/clock.ts';
import { History } from './chain/history.ts';
import { Producer } from './chain/producer.ts';
import { Tvm } from './chain/tvm.ts';
import { routes } from './http/routes.ts';
import { HttpServer } from './http/server.ts';
import { globalConfig } from './lite/global_config.ts';
import { LiteServer, type Report } from './lite/server.ts';
import type { Options } from './options.ts';
import { claim, replaceFile } from './storage/files.ts';

export interface Devnet {
  chain: Chain;
  litePort: number;
  httpPort: number;
  liteKey: Buffer;
  configFile: string; // the global configuration file; it is there before anything answers over HTTP
  stop(): Promise<void>;
}

export async function start(options: Options, report: Report): Promise<Devnet> {
  mkdirSync(options.dir, { recursive: true });
  const release = claim(join(options.dir, 'lock'));
  const tvm = await Tvm.create();
  const clock = new Clock();
  const history = new History({
    folder: options.dir,
    keepBytes: options.keepMb * 2 ** 20,
    globalId: options.globalId,
    validatorCount: options.validators,
    now: clock.now(),
  });
  const chain = new Chain(history, clock, tvm);
  if (chain.tip.master.id.seqno === 0) await chain.produce();

  const key = new ServerKey(Buffer.from(history.secrets.liteServer, 'hex'));
  const lite = new LiteServer(chain, report);
  const adnl = new AdnlServer(key, (query) => lite.answer(query));
  const litePort = await adnl.listen(options.host, options.litePort);
  const config = (): string => globalConfig(chain, key.publicKey, options.host, litePort);
  const configFile = join(options.dir, 'global.config.json');
  replaceFile(configFile, Buffer.from(config()));
  const http = new HttpServer(routes(chain, config), report);
  const httpPort = await http.listen(options.host, options.httpPort);
  const producer = new Producer(chain, options, report);
  producer.start();

  const stop = async (): Promise<void> => {
    producer.stop();
    adnl.close();
    http.close();
    await chain.settle();
    history.snapshot();
    history.close();
    await tvm.stop();
    release();
  };
  return { chain, litePort, httpPort, liteKey: key.publicKey, configFile, stop };
}
