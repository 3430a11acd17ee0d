import type { Hello } from '../protocol';

/** How a client's connection is doing. Times are those of the client's clock, in milliseconds. */
export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'connected'; hello: Hello; url: string }
  /** `attempt` counts from 1 since the last connection that held; `retry_at_ms` is null while it is under way. */
  | { kind: 'reconnecting'; attempt: number; retry_at_ms: number | null; reason: string; code: number }
  /** Trying again by itself would not help; `retry()` does it all the same. */
  | { kind: 'failed'; why: 'unauthorized' | 'refused'; reason: string; code: number }
  | { kind: 'closed' };
