import type { Event, Gap, Subscribed, TopicStreamOptions } from '../../src/index';

/** Holds what one reader of one topic hears against what it was promised: from its beginning on each offset once and in
 *  order, or in a gap. */
export class HistoryCheck {
  readonly problems: string[] = [];
  readonly offsets: number[] = [];
  gaps = 0;
  /** The next offset that it waits for; null before it has begun. */
  next: number | null = null;

  /** Callbacks that look. */
  get options(): TopicStreamOptions {
    return {
      onSubscribed: (reply) => this.begin(reply),
      onEvent: (event) => this.event(event),
      onGap: (gap) => this.gap(gap),
      onReset: () => (this.next = 1),
      onError: ({ code, message }) => this.problems.push(`refused: ${code} ${message}`),
    };
  }

  private begin(reply: Subscribed): void {
    this.next ??= reply.offset + 1;
  }

  private event({ offset, data }: Event): void {
    if (offset !== this.next) this.problems.push(`offset ${offset} where ${this.next} was due`);
    if (data?.at !== undefined && data.at !== offset) this.problems.push(`offset ${offset} of another log`);
    this.offsets.push(offset);
    this.next = offset + 1;
  }

  private gap({ from, to, reason }: Gap): void {
    if (reason === 'epoch_changed') return;
    this.gaps += 1;
    if (reason === 'missing') this.problems.push(`${from} to ${to} are missing`);
    if (from !== this.next) this.problems.push(`a gap from ${from} where ${this.next} was due`);
    this.next = to + 1;
  }
}
