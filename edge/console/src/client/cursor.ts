import type { Epoch, From, Gap, Merged, Subscribed } from './types';

export type Verdict = 'deliver' | 'double' | 'hole';

/** How far one subscription has come in its topic's log. Says of each offset whether it is the next one, and of each
 *  answer to a subscribe whether events are gone for good. No socket, no clock. */
export class TopicCursor {
  /** Null until the first answer: until then there is nothing to resume from. */
  epoch: Epoch | null = null;
  /** The last offset seen, 0 for none. */
  offset = 0;
  private merged: { to: number; left: number } | null = null;

  /** What the next subscribe has to ask for, given what the user asked for at first. */
  from(first: From): From {
    return this.epoch === null ? first : { epoch: this.epoch, offset: this.offset };
  }

  /** Takes the answer to a subscribe. `reset`: the log is another one, what was seen no longer counts.
   *  `gap`: events between what was seen (or asked for) and what will come are gone. */
  begin(reply: Subscribed, asked: From): { reset: boolean; gap: Gap | null } {
    const first = this.epoch === null;
    const reset = !first && this.epoch !== reply.epoch;
    this.merged = null;
    this.epoch = reply.epoch;
    if (reset) this.offset = 0;
    const expected = first && asked !== 'start' ? reply.offset : this.offset;
    const gap: Gap | null =
      reply.offset > expected
        ? { topic: reply.topic, from: expected + 1, to: reply.offset, reason: 'trimmed' }
        : null;
    this.offset = Math.max(expected, reply.offset);
    return { reset, gap };
  }

  /** Judges the offset of an event and, unless it is a hole, moves on to it. */
  take(offset: number): Verdict {
    if (offset <= this.offset) return 'double';
    const mayskip = this.merged !== null && offset <= this.merged.to;
    if (offset !== this.offset + 1 && !mayskip) return 'hole';
    this.offset = offset;
    if (this.merged !== null) {
      this.merged.left -= 1;
      if (this.merged.left <= 0 || offset >= this.merged.to) this.endMerge();
    }
    return 'deliver';
  }

  /** The server says that these offsets will not come. False when they were seen or counted as lost before. */
  skip(gap: Gap): boolean {
    if (gap.to <= this.offset) return false;
    this.offset = gap.to;
    if (this.merged !== null && this.offset >= this.merged.to) this.merged = null;
    return true;
  }

  /** The server says that only some of the next offsets will come. */
  merge(merged: Merged): void {
    if (merged.to <= this.offset) return;
    this.merged = { to: merged.to, left: merged.left };
    if (merged.left <= 0) this.endMerge();
  }

  private endMerge(): void {
    this.offset = Math.max(this.offset, this.merged?.to ?? 0);
    this.merged = null;
  }
}
