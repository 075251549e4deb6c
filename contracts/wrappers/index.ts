// Everything a script needs to use the contracts.
export * from "./base.ts";
export * from "./client.ts";
export * from "./code.ts";
export * from "./keys.ts";
export * from "./network.ts";
export * from "./opcodes.ts";
export * from "./orders.ts";
export * from "./params.ts";
export * from "./proxy.ts";
export * from "./root.ts";
export * from "./signing.ts";
export * from "./values.ts";
export * from "./wallet.ts";
export * from "./worker.ts";
