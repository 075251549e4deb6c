// Bounds of the chain. Where the network has a bound of its own, these are not above it.

/** Bytes of an external message. */
export const kMaxExternalBytes = 65_535;
export const kMaxExternalCells = 8_192;
/** External messages waiting for a block. */
export const kMaxWaiting = 16_384;
export const kMaxWaitingBytes = 1 << 26;
/** Transactions in one block of one workchain; what is left waits in the queue. */
export const kMaxBlockTransactions = 1_000;
/** Processor time for transactions of one block. */
export const kMaxBlockMs = 250;
/** So many messages for one block are worth a second thread. */
export const kBusyMessages = 32;
/** How far a block's time may be behind the clock: it is set when the first message for the block arrives. */
export const kMaxPlanSeconds = 2;
/** Results kept for the next block. */
export const kMaxRehearsals = 1_024;
/** States kept in memory; older ones are rebuilt from disk. */
export const kRecentStates = 256;
/** Gas of a get method, as lite servers allow. */
export const kGetMethodGas = 1_000_000n;
export const kMaxValidators = 16;
/** Cells of one account. */
export const kMaxAccountCells = 1 << 17;
