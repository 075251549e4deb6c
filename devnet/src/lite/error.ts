// What a lite server says when it has no answer (liteServer.error); codes as the TON node uses them.
export const kErrorCode = {
  notFound: 651,
  timeout: 652,
  malformed: 621,
  refused: 0,
  failed: 601,
  outside: -400,
} as const;

export class LiteError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
