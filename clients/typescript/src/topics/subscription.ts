import type { Clock } from '../clock';
import type { LongwireError } from '../errors';
import type { Event, From, Gap, Place, Push, Subscribed } from '../protocol';
import { Cursor } from './cursor';
import type { Reader } from './reader';
import type { Sink } from './sink';

export interface SubscriptionOptions {
  topic: string;
  from: From;
  conflate_ms: number | undefined;
  clock: Clock;
  /** Asks for what follows the place once more. */
  again: (subscription: Subscription) => void;
}

/** Events that have overtaken others and wait for them. */
const kHeldMax = 256;
/** How long they wait before the missing ones are asked for. */
const kHeldMs = 500;
/** Asked for so often without an answer to it, events are given up as missing. */
const kAgainMax = 3;

/** One reader of one topic, across any number of connections: hands on each event once and in order. */
export class Subscription implements Reader {
  readonly topic: string;
  readonly conflate_ms: number | undefined;
  private readonly options: SubscriptionOptions;
  private readonly sink: Sink;
  private readonly cursor = new Cursor();
  private readonly held = new Map<number, Event>();
  private timer: unknown = null;
  private asked_again = 0;
  private snapshot_at: number | null = null;

  constructor(options: SubscriptionOptions, sink: Sink) {
    this.options = options;
    this.topic = options.topic;
    this.conflate_ms = options.conflate_ms;
    this.sink = sink;
  }

  /** Where a subscribe now would have to begin. */
  get from(): From {
    return this.cursor.from(this.options.from);
  }

  /** The place behind the last event; null before the first answer. */
  get place(): Place | null {
    return this.cursor.place;
  }

  /** Its connection is lost, or it is not read for a while: nothing comes until the next answer. */
  stop(): void {
    this.release();
    this.asked_again = 0;
  }

  answered(reply: Subscribed): void {
    const is_first = this.cursor.epoch === null;
    const { reset, gap } = this.cursor.begin(reply);
    if (is_first && this.options.from === 'snapshot') this.snapshot_at = reply.offset;
    if (reset) this.release();
    this.sink.subscribed(reply);
    if (reset) this.tellReset(reply.epoch);
    if (gap !== null) this.sink.gap(gap);
    this.takeHeld();
  }

  refused(error: LongwireError): void {
    this.release();
    this.sink.failed(error);
  }

  pushed(push: Push): void {
    if (this.cursor.epoch === null) return;
    if ('event' in push) {
      this.take(push.event);
    } else if ('gap' in push) {
      this.skip(push.gap);
    } else if ('merged' in push) {
      if (this.cursor.merge(push.merged)) this.sink.merged(push.merged);
    } else if (push.place.offset === this.snapshot_at) {
      this.snapshot_at = null;
      this.sink.snapshot(push.snapshot);
    }
  }

  private take(event: Event): void {
    const verdict = this.cursor.take(event.offset);
    if (verdict === 'now') {
      this.asked_again = 0;
      this.sink.event(event);
      this.takeHeld();
    } else if (verdict === 'later') {
      this.hold(event);
    }
  }

  private skip(gap: Gap): void {
    if (gap.reason === 'epoch_changed') {
      const { epoch } = gap;
      // Of a subscribe's answer that told of it already, or not to be understood.
      if (epoch === undefined || epoch === this.cursor.epoch) return;
      this.release();
      this.cursor.restart(epoch, 0);
      this.tellReset(epoch);
    } else if (this.cursor.skip(gap)) {
      this.sink.gap(gap);
      this.takeHeld();
    }
  }

  private tellReset(epoch: string): void {
    this.sink.reset(this.topic);
    this.sink.gap({ topic: this.topic, from: 1, to: 0, reason: 'epoch_changed', epoch });
  }

  private hold(event: Event): void {
    if (this.held.size >= kHeldMax) return;
    this.held.set(event.offset, event);
    if (this.held.size === kHeldMax) this.askAgain();
    else this.timer ??= this.options.clock.setTimeout(() => this.askAgain(), kHeldMs);
  }

  private takeHeld(): void {
    for (;;) {
      for (const offset of this.held.keys()) if (offset <= this.cursor.offset) this.held.delete(offset);
      const next = this.held.get(this.cursor.offset + 1);
      if (next === undefined) break;
      this.held.delete(next.offset);
      this.cursor.take(next.offset);
      this.asked_again = 0;
      this.sink.event(next);
    }
    if (this.held.size === 0) this.stopTimer();
  }

  private askAgain(): void {
    this.stopTimer();
    if (this.asked_again < kAgainMax) {
      this.asked_again += 1;
      this.timer = this.options.clock.setTimeout(() => this.askAgain(), kHeldMs << this.asked_again);
      this.options.again(this);
      return;
    }
    const from = this.cursor.offset + 1;
    this.skip({ topic: this.topic, from, to: Math.min(...this.held.keys()) - 1, reason: 'missing' });
  }

  private release(): void {
    this.held.clear();
    this.stopTimer();
  }

  private stopTimer(): void {
    this.options.clock.clearTimeout(this.timer);
    this.timer = null;
  }
}
