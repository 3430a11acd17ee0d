import type { Epoch, From, Gap, Merged, Place, Subscribed } from '../protocol';

/** What is to be done with an event: `later` means that some before it have not come yet. */
export type Verdict = 'now' | 'double' | 'later';

/** How far one reader has come in a topic's log. Says of each offset whether it is the next one. No socket, no clock. */
export class Cursor {
  /** Null until the first answer: until then there is nothing to resume from. */
  epoch: Epoch | null = null;
  /** The last offset seen, 0 for none. */
  offset = 0;
  private merged: { to: number; left: number } | null = null;

  /** What the next subscribe has to ask for, given what the reader asked for at first. */
  from(first: From): From {
    return this.place ?? first;
  }

  get place(): Place | null {
    return this.epoch === null ? null : { epoch: this.epoch, offset: this.offset };
  }

  /** Takes the answer to a subscribe. `reset`: the log is another one, what was seen no longer counts. `gap`: what lies
   *  between what was seen and what will come is gone. */
  begin(reply: Subscribed): { reset: boolean; gap: Gap | null } {
    const first = this.epoch === null;
    const reset = !first && this.epoch !== reply.epoch;
    this.merged = null;
    this.epoch = reply.epoch;
    const before = reset ? 0 : this.offset;
    this.offset = first ? reply.offset : Math.max(before, reply.offset);
    const is_gap = !first && reply.offset > before;
    return {
      reset,
      gap: is_gap ? { topic: reply.topic, from: before + 1, to: reply.offset, reason: 'trimmed' } : null,
    };
  }

  /** A new log: what comes is behind this place of it. */
  restart(epoch: Epoch, offset: number): void {
    this.epoch = epoch;
    this.offset = offset;
    this.merged = null;
  }

  /** Judges an event's offset and, if it is to be taken now, moves on to it. */
  take(offset: number): Verdict {
    if (offset <= this.offset) return 'double';
    const may_skip = this.merged !== null && offset <= this.merged.to;
    if (offset !== this.offset + 1 && !may_skip) return 'later';
    this.offset = offset;
    if (this.merged !== null && (--this.merged.left <= 0 || offset >= this.merged.to)) this.endMerge();
    return 'now';
  }

  /** These offsets will not come. False where they were seen or told before, or others before them are still missing. */
  skip(gap: Gap): boolean {
    const is_next = gap.from <= this.offset + 1 || (this.merged !== null && gap.to <= this.merged.to);
    if (gap.to <= this.offset || !is_next) return false;
    this.offset = gap.to;
    if (this.merged !== null && this.offset >= this.merged.to) this.merged = null;
    return true;
  }

  /** Only some of the next offsets will come. False where it is about what was seen, or does not follow it. */
  merge(merged: Merged): boolean {
    if (merged.to <= this.offset || merged.from > this.offset + 1) return false;
    this.merged = { to: merged.to, left: merged.left };
    if (merged.left <= 0) this.endMerge();
    return true;
  }

  private endMerge(): void {
    this.offset = Math.max(this.offset, this.merged?.to ?? 0);
    this.merged = null;
  }
}
