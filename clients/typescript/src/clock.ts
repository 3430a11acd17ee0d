/** Time as the client sees it, so that tests can move it by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(run: () => void, delay_ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const kRealClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, delay_ms) => setTimeout(run, delay_ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
