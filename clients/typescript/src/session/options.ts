import type { Clock } from '../clock';
import type { BackoffOptions } from '../connection/backoff';

export interface SessionOptions {
  /** Asked for before each greeting, and again when the edge says that the token no longer holds (`renew`). */
  token?: string | undefined | ((renew: boolean) => string | undefined | Promise<string | undefined>);
  name?: string;
  version?: string;
  /** Delays between attempts to connect; 500 ms, and 15 s at most. */
  backoff?: BackoffOptions;
  /** A command without an answer for this long fails with `timeout`; 10 s. */
  answer_timeout_ms?: number;
  /** How long a command may wait for a connection; 60 s. */
  queue_age_max_ms?: number;
  /** How many commands may wait, for a connection or an answer; 1,000. */
  queue_size_max?: number;
  clock?: Clock;
  /** Gives [0, 1). */
  random?: () => number;
}
