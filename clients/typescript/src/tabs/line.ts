import type { Clock } from '../clock';
import type { Message } from '../protocol';
import { randomId } from '../random_id';
import type { Transport, TransportEvents } from '../transport/transport';
import type { End } from './exchange';
import type { FromLeader, FromLeaderItem, ToLeader } from './words';

/** The leader is another one, or its connection is lost: back at once. */
const kLineLost = 1012;
const kAskMs = 1_000;
/** Asked for so often without an answer, a leader that holds its lock has stopped working. */
const kAsksMax = 5;

export interface LineOptions {
  tab: string;
  end: End<ToLeader, FromLeader>;
  /** Whether the tab itself leads. */
  leads: () => boolean;
  clock: Clock;
  /** Nobody leads, though someone has the lock. */
  leaderless: () => void;
}

/** A tab's way to an edge through the tab that leads. */
export class Line implements Transport {
  private readonly id = randomId();
  private readonly options: LineOptions;
  private readonly events: TransportEvents;
  private leader: string | null = null;
  private is_open = false;
  private is_over = false;
  private asks = 0;
  private timer: unknown = null;
  private outgoing: object[] = [];

  constructor(options: LineOptions, events: TransportEvents) {
    this.options = options;
    this.events = events;
    options.end.onmessage = (word) => this.hear(word);
    this.ask();
  }

  send(objects: readonly object[]): void {
    if (this.outgoing.length === 0) queueMicrotask(() => this.flush());
    this.outgoing.push(...objects);
  }

  close(): void {
    if (this.is_over) return;
    this.flush();
    this.post({ line: this.id, close: true });
    this.end();
  }

  hurry(): void {
    this.post({ line: this.id, hurry: true });
  }

  doubt(): void {
    this.post({ line: this.id, doubt: true });
  }

  private ask(): void {
    this.post({ line: this.id, tab: this.options.tab, open: true });
    this.options.clock.clearTimeout(this.timer);
    this.timer = this.options.clock.setTimeout(() => {
      if (++this.asks % kAsksMax === 0) this.options.leaderless();
      this.ask();
    }, kAskMs);
  }

  private hear(word: FromLeader): void {
    if (this.is_over) return;
    if (word.leader !== this.leader) this.follow(word.leader);
    const heard: Message[] = [];
    for (const item of word.items) {
      if (this.is_over || (item.line !== undefined && item.line !== this.id)) continue;
      if ('hear' in item) heard.push(item.hear);
      else this.take(item);
    }
    if (this.is_open && heard.length > 0) this.events.received(heard);
  }

  private follow(leader: string): void {
    this.leader = leader;
    if (this.is_open) return this.lost('another tab leads');
    this.ask(); // what was asked before it led it has not heard
  }

  private take(item: Exclude<FromLeaderItem, { hear: Message }>): void {
    if ('opened' in item) {
      this.options.clock.clearTimeout(this.timer);
      if (this.is_open) return;
      this.is_open = true;
      this.events.opened();
    } else if ('state' in item) {
      // There is one, and it says how it is doing: no need to ask.
      this.options.clock.clearTimeout(this.timer);
      if (!this.is_open) this.events.progress?.(item.state);
    } else if (this.is_open) {
      this.lost(item.closed);
    } else {
      this.ask(); // it is not known there any more, and was not told that it is open
    }
  }

  private lost(reason: string): void {
    this.end();
    this.events.closed(kLineLost, reason);
  }

  private end(): void {
    this.is_over = true;
    this.options.clock.clearTimeout(this.timer);
  }

  private flush(): void {
    const say = this.outgoing as Message[];
    this.outgoing = [];
    if (say.length > 0 && this.is_open && !this.is_over) this.post({ line: this.id, say });
  }

  private post(word: ToLeader): void {
    const { end, leads } = this.options;
    if (leads()) end.toOwn(word);
    else end.toOthers(word);
  }
}
