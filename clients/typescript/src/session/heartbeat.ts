import type { Clock } from '../clock';

export interface HeartbeatHandlers {
  /** When something was heard last, and how often in all. */
  heard_ms(): number;
  heard_count(): number;
  /** Asks the other side for a sign of life. */
  ping(): void;
  dead(): void;
}

/** How long an answer to a ping may take, in the usual course and where there is reason for doubt. */
const kPongMs = 10_000;
const kDoubtMs = 3_000;

/** Bounds the silence of a connection. A browser hides the edge's pings from the page, so whoever hears nothing for a
 *  while asks. */
export class Heartbeat {
  private readonly clock: Clock;
  private readonly handlers: HeartbeatHandlers;
  private silence_ms = 0;
  private timer: unknown = null;

  constructor(clock: Clock, handlers: HeartbeatHandlers) {
    this.clock = clock;
    this.handlers = handlers;
  }

  start(silence_ms: number): void {
    this.silence_ms = silence_ms;
    this.wait();
  }

  stop(): void {
    this.clock.clearTimeout(this.timer);
    this.silence_ms = 0;
  }

  /** Finds out soon whether there is still someone. */
  doubt(): void {
    if (this.silence_ms > 0) this.ask(kDoubtMs);
  }

  private wait(): void {
    this.clock.clearTimeout(this.timer);
    const left_ms = this.handlers.heard_ms() + this.silence_ms - this.clock.now();
    if (left_ms <= 0) return this.ask(kPongMs);
    this.timer = this.clock.setTimeout(() => this.wait(), left_ms);
  }

  private ask(patience_ms: number): void {
    this.clock.clearTimeout(this.timer);
    const before = this.handlers.heard_count();
    this.handlers.ping();
    this.timer = this.clock.setTimeout(() => {
      if (this.handlers.heard_count() > before) this.wait();
      else this.handlers.dead();
    }, patience_ms);
  }
}
