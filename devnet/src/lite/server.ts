// Answers lite-server queries: reads the function, waits for a block if asked to, and turns every failure into an error the
// client can read. Nothing a client sends can end anything but its own query.
import { TlError, TlReader, TlWriter } from '../adnl/tl.ts';
import { kMaxAnswerBytes } from '../adnl/limits.ts';
import { CellError } from '../cells/cell.ts';
import type { Chain } from '../chain/chain.ts';
import * as accounts from './accounts.ts';
import * as blocks from './blocks.ts';
import { kErrorCode, LiteError } from './error.ts';

/** Told of failures that are nobody's fault but ours. */
export type Report = (error: unknown) => void;

type Method = (chain: Chain, from: TlReader) => Buffer | Promise<Buffer>;

const kMaxWaitMs = 600_000;
const kMaxWaiters = 1024;

/** By the number of the function's constructor. */
const kMethods: Readonly<Record<string, Method>> = {
  '89b5e62e': blocks.masterchainInfo,
  '70a671df': blocks.masterchainInfoExt,
  '16ad5a34': blocks.time,
  '232b940b': blocks.version,
  '6377cf0d': blocks.block,
  ba6e2eb6: blocks.state,
  '21ec069e': blocks.blockHeader,
  '690ad482': accounts.sendMessage,
  '6b890e25': accounts.accountState,
  '5a698507': accounts.accountStatePruned,
  '5cc65dd2': accounts.runSmcMethod,
  '46a2f425': blocks.shardInfo,
  '74d3fd6b': blocks.allShardsInfo,
  d40f24ea: accounts.oneTransaction,
  '1c40e7a1': accounts.transactions,
  fac8f71e: blocks.lookupBlock,
  '9c045ff8': blocks.lookupBlockWithProof,
  adfcc7da: blocks.blockTransactions,
  '0079dd5c': blocks.blockTransactionsExt,
  '8aea9c44': accounts.blockProof,
  '911b26b7': accounts.configAll,
  '2a111c19': accounts.configParams,
  d122b662: accounts.libraries,
  d97693bd: accounts.librariesWithProof,
  '4ca60350': blocks.shardBlockProof,
};
const kWaitMasterchainSeqno = 'baeab892';

export class LiteServer {
  private readonly chain: Chain;
  private readonly report: Report;
  private waiters = 0;

  constructor(chain: Chain, report: Report) {
    this.chain = chain;
    this.report = report;
  }

  async answer(query: Buffer): Promise<Buffer> {
    try {
      const answer = await this.call(query);
      if (answer.length > kMaxAnswerBytes) throw new LiteError(kErrorCode.failed, 'the answer is too large');
      return answer;
    } catch (error) {
      return this.errorAnswer(error);
    }
  }

  private async call(query: Buffer): Promise<Buffer> {
    const from = new TlReader(query);
    let tag = from.tag();
    if (tag === kWaitMasterchainSeqno) {
      await this.waitFor(from.int(), from.int());
      if (from.left === 0) return blocks.masterchainInfo(this.chain);
      tag = from.tag();
    }
    const method = Object.hasOwn(kMethods, tag) ? kMethods[tag] : undefined;
    if (method === undefined) throw new LiteError(kErrorCode.malformed, `unknown function ${tag}`);
    const answer = await method(this.chain, from);
    from.end();
    return answer;
  }

  private async waitFor(seqno: number, timeoutMs: number): Promise<void> {
    const reached = (): boolean => this.chain.tip.master.id.seqno >= seqno;
    if (reached()) return;
    if (this.waiters >= kMaxWaiters) throw new LiteError(kErrorCode.failed, 'too many clients are waiting');
    this.waiters++;
    const isReached = await new Promise<boolean>((resolve) => {
      const onBlock = (): void => void (reached() && finish());
      const finish = (): void => {
        clearTimeout(timer);
        this.chain.events.off('block', onBlock);
        resolve(reached());
      };
      const timer = setTimeout(finish, Math.max(0, Math.min(timeoutMs, kMaxWaitMs)));
      this.chain.events.on('block', onBlock);
    });
    this.waiters--;
    if (!isReached) throw new LiteError(kErrorCode.timeout, 'timeout');
  }

  private errorAnswer(error: unknown): Buffer {
    const [code, message] = this.explain(error);
    return new TlWriter().tag('bba9e148').int(code).data(Buffer.from(message)).end();
  }

  private explain(error: unknown): [number, string] {
    if (error instanceof LiteError) return [error.code, error.message];
    if (error instanceof TlError || error instanceof CellError) {
      return [kErrorCode.malformed, `malformed query: ${error.message}`];
    }
    this.report(error);
    return [kErrorCode.failed, 'the query failed'];
  }
}
