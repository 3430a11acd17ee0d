import type { LongwireError } from '../errors';
import type { Event, Gap, Merged, Snapshot, Subscribed } from '../protocol';

/** Where a subscription's pushes go. */
export interface Sink {
  /** Each event once, in the order of its topic. */
  event(event: Event): void;
  gap(gap: Gap): void;
  merged(merged: Merged): void;
  snapshot(snapshot: Snapshot): void;
  /** The topic's log is a new one: what was seen before no longer counts. A gap that says so follows. */
  reset(topic: string): void;
  /** After each successful subscribe, so after each reconnect too. */
  subscribed(reply: Subscribed): void;
  /** It has ended: the edge refuses it. */
  failed(error: LongwireError): void;
}
