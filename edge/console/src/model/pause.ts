/** Does something when nothing else has come for a while, or at once when that is wanted. */
export class Pause {
  private readonly length_ms: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waiting: (() => void) | null = null;

  constructor(length_ms: number) {
    this.length_ms = length_ms;
  }

  /** In place of what waits. */
  after(run: () => void): void {
    this.drop();
    this.waiting = run;
    this.timer = setTimeout(() => this.end(), this.length_ms);
  }

  /** Does now what waits, if anything does. */
  end(): void {
    const run = this.waiting;
    this.drop();
    run?.();
  }

  drop(): void {
    clearTimeout(this.timer);
    this.waiting = null;
  }
}
