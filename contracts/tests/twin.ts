// The same network as a few lines of plain arithmetic: what each order should do to the books, and who is paid what.
// Written from docs/money.md, without a look at the contracts.
import * as w from "../wrappers/index.ts";

const {
  pricePerToken: price,
  workerFeePerToken: fee,
  clientDelay,
  proxyDelay,
  minClientStake,
} = w.defaultParams;

export type Order =
  | { do: "topUp" | "reopen"; client: number; amount: bigint }
  | { do: "charge" | "grant"; client: number; tokens: bigint }
  | { do: "voucher"; client: number; tokens: bigint; amount: bigint }
  | { do: "closeWithVoucher"; client: number; tokens: bigint; amount: bigint; granted: bigint }
  | { do: "withdraw" | "requestRefund" | "setKey"; client: number }
  | { do: "raiseStake"; client: number; stake: bigint }
  | { do: "payout" | "lastPayout"; worker: number; tokens: bigint }
  | { do: "stakeProxy"; amount: bigint }
  | { do: "withdrawCommission" | "closeProxy" | "completeClose" };

// Who gets how much, or why not: `refused` by the contract it was sent to, or taken there and sent `back` by the proxy's.
export type Outcome =
  "refused" | "back" | { to: "client" | "worker" | "proxy"; index: number; amount: bigint };

const least = (a: bigint, b: bigint) => (a < b ? a : b);

export class Channel {
  state = 0;
  balance = 0n;
  stake = minClientStake;
  tokens = 0n;
  unlockAt = 0;
  charged: bigint | undefined; // with a voucher key only
}

export class Books {
  clients: Channel[];
  workers: { state: number; tokens: bigint }[];
  proxy = {
    state: 0,
    clientFunds: 0n,
    earned: 0n,
    balance: 0n,
    stake: w.defaultParams.minProxyStake,
    unlockAt: 0,
  };

  constructor(clients: number, workers: number) {
    this.clients = Array.from({ length: clients }, () => new Channel());
    this.workers = Array.from({ length: workers }, () => ({ state: 0, tokens: 0n }));
  }

  apply(order: Order, now: number): Outcome {
    if ("client" in order) return this.applyToClient(order, now);
    if ("worker" in order) return this.applyToWorker(order);
    return this.applyToProxy(order, now);
  }

  private pay(client: number, amount: bigint): Outcome {
    this.proxy.clientFunds -= amount;
    return { to: "client", index: client, amount };
  }

  private applyToClient(order: Order & { client: number }, now: number): Outcome {
    const c = this.clients[order.client]!;
    switch (order.do) {
      case "topUp":
      case "reopen":
        if ((c.state === 0) !== (order.do === "topUp")) return "refused";
        if (order.do === "reopen") [c.state, c.unlockAt] = [0, 0];
        if (this.proxy.state !== 0) return "back";
        c.balance += order.amount;
        this.proxy.clientFunds += order.amount;
        return this.pay(order.client, 0n);
      case "withdraw": {
        const surplus = c.balance - c.stake;
        if (c.state !== 0 || surplus <= 0n) return "refused";
        c.balance -= surplus;
        return this.pay(order.client, surplus);
      }
      case "requestRefund": {
        if (c.state === 2 || (c.state === 1 && now <= c.unlockAt)) return "refused";
        const amount = c.state === 1 ? c.balance : c.balance > c.stake ? c.balance - c.stake : 0n;
        if (c.state === 0) c.unlockAt = now + clientDelay;
        c.state += 1;
        c.balance -= amount;
        return this.pay(order.client, amount);
      }
      case "setKey":
        if (c.balance !== 0n || (c.state !== 2 && c.tokens !== 0n)) return "refused";
        c.charged ??= c.tokens * price;
        return this.pay(order.client, 0n);
      case "raiseStake":
        if (order.stake <= c.stake) return "refused";
        c.stake = order.stake;
        return this.pay(order.client, 0n);
      default:
        return this.settle(order, c, now);
    }
  }

  private settle(order: Order & { client: number }, c: Channel, now: number): Outcome {
    if (c.state === 2) return "refused";
    let [charged, tokens] = [0n, 0n];
    const closes = order.do === "grant" || order.do === "closeWithVoucher";
    if (order.do === "charge" || order.do === "grant") {
      if (order.tokens < c.tokens || (order.do === "charge" && c.charged !== undefined)) return "refused";
      if (c.charged === undefined) tokens = least(order.tokens - c.tokens, c.balance / price);
      charged = tokens * price;
    } else if (order.do === "voucher" || order.do === "closeWithVoucher") {
      if (c.charged === undefined || order.amount < c.charged || order.tokens < c.tokens) return "refused";
      charged = least(order.amount - c.charged, c.balance);
      if (c.charged + charged === order.amount) tokens = order.tokens - c.tokens;
      if (order.do === "closeWithVoucher" && order.granted < c.tokens + tokens) return "refused";
    }
    if (!closes && charged === 0n) return "refused";
    if (charged + tokens > 0n && this.proxy.state === 2) {
      if (closes) this.partAnyway(c, now);
      return "back";
    }
    c.balance -= charged;
    c.tokens += tokens;
    if (c.charged !== undefined) c.charged += charged;
    this.proxy.clientFunds -= charged;
    this.proxy.earned += charged;
    if (!closes) return this.pay(order.client, 0n);
    const rest = c.balance;
    c.balance = 0n;
    c.state = 2;
    return this.pay(order.client, rest);
  }

  // Nothing was moved, but the proxy agreed to part: the client leaves, with what it has, after the usual delay.
  private partAnyway(c: Channel, now: number) {
    c.state = c.balance > 0n ? 1 : 2;
    if (c.state === 1 && c.unlockAt === 0) c.unlockAt = now + clientDelay;
  }

  private applyToWorker(order: Order & { worker: number }): Outcome {
    const worker = this.workers[order.worker]!;
    if (order.do !== "payout" && order.do !== "lastPayout") throw new Error(order.do);
    const tokens = order.tokens - worker.tokens;
    if (worker.state === 2 || tokens < 0n || (tokens === 0n && order.do === "payout")) return "refused";
    if (this.proxy.earned < tokens * price) return "back";
    worker.tokens += tokens;
    if (order.do === "lastPayout") worker.state = 2;
    this.proxy.earned -= tokens * price;
    this.proxy.balance += tokens * (price - fee);
    return { to: "worker", index: order.worker, amount: tokens * fee };
  }

  private applyToProxy(order: Order, now: number): Outcome {
    const p = this.proxy;
    const paid = (amount: bigint): Outcome => ({ to: "proxy", index: 0, amount });
    switch (order.do) {
      case "stakeProxy":
        if (p.state !== 0) return "refused";
        p.stake += order.amount;
        return paid(0n);
      case "withdrawCommission": {
        const commission = p.balance;
        p.balance = 0n;
        return paid(commission);
      }
      case "closeProxy":
        if (p.state !== 0) return "refused";
        p.state = 1;
        p.unlockAt = now + proxyDelay;
        return paid(0n);
      case "completeClose": {
        if (p.state !== 1 || now <= p.unlockAt) return "refused";
        const all = p.balance + p.earned + p.stake;
        [p.state, p.balance, p.earned, p.stake] = [2, 0n, 0n, 0n];
        return paid(all);
      }
      default:
        throw new Error(order.do);
    }
  }
}
