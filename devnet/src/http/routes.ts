// Which part answers which address: /api/v2/METHOD and /api/v2/jsonRPC (toncenter), /devnet/CALL, /global.config.json.
import { CellError } from '../cells/cell.ts';
import type { Chain } from '../chain/chain.ts';
import { MessageError } from '../chain/mempool.ts';
import { devnet } from './devnet.ts';
import { HttpError, RawJson, type Handler, type Params, type Request } from './server.ts';
import { toncenter } from './toncenter.ts';

const kApi = '/api/v2/';
const kDevnet = '/devnet/';

export function routes(chain: Chain, globalConfig: () => string): Handler {
  return async ({ method, path, params }: Request) => {
    if (method === 'OPTIONS') return {};
    if (method !== 'GET' && method !== 'POST') throw new HttpError(405, 'only GET and POST are known here');
    if (path === '/global.config.json') return new RawJson(globalConfig());
    if (path === `${kApi}jsonRPC`) return jsonRpc(chain, params);
    if (path.startsWith(kApi)) {
      return { ok: true, result: await toncenter(chain, path.slice(kApi.length), params) };
    }
    if (path.startsWith(kDevnet)) return devnetCall(chain, method, path.slice(kDevnet.length), params);
    throw new HttpError(404, 'nothing is here: /api/v2/..., /devnet/..., /global.config.json');
  };
}

async function jsonRpc(chain: Chain, request: Params): Promise<object> {
  const { id, method, params } = request;
  if (typeof method !== 'string') throw new HttpError(400, 'method is missing');
  const given = typeof params === 'object' && params !== null ? (params as Params) : {};
  const result = await toncenter(chain, method, given);
  return { ok: true, result, jsonrpc: '2.0', id: id ?? null };
}

async function devnetCall(chain: Chain, method: string, name: string, params: Params): Promise<unknown> {
  try {
    return await devnet(chain, method, name, params);
  } catch (error) {
    if (error instanceof MessageError || error instanceof CellError) throw new HttpError(422, error.message);
    throw error;
  }
}
