import { LongwireError } from '../errors';
import type { Command, From, Message } from '../protocol';
import type { FilterReader } from '../topics/filters';
import type { Reader } from '../topics/reader';
import type { Leader } from './leader';
import type { LineId } from './words';

/** A tab repeats by itself what may be repeated. */
const kOnce = { repeatable: false, waits: false };

/** The leader's end of one tab's line: what that tab reads and is a member of. */
export class TabLine {
  readonly id: LineId;
  readonly tab: string;
  private readonly leader: Leader;
  private readonly readers = new Map<string, Reader>();
  private readonly filters = new Map<string, FilterReader>();
  private readonly joined = new Map<string, Message>();

  constructor(id: LineId, tab: string, leader: Leader) {
    this.id = id;
    this.tab = tab;
    this.leader = leader;
  }

  obey(message: Message): void {
    const { id, cmd, ...fields } = message as Command;
    const done = (error: LongwireError | null, ok: Message) => this.reply(id, error, ok);
    const { state } = this.leader.session;
    switch (cmd) {
      case 'hello':
        return done(null, state.kind === 'connected' ? { ...state.hello, expires_us: null } : {});
      case 'subscribe':
        return typeof fields.topic === 'string' ? this.subscribe(id, fields) : this.filter(id, String(fields.filter));
      case 'unsubscribe':
        this.unsubscribe(fields);
        return done(null, {});
      case 'join':
        this.joined.set(JSON.stringify([fields.topic, fields.as]), fields);
        return this.leader.members.join(fields, done);
      case 'leave':
        this.joined.delete(JSON.stringify([fields.topic, fields.as]));
        return this.leader.members.leave(fields, done);
      default:
        return this.leader.session.request(cmd, fields, kOnce, done);
    }
  }

  /** The tab has gone, or comes back on another line. */
  end(): void {
    for (const reader of this.readers.values()) this.leader.topics.remove(reader);
    for (const reader of this.filters.values()) this.leader.filters.remove(reader);
    const is_up = this.leader.session.state.kind === 'connected';
    for (const fields of this.joined.values()) {
      if (is_up) this.leader.members.leave({ topic: fields.topic, as: fields.as }, () => undefined);
    }
    this.readers.clear();
    this.filters.clear();
    this.joined.clear();
  }

  private subscribe(id: number, fields: Message): void {
    const topic = fields.topic as string;
    if (this.readers.has(topic)) {
      return this.reply(id, new LongwireError('conflict', `already subscribed to ${topic}`, 'topic'), {});
    }
    let is_answered = false;
    const reader: Reader = {
      topic,
      conflate_ms: fields.conflate_ms as number | undefined,
      answered: (reply) => {
        if (!is_answered) this.reply(id, null, { ...reply });
        is_answered = true;
      },
      refused: (error) => {
        this.readers.delete(topic);
        if (is_answered) this.leader.drop(this, error.message);
        else this.reply(id, error, {});
      },
      // All else is said to all lines at once.
      pushed: (push) => {
        if ('snapshot' in push) this.hear({ snapshot: push.snapshot, topic, ...push.place });
      },
    };
    this.readers.set(topic, reader);
    this.leader.topics.add(reader, (fields.from ?? 'now') as From);
  }

  private filter(id: number, filter: string): void {
    let is_answered = false;
    const reader: FilterReader = {
      filter,
      event: () => undefined,
      gap: () => undefined,
      missed: () => undefined,
      subscribed: () => {
        if (!is_answered) this.reply(id, null, { filter });
        is_answered = true;
      },
      failed: (error) => this.reply(id, error, {}),
    };
    this.filters.set(filter, reader);
    this.leader.filters.add(reader);
  }

  private unsubscribe(fields: Message): void {
    const reader = this.readers.get(fields.topic as string);
    if (reader !== undefined) {
      this.readers.delete(reader.topic);
      this.leader.topics.remove(reader);
    }
    const filter = this.filters.get(fields.filter as string);
    if (filter === undefined) return;
    this.filters.delete(filter.filter);
    this.leader.filters.remove(filter);
  }

  private reply(id: number, error: LongwireError | null, ok: Message): void {
    if (error === null) return this.hear({ id, ok });
    // What is over with the leader's connection is over with the line, which is about to be told.
    if (error.code === 'disconnected' || error.code === 'closed') return;
    const { code, message, field, retry_after_ms } = error;
    this.hear({ id, error: { code, message, field, retry_after_ms } });
  }

  private hear(hear: Message): void {
    this.leader.post({ line: this.id, hear });
  }
}
