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
  private head = 0;
  private tail = 0;
  private is_busy = false;
  /** Counts what is asked, since only the newest answer counts. */
  private round = 0;
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
    if ('event' in push) this.moveOn(place, push.event.offset);
    if ('gap' in push) {
      const { epoch } = push.gap;
      if (push.gap.reason !== 'epoch_changed') this.moveOn(place, push.gap.to);
      // Where the new log begins is not said, so it is asked for from its start.
      else if (epoch !== undefined && epoch !== place.epoch) this.beginEpoch(epoch);
    }
    return is_news;
  }

  private moveOn(place: Place, offset: number): void {
    place.offset = Math.max(place.offset, offset);
    this.head = Math.max(this.head, offset);
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
      else this.begin(next, this.offsetOf(next.from, place), isOf(next.from, place.epoch));
    }
  }

  private open(one: Waiting): void {
    this.subscribe(one.from, (reply) => this.join(one, reply));
  }

  /** Lets a reader begin behind an offset of the present log. */
  private begin(one: Waiting, offset: number, resumed: boolean, snapshot?: Snapshot): void {
    const place = this.place!;
    if (offset >= place.offset) {
      this.join(one, { topic: this.topic, epoch: place.epoch, offset, head: this.head, tail: this.tail, resumed }, snapshot);
      return;
    }
    this.again({ epoch: place.epoch, offset }, (reply) => this.join(one, { ...reply, resumed }, snapshot));
  }

  private snapshot(one: Waiting): void {
    const round = ++this.round;
    this.is_busy = true;
    this.ask('state', { task: this.topic.slice('task/'.length), output: true }, (error, ok) => {
      if (this.is_over || round !== this.round || isLoss(error)) return;
      this.is_busy = false;
      const snapshot = ok as unknown as Snapshot;
      if (error !== null) this.refuse(error, [one.reader]);
      else if (this.served === one && snapshot.epoch === this.place?.epoch) this.begin(one, snapshot.offset, false, snapshot);
      else if (this.served === one) this.beginEpoch(snapshot.epoch);
      this.serve();
    });
  }

  /** Whoever was being served is served once more, in the new log. */
  private beginEpoch(epoch: Epoch): void {
    this.newest = 0;
    this.head = 0;
    this.place = { epoch, offset: 0 };
    if (this.served !== null) this.waiting.unshift(this.served);
    this.served = null;
    this.again(this.place, (reply) => [...this.readers].forEach((reader) => reader.answered(reply)));
  }

  private again(from: Place, then: (reply: Subscribed) => void): void {
    this.ask('unsubscribe', { topic: this.topic }, () => undefined);
    this.subscribe(from, then);
  }

  private subscribe(from: From, then: (reply: Subscribed) => void): void {
    const [first] = this.all();
    const round = ++this.round;
    this.is_busy = true;
    this.ask('subscribe', { topic: this.topic, from, conflate_ms: first?.conflate_ms }, (error, ok) => {
      if (this.is_over || round !== this.round || isLoss(error)) return;
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
    this.head = reply.head;
    this.tail = reply.tail;
    then(reply);
  }

  private offsetOf(from: Exclude<From, 'snapshot'>, place: Place): number {
    if (from === 'now') return this.head;
    if (from === 'start') return 0;
    if ('last' in from) return Math.max(0, this.head - from.last);
    return from.epoch === place.epoch ? from.offset : 0;
  }

  private join(one: Waiting, reply: Subscribed, snapshot?: Snapshot): void {
    if (this.served !== one) return; // it has gone meanwhile
    this.served = null;
    this.readers.add(one.reader);
    one.reader.answered(reply);
    if (snapshot !== undefined) one.reader.pushed({ snapshot, place: { epoch: reply.epoch, offset: reply.offset } });
  }
}

/** Without an answer the connection is as good as lost. */
function isLoss(error: LongwireError | null): boolean {
  return error?.code === 'disconnected' || error?.code === 'timeout';
}

function isOf(from: From, epoch: Epoch): boolean {
  return typeof from === 'object' && 'epoch' in from && from.epoch === epoch;
}
