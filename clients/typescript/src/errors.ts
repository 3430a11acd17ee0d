/** Codes of the edge's error replies, and these of the client's own: `timeout` (no answer in time), `disconnected` (the
 *  answer was lost: the command may or may not have been done), `closed` (the client was closed), `expired_here` (it
 *  waited too long for a connection and was never sent), `unsupported` (not over this transport). */
export type ErrorCode =
  | 'bad_request' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'expired' | 'too_large'
  | 'rate_limited' | 'too_many' | 'unavailable' | 'internal'
  | 'timeout' | 'disconnected' | 'closed' | 'expired_here' | 'unsupported';

export interface ErrorFields {
  code: ErrorCode;
  message: string;
  field?: string;
  retry_after_ms?: number;
}

export class LongwireError extends Error {
  readonly code: ErrorCode;
  /** The field of the command that is at fault. */
  readonly field: string | undefined;
  readonly retry_after_ms: number | undefined;

  constructor(code: ErrorCode, message: string, field?: string, retry_after_ms?: number) {
    super(message);
    this.name = 'LongwireError';
    this.code = code;
    this.field = field;
    this.retry_after_ms = retry_after_ms;
  }

  /** Whether the command may have been done although it failed here. */
  get may_be_done(): boolean {
    return this.code === 'timeout' || this.code === 'disconnected' || this.code === 'unavailable';
  }

  /** From what an edge sends; what is not there becomes `internal`. */
  static from(fields: unknown): LongwireError {
    const error = (fields ?? {}) as Partial<ErrorFields>;
    const code = error.code ?? 'internal';
    return new LongwireError(code, error.message ?? code, error.field, error.retry_after_ms);
  }
}
