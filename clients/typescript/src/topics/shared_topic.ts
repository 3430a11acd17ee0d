import type { LongwireError } from '../errors';
import type { Done } from '../commands/command_queue';
import type { Epoch, From, Message, Place, Push, Snapshot, Subscribed } from '../protocol';
import type { Reader } from './reader';

/** Says a command on the present connection. */
export type Ask = (cmd: string, fields: Message, done: Done) => void;

interface Waiting {
  reader: Reader;
  from: From;
}

/** One topic on one connection, which an edge lets it subscribe to once, for any number of readers. Who wants to begin
 *  further back than the subscription is makes it begin again from there, and all others drop what comes twice. Lives
 *  until its connection is lost. */
export class SharedTopic {
  readonly topic: string;
  private readonly ask: Ask;
  private readonly readers = new Set<Reader>();
  private waiting: Waiting[] = [];
  /** Whom the subscription is being begun for, unless that one has gone meanwhile. */
  private served: Waiting | null = null;
  /** How far the subscription has come; null until it is answered. */
  private place: Place | null = null;
  private tail = 0;
  private is_busy = false;
  private is_over = false;
  /** The newest offset that is known to be of the past. */
  private newest = 0;

  constructor(topic: string, ask: Ask) {
    this.topic = topic;
    this.ask = ask;
  }

  get is_empty(): boolean {
    return this.readers.size === 0 && this.waiting.length === 0 && this.served === null;
  }

  /** Also for a reader that wants to go back to a place of its own. */
  add(reader: Reader, from: From): void {
    this.waiting.push({ reader, from });
    this.serve();
  }

  remove(reader: Reader): void {
    this.readers.delete(reader);
    this.waiting = this.waiting.filter((one) => one.reader !== reader);
    if (this.served?.reader === reader) this.served = null;
    if (!this.is_empty || this.is_over) return;
    this.is_over = true;
    if (this.place !== null || this.is_busy) this.ask('unsubscribe', { topic: this.topic }, () => undefined);
  }

  /** The connection is lost. */
  lost(): void {
    this.is_over = true;
  }

  /** Returns whether it is news, rather than of a past that a reader has asked for. */
  push(push: Push): boolean {
    const is_news = this.takeNews(push);
    const { place } = this;
    if (place === null) return is_news;
    for (const reader of [...this.readers]) reader.pushed(push);
    if ('event' in push) place.offset = Math.max(place.offset, push.event.offset);
    if ('gap' in push) {
      const { epoch } = push.gap;
      if (push.gap.reason !== 'epoch_changed') place.offset = Math.max(place.offset, push.gap.to);
      // Where the new log begins is not said, so it is asked for from its start.
      else if (epoch !== undefined && epoch !== place.epoch) this.beginEpoch(epoch);
    }
    return is_news;
  }

  private takeNews(push: Push): boolean {
    const offset = 'event' in push ? push.event.offset : 'gap' in push ? push.gap.to : 0;
    if (offset <= this.newest) return false;
    this.newest = offset;
    return true;
  }

  private serve(): void {
    while (!this.is_busy && !this.is_over && this.waiting.length > 0) {
      const next = this.waiting.shift()!;
      const { place } = this;
      this.served = next;
      if (place === null) this.open(next);
      else if (next.from === 'snapshot') this.snapshot(next);
      else this.begin(next, offsetOf(next.from, place), isOf(next.from, place.epoch));
    }
  }

  private open(one: Waiting): void {
    this.subscribe(one.from, (reply) => this.join(one, reply));
  }

  /** Lets a reader begin behind an offset of the present log. */
  private begin(one: Waiting, offset: number, resumed: boolean, snapshot?: Snapshot): void {
    const place = this.place!;
    if (offset >= place.offset) {
      this.join(one, { topic: this.topic, epoch: place.epoch, offset, head: offset, tail: this.tail, resumed }, snapshot);
      return;
    }
    this.again({ epoch: place.epoch, offset }, (reply) => this.join(one, { ...reply, resumed }, snapshot));
  }

  private snapshot(one: Waiting): void {
    this.is_busy = true;
    this.ask('state', { task: this.topic.slice('task/'.length), output: true }, (error, ok) => {
      if (this.is_over) return;
      this.is_busy = false;
      const snapshot = ok as unknown as Snapshot;
      if (this.served !== one) this.serve();
      else if (error !== null) this.refuse(error, [one.reader]);
      else if (snapshot.epoch === this.place?.epoch) this.begin(one, snapshot.offset, false, snapshot);
      else this.beginEpoch(snapshot.epoch, one);
      this.serve();
    });
  }

  /** A snapshot of a log that the subscription has not come to yet is asked for once more when it has. */
  private beginEpoch(epoch: Epoch, for_later?: Waiting): void {
    this.newest = 0;
    this.place = { epoch, offset: 0 };
    this.served = null;
    if (for_later !== undefined) this.waiting.unshift(for_later);
    this.again(this.place, (reply) => [...this.readers].forEach((reader) => reader.answered(reply)));
  }

  private again(from: Place, then: (reply: Subscribed) => void): void {
    this.ask('unsubscribe', { topic: this.topic }, () => undefined);
    this.subscribe(from, then);
  }

  private subscribe(from: From, then: (reply: Subscribed) => void): void {
    const [first] = this.all();
    this.is_busy = true;
    this.ask('subscribe', { topic: this.topic, from, conflate_ms: first?.conflate_ms }, (error, ok) => {
      // Without an answer this connection is as good as lost.
      if (this.is_over || error?.code === 'disconnected' || error?.code === 'timeout') return;
      this.is_busy = false;
      if (error === null) {
        this.opened(ok as unknown as Subscribed, then);
      } else {
        // There is no subscription now, whatever there was before.
        this.place = null;
        this.refuse(error, this.all());
      }
      this.serve();
    });
  }

  private all(): Reader[] {
    return this.served === null ? [...this.readers] : [...this.readers, this.served.reader];
  }

  private refuse(error: LongwireError, readers: readonly Reader[]): void {
    this.served = null;
    for (const reader of readers) {
      this.readers.delete(reader);
      reader.refused(error);
    }
  }

  private opened(reply: Subscribed, then: (reply: Subscribed) => void): void {
    if (this.place === null && this.newest === 0) this.newest = reply.head;
    this.place = { epoch: reply.epoch, offset: reply.offset };
    this.tail = reply.tail;
    then(reply);
  }

  private join(one: Waiting, reply: Subscribed, snapshot?: Snapshot): void {
    if (this.served !== one) return; // it has gone meanwhile
    this.served = null;
    this.readers.add(one.reader);
    one.reader.answered(reply);
    if (snapshot !== undefined) one.reader.pushed({ snapshot, place: { epoch: reply.epoch, offset: reply.offset } });
  }
}

function offsetOf(from: Exclude<From, 'snapshot'>, place: Place): number {
  if (from === 'now') return place.offset;
  if (from === 'start') return 0;
  if ('last' in from) return Math.max(0, place.offset - from.last);
  return from.epoch === place.epoch ? from.offset : 0;
}

function isOf(from: From, epoch: Epoch): boolean {
  return typeof from === 'object' && 'epoch' in from && from.epoch === epoch;
}
