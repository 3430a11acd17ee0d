import { TopicCursor } from './cursor';
import type { Event, From, Gap, LongwireError, Merged, Snapshot, Subscribed } from './types';

export interface TopicListener {
  /** Each event once, in offset order. */
  onEvent(event: Event): void;
  /** These offsets will not come. */
  onGap?(gap: Gap): void;
  /** The server thins out what follows because this client is slow. */
  onMerged?(merged: Merged): void;
  /** The one snapshot of `from: "snapshot"`. */
  onSnapshot?(snapshot: Snapshot): void;
  /** The topic's log is a new one: what was seen before no longer counts. */
  onReset?(): void;
  /** After each successful subscribe, so after each reconnect too. */
  onSubscribed?(reply: Subscribed): void;
  /** The subscription has ended: the server refuses it. */
  onError?(error: LongwireError): void;
}

/** What a push does to the subscription's owner. `resync`: subscribe anew from the cursor (or from the start). */
export type Outcome = 'ok' | 'resync' | 'restart';

type Push = { event: Event } | { gap: Gap } | { merged: Merged };

/** While a subscribe is unanswered at most this many pushes are held back; later ones come again by resync. */
const kEarlyMax = 1_000;

/** One topic's subscription: its cursor, and what arrived before the subscribe was answered. */
export class Subscription {
  readonly topic: string;
  readonly first: From;
  readonly listener: TopicListener;
  readonly cursor = new TopicCursor();
  answered = false;
  private asked: From;
  private early: Push[] = [];
  private fresh_epoch = false;
  private hole_at: number | null = null;

  constructor(topic: string, from: From, listener: TopicListener) {
    this.topic = topic;
    this.first = from;
    this.asked = from;
    this.listener = listener;
  }

  /** The `from` of the subscribe that is sent now. */
  ask(restart = false): From {
    this.answered = false;
    this.early = [];
    this.asked = restart ? 'start' : this.cursor.from(this.first);
    return this.asked;
  }

  replied(reply: Subscribed): Outcome {
    const { reset, gap } = this.cursor.begin(reply, this.asked);
    this.answered = true;
    this.fresh_epoch = reset;
    this.listener.onSubscribed?.(reply);
    if (reset) this.listener.onReset?.();
    if (gap !== null) this.listener.onGap?.(gap);
    const early = this.early;
    this.early = [];
    for (const push of early) {
      // Events of a subscription that was given up just before may still be among these: only what continues
      // the log is taken, the rest comes again in its place.
      if ('event' in push && push.event.offset > this.cursor.offset + 1) continue;
      if (this.push(push) !== 'ok') return 'resync';
    }
    return 'ok';
  }

  push(push: Push): Outcome {
    if (!this.answered) {
      if (this.early.length < kEarlyMax) this.early.push(push);
      return 'ok';
    }
    if ('event' in push) return this.event(push.event);
    if ('merged' in push) {
      this.cursor.merge(push.merged);
      this.listener.onMerged?.(push.merged);
      return 'ok';
    }
    return this.gap(push.gap);
  }

  private event(event: Event): Outcome {
    const before = this.cursor.offset;
    const verdict = this.cursor.take(event.offset);
    if (verdict === 'double') return 'ok';
    if (verdict === 'hole') {
      if (this.hole_at !== before) {
        this.hole_at = before;
        return 'resync';
      }
      // Asked again from here and it is still not there: say so and go on.
      const gap: Gap = { topic: this.topic, from: before + 1, to: event.offset - 1, reason: 'missing' };
      this.cursor.skip(gap);
      this.listener.onGap?.(gap);
      this.cursor.take(event.offset);
    }
    this.listener.onEvent(event);
    return 'ok';
  }

  private gap(gap: Gap): Outcome {
    if (gap.reason === 'epoch_changed') {
      this.listener.onGap?.(gap);
      // Either the answer to the subscribe has named the new epoch already, or it has to be asked for.
      return this.fresh_epoch ? 'ok' : 'restart';
    }
    if (this.cursor.skip(gap)) this.listener.onGap?.(gap);
    return 'ok';
  }
}
