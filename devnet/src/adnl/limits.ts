// Bounds of the lite server's port. Before the handshake a peer may cost 256 bytes and ten seconds.
export const kHandshakeBytes = 256;
export const kHandshakeMs = 10_000;
/** Payload of a query: an external message with room to spare. */
export const kMaxQueryBytes = 1 << 18;
/** Payload of an answer: the format's own bound is 2^24. */
export const kMaxAnswerBytes = (1 << 24) - 4096;
export const kMaxConnections = 512;
export const kIdleMs = 600_000;
/** Queries of one connection that are being answered; more wait unread. */
export const kMaxRunning = 256;
/** Bytes waiting for a slow reader; beyond, nothing more is read from it. */
export const kMaxUnsent = 1 << 24;
