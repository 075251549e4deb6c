// Whole steps as messages to send from somebody's wallet, whatever wallet and chain that is: where to, how much to attach,
// what to say, and what to deploy on the way.
import type { Address, Cell, StateInit } from "@ton/core";
import { ClientContract, clientBody } from "./client.ts";
import type { CocoonContract } from "./base.ts";
import { ProxyContract, proxyBody } from "./proxy.ts";
import { RootContract, rootBody } from "./root.ts";
import type { SignedPayload } from "./signing.ts";
import { attach } from "./values.ts";
import { WorkerContract, workerBody } from "./worker.ts";

export type Outgoing = { to: Address; value: bigint; body?: Cell; init?: StateInit };

const deploy = (contract: CocoonContract, value: bigint): Outgoing => ({
  to: contract.address,
  value,
  ...(contract.init && { init: contract.init }),
});

// Of the root's owner.
export const rootOrders = {
  deploy: (root: RootContract): Outgoing => deploy(root, attach.deploy),
  registerProxy: (root: RootContract, queryId: bigint, address: string): Outgoing => ({
    ...{ to: root.address, value: attach.root },
    body: rootBody.registerProxy(queryId, address),
  }),
  order: (root: RootContract, body: Cell): Outgoing => ({ to: root.address, value: attach.root, body }),
};

// Of a proxy's owner, who also gets what is left over.
export const proxyOrders = {
  deploy: (proxy: ProxyContract): Outgoing => deploy(proxy, attach.deployProxy),
  stake: (proxy: ProxyContract, queryId: bigint, owner: Address, amount: bigint): Outgoing => ({
    ...{ to: proxy.address, value: amount + attach.proxy },
    body: proxyBody.increaseStake(queryId, amount, owner),
  }),
  withdraw: (proxy: ProxyContract, queryId: bigint, owner: Address): Outgoing => ({
    ...{ to: proxy.address, value: attach.proxy },
    body: proxyBody.payoutRequest(queryId, owner),
  }),
  close: (proxy: ProxyContract, queryId: bigint, owner: Address): Outgoing => ({
    ...{ to: proxy.address, value: attach.proxy },
    body: proxyBody.close(queryId, owner),
  }),
  completeClose: (proxy: ProxyContract, queryId: bigint, owner: Address): Outgoing => ({
    ...{ to: proxy.address, value: attach.proxy },
    body: proxyBody.closeComplete(queryId, owner),
  }),
};

// Of a client's owner.
export const clientOrders = {
  deploy: (client: ClientContract): Outgoing => deploy(client, attach.deploy),
  // Deploys, too: nobody can come between, and the channel charges by voucher from its first deposit on.
  setVoucherKey: (client: ClientContract, queryId: bigint, owner: Address, key: Buffer): Outgoing => ({
    ...deploy(client, attach.request),
    body: clientBody.setVoucherKey(queryId, key, owner),
  }),
  topUp: (client: ClientContract, queryId: bigint, owner: Address, amount: bigint): Outgoing => ({
    ...{ to: client.address, value: amount + attach.request },
    body: clientBody.topUp(queryId, amount, owner),
  }),
  reopen: (client: ClientContract, queryId: bigint, owner: Address, amount: bigint): Outgoing => ({
    ...{ to: client.address, value: amount + attach.request },
    body: clientBody.reopen(queryId, amount, owner),
  }),
  withdraw: (client: ClientContract, queryId: bigint, owner: Address): Outgoing => ({
    ...{ to: client.address, value: attach.request },
    body: clientBody.withdraw(queryId, owner),
  }),
  // Twice, with the delay between: first what is above the stake, then everything.
  requestRefund: (client: ClientContract, queryId: bigint, owner: Address): Outgoing => ({
    ...{ to: client.address, value: attach.request },
    body: clientBody.requestRefund(queryId, owner),
  }),
};

// Of whoever pays the fees: the proxy for charges and grants, the worker for its payouts. `signer`: the proxy's secret key.
export const settlementOrders = {
  charge: (
    client: ClientContract,
    queryId: bigint,
    tokens: bigint,
    rest: Address,
    signer: Buffer,
  ): Outgoing => ({
    ...{ to: client.address, value: attach.request },
    body: clientBody.charge(queryId, tokens, client.address, rest, signer),
  }),
  chargeVoucher: (
    client: ClientContract,
    queryId: bigint,
    rest: Address,
    voucher: SignedPayload,
  ): Outgoing => ({
    ...{ to: client.address, value: attach.request },
    body: clientBody.chargeVoucher(queryId, rest, voucher),
  }),
  grantRefund: (
    client: ClientContract,
    queryId: bigint,
    tokens: bigint,
    rest: Address,
    signer: Buffer,
  ): Outgoing => ({
    ...{ to: client.address, value: attach.request },
    body: clientBody.grantRefund(queryId, tokens, client.address, rest, signer),
  }),
  deployWorker: (worker: WorkerContract): Outgoing => deploy(worker, attach.deploy),
  payout: (
    worker: WorkerContract,
    queryId: bigint,
    tokens: bigint,
    rest: Address,
    signer: Buffer,
  ): Outgoing => ({
    ...{ to: worker.address, value: attach.request },
    body: workerBody.payout(queryId, tokens, worker.address, rest, signer),
  }),
};
