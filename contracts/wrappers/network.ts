// Where everybody's contracts are in one network: the root's address and params decide (src/ton/network_contracts.h).
import type { Address, Cell } from "@ton/core";
import { addressOf } from "./base.ts";
import { ClientContract, packClientData } from "./client.ts";
import { packParams, type Params } from "./params.ts";
import { packProxyData, ProxyContract } from "./proxy.ts";
import { packWorkerData, WorkerContract } from "./worker.ts";

export type ProxyIdentity = { address: Address; publicKey: Buffer };

export class Network {
  readonly root: Address;
  readonly params: Params;
  private readonly proxyParams: Cell;
  private readonly peerParams: Cell;

  constructor(root: Address, params: Params) {
    if (!params.proxyCode || !params.workerCode || !params.clientCode) throw new Error("code is missing");
    this.root = root;
    this.params = params;
    this.proxyParams = packParams(params, "withoutProxyCode");
    this.peerParams = packParams(params, "withoutCode");
  }

  // `owner`: the operator's wallet.
  proxy(owner: Address, publicKey: Buffer): ProxyContract {
    const nothing = { state: 0, balance: 0n, stake: 0n, unlockAt: 0, clientFunds: 0n, earned: 0n };
    const data = packProxyData({ owner, publicKey, root: this.root, params: this.proxyParams, ...nothing });
    const init = { code: this.params.proxyCode!, data };
    return new ProxyContract(addressOf(init), init);
  }

  // `owner`: the client's wallet contract, which its messages come from.
  client(owner: Address, proxy: ProxyIdentity): ClientContract {
    const data = packClientData({
      ...{
        state: 0,
        balance: 0n,
        stake: this.params.minClientStake,
        tokens: 0n,
        unlockAt: 0,
        secretHash: 0n,
      },
      parties: { owner, proxy: proxy.address, proxyPublicKey: proxy.publicKey },
      params: this.peerParams,
      voucher: null,
    });
    const init = { code: this.params.clientCode!, data };
    return new ClientContract(addressOf(init), init);
  }

  // `owner`: the operator's wallet.
  worker(owner: Address, proxy: ProxyIdentity): WorkerContract {
    const data = packWorkerData({
      ...{ owner, proxy: proxy.address, proxyPublicKey: proxy.publicKey, state: 0, tokens: 0n },
      params: this.peerParams,
    });
    const init = { code: this.params.workerCode!, data };
    return new WorkerContract(addressOf(init), init);
  }
}
