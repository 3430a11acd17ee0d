import type { Clock } from '../clock';
import { LongwireError } from '../errors';
import type { From, Message, Subscribed } from '../protocol';
import { EventStreamParser, type ServerSentEvent } from './event_stream_parser';

export interface EventStreamHandlers {
  fetch(path: string, signal: AbortSignal): Promise<Response>;
  /** What was heard; nothing, where it was only a sign of life. */
  received(messages: Message[]): void;
  /** It has ended or could not be had. */
  ended(code: number, reason: string): void;
}

export type Answered = (answer: Subscribed | LongwireError) => void;

interface Followed {
  from: 'now' | 'start';
  /** "epoch:offset", or "-" while it is not known. */
  place: string;
  epoch_asked: string | null;
  answered: Answered | null;
}

const kTopicsMax = 100;
/** An edge reads request heads of 16 KiB. */
const kPathMax = 12_000;
/** Topics that are asked for within this time are asked for together. */
const kGatherMs = 5;

/** All topics over one stream of Server-Sent Events, since a browser has few connections to give away. For each topic
 *  that comes or goes the stream is opened again, from where all the others are. */
export class EventStream {
  private readonly clock: Clock;
  private readonly handlers: EventStreamHandlers;
  private readonly topics = new Map<string, Followed>();
  private abort: AbortController | null = null;
  private timer: unknown = null;

  constructor(clock: Clock, handlers: EventStreamHandlers) {
    this.clock = clock;
    this.handlers = handlers;
  }

  add(topic: string, from: Exclude<From, 'snapshot' | { last: number }>, answered: Answered): void {
    const is_place = typeof from === 'object';
    this.topics.set(topic, {
      from: is_place ? 'now' : from,
      place: is_place ? `${from.epoch}:${from.offset}` : '-',
      epoch_asked: is_place ? from.epoch : null,
      answered,
    });
    if (this.topics.size <= kTopicsMax && this.path([...this.topics.keys()], 'start').length <= kPathMax) {
      return this.openSoon();
    }
    this.topics.delete(topic);
    answered(new LongwireError('too_many', 'too many topics for an event stream', 'topic'));
  }

  remove(topic: string): void {
    if (this.topics.delete(topic)) this.openSoon();
  }

  close(): void {
    this.clock.clearTimeout(this.timer);
    this.abort?.abort();
    this.abort = null;
  }

  private openSoon(): void {
    this.clock.clearTimeout(this.timer);
    this.timer = this.clock.setTimeout(() => void this.open(), kGatherMs);
  }

  private async open(): Promise<void> {
    this.close();
    if (this.topics.size === 0) return;
    const abort = new AbortController();
    this.abort = abort;
    // One word says where all topics without a place begin: those of the other word wait for the next time.
    const from = [...this.topics.values()].find((one) => one.place === '-')?.from ?? 'now';
    const topics = [...this.topics].filter(([, one]) => one.place !== '-' || one.from === from).map(([name]) => name);
    try {
      const response = await this.handlers.fetch(this.path(topics, from), abort.signal);
      if (!response.ok || response.body === null) return await this.refused(response, topics, abort);
      await this.read(response.body, topics, abort);
      if (this.abort === abort) this.handlers.ended(1006, 'the event stream has ended');
    } catch (error) {
      if (this.abort === abort) this.handlers.ended(1006, String(error));
    }
  }

  private path(topics: readonly string[], from: 'now' | 'start'): string {
    const places = topics.map((topic) => this.topics.get(topic)!.place).join(',');
    const query = new URLSearchParams(topics.map((topic) => ['topic', topic]));
    if (from === 'start') query.set('from', 'start');
    query.set('after', places);
    return `/v1/events?${query}`;
  }

  private async read(body: ReadableStream<Uint8Array>, topics: readonly string[], abort: AbortController): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let messages: Message[] = [];
    const parser = new EventStreamParser((event) => {
      if (this.abort !== abort) return;
      if (event.type === 'error') return this.refuse(LongwireError.from(JSON.parse(event.data)), topics);
      // An answer comes before what follows it.
      if (event.data === '') this.handlers.received(messages.splice(0));
      this.note(event, topics);
      if (event.data !== '') messages.push(JSON.parse(event.data) as Message);
    });
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.abort !== abort) return;
      messages = [];
      parser.push(decoder.decode(value, { stream: true }));
      if (this.abort === abort) this.handlers.received(messages);
    }
  }

  /** An id says where each of the topics is. */
  private note(event: ServerSentEvent, topics: readonly string[]): void {
    const places = event.id.split(',');
    let waits = false;
    topics.forEach((topic, i) => {
      const one = this.topics.get(topic);
      const place = places[i];
      if (one === undefined || place === undefined || place === '-') return;
      one.place = place;
      if (one.answered === null) return;
      const { answered } = one;
      one.answered = null;
      const [epoch = '', text = '0'] = place.split(':');
      const offset = Number(text);
      answered({ topic, epoch, offset, head: offset, tail: 0, resumed: epoch === one.epoch_asked });
    });
    for (const [topic, one] of this.topics) if (one.place === '-' && !topics.includes(topic)) waits = true;
    const all_here = topics.every((topic) => this.topics.get(topic)?.place !== '-');
    if (waits && all_here) this.openSoon();
  }

  private async refused(response: Response, topics: readonly string[], abort: AbortController): Promise<void> {
    const problem: unknown = await response.json().catch(() => ({}));
    if (this.abort !== abort) return;
    const { code, detail, field } = problem as { code?: string; detail?: string; field?: string };
    const is_new = topics.some((topic) => this.topics.get(topic)?.answered);
    if (response.status >= 500 || response.status === 401 || response.status === 429 || !is_new) {
      const close = { 401: 4401, 403: 4403, 429: 1013, 503: 1013 }[response.status] ?? 1006;
      return this.handlers.ended(close, detail ?? `status ${response.status}`);
    }
    this.refuse(LongwireError.from({ code, message: detail, field }), topics);
  }

  /** It is not said which topic is at fault: one of those that have just been asked for. */
  private refuse(error: LongwireError, topics: readonly string[]): void {
    const refused = topics.filter((topic) => this.topics.get(topic)?.answered);
    if (refused.length === 0) return this.handlers.ended(1006, error.message);
    for (const topic of refused) {
      const { answered } = this.topics.get(topic)!;
      this.topics.delete(topic);
      answered?.(error);
    }
    this.openSoon();
  }
}
