export interface BackoffOptions {
  /** Upper bound of the first delay. */
  base_ms: number;
  /** No delay is longer than this. */
  cap_ms: number;
}

/** Exponential backoff with full jitter: a delay drawn evenly from 0 up to base · 2^(attempt-1), capped, so that
 *  clients cut off together do not come back together. `attempt` counts from 1; `random` gives [0, 1). */
export function backoffDelay(attempt: number, options: BackoffOptions, random: () => number): number {
  const doublings = Math.min(attempt - 1, 30);
  return Math.floor(random() * Math.min(options.cap_ms, options.base_ms * 2 ** doublings));
}
