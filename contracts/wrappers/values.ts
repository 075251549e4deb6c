// What to attach to messages, in nanotons, so that they always suffice at today's prices; the rest comes back at once.
// Measured: gas.json. A deposit or stake comes on top.
import { toNano } from "@ton/core";

export const attach = {
  deploy: toNano("0.11"), // 0.1 of it stays, the storage reserve
  deployProxy: toNano("0.51"), // 0.5 of it stays
  request: toNano("0.08"), // to a client or worker contract
  proxy: toNano("0.03"), // to a proxy contract
  root: toNano("0.05"),
};
