// global.config.json as TON's clients read it: where the lite server is, and the blocks that are trusted without proof.
import type { Chain } from '../chain/chain.ts';
import type { BlockId } from '../tlb/ids.ts';

const kShard = '-9223372036854775808';

export function globalConfig(chain: Chain, publicKey: Buffer, host: string, port: number): string {
  const { history } = chain;
  const zero = describe(history.zerostate.master.id);
  const config = {
    '@type': 'config.global',
    liteservers: [{ ip: ipNumber(host), port, id: { '@type': 'pub.ed25519', key: publicKey.toString('base64') } }],
    validator: {
      '@type': 'validator.config.global',
      zero_state: zero,
      init_block: history.keySeqnos.includes(1) ? describe(history.keyBlock(1).id) : zero,
    },
  };
  // Clients expect the shard as a number of 64 bits, which JSON.stringify cannot write.
  return `${JSON.stringify(config, null, 2).replaceAll(`"${kShard}"`, kShard)}\n`;
}

function describe({ workchain, seqno, rootHash, fileHash }: BlockId): object {
  const base64 = (hash: string): string => Buffer.from(hash, 'hex').toString('base64');
  return { workchain, shard: kShard, seqno, root_hash: base64(rootHash), file_hash: base64(fileHash) };
}

/** IPv4 as the signed number these files have. */
function ipNumber(host: string): number {
  const parts = (host === 'localhost' ? '127.0.0.1' : host).split('.').map(Number);
  return parts.length === 4 ? parts.reduce((sum, part) => sum * 256 + part, 0) | 0 : 0x7f000001;
}
