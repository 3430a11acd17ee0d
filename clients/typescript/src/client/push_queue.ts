import type { LongwireError } from '../errors';
import type { StreamPush } from './stream';

/** What a loop has not taken yet. Says when it is full, and when it is empty again after that. What comes although it is
 *  full is kept: a pause takes effect only behind what was under way in the same turn. */
export class PushQueue {
  private readonly size_max: number;
  private readonly told: { full: () => void; empty: () => void };
  private items: StreamPush[] = [];
  private at = 0;
  private is_full = false;
  private ended: { error: LongwireError | null } | null = null;
  private wake: (() => void) | null = null;

  constructor(size_max: number, told: { full: () => void; empty: () => void }) {
    this.size_max = size_max;
    this.told = told;
  }

  push(push: StreamPush): void {
    if (this.ended !== null) return;
    this.items.push(push);
    this.wake?.();
    if (this.is_full || this.items.length - this.at < this.size_max) return;
    this.is_full = true;
    this.told.full();
  }

  end(error: LongwireError | null): void {
    this.ended ??= { error };
    this.wake?.();
  }

  /** The next one; null at the end. Throws what has ended it, once all before it is taken. */
  async next(): Promise<StreamPush | null> {
    for (;;) {
      if (this.at < this.items.length) return this.items[this.at++]!;
      this.items = [];
      this.at = 0;
      if (this.ended !== null) {
        if (this.ended.error !== null) throw this.ended.error;
        return null;
      }
      if (this.is_full) {
        this.is_full = false;
        this.told.empty();
      }
      if (this.items.length > 0) continue;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = null;
    }
  }
}
