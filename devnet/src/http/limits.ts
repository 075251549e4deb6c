// Bounds of the HTTP port.
export const kMaxBodyBytes = 1 << 20;
export const kMaxConnections = 512;
export const kRequestMs = 30_000;
export const kMaxTransactions = 100;
/** One call of the faucet, in nanotons: a million TON. */
export const kMaxGift = 1_000_000n * 1_000_000_000n;
/** One jump of the clock: ten years. */
export const kMaxAdvance = 10 * 365 * 86_400;
export const kMaxBlocksAtOnce = 1000;
export const kDefaultGift = 10n * 1_000_000_000n;
