import type { ErrorCode, LongwireError } from '../errors';
import type { Event, FilterGap, Gap } from '../protocol';
import { matches } from './filter';
import type { Ask } from './shared_topic';

/** Someone who hears of all topics that match, from now on. */
export interface FilterReader {
  readonly filter: string;
  event(event: Event): void;
  gap(gap: Gap): void;
  missed(gap: FilterGap): void;
  /** The filter is in force, for the first time or again. */
  subscribed(): void;
  failed(error: LongwireError): void;
}

interface SharedFilter {
  readers: Set<FilterReader>;
  /** Of the present connection. */
  state: 'away' | 'asked' | 'in_force';
  was_in_force: boolean;
}

/** Not over this connection, or not over this way: perhaps over the next one. */
const kNotForGood = new Set<ErrorCode>(['disconnected', 'timeout', 'unsupported']);

/** The filters of one connection after the other, each subscribed to once for all its readers. */
export class Filters {
  private readonly ask: Ask;
  private readonly filters = new Map<string, SharedFilter>();
  private is_up = false;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  add(reader: FilterReader): void {
    let shared = this.filters.get(reader.filter);
    if (shared === undefined) {
      shared = { readers: new Set(), state: 'away', was_in_force: false };
      this.filters.set(reader.filter, shared);
    }
    shared.readers.add(reader);
    if (shared.state === 'in_force') reader.subscribed();
    else if (this.is_up && shared.state === 'away') this.subscribe(reader.filter, shared);
  }

  remove(reader: FilterReader): void {
    const shared = this.filters.get(reader.filter);
    if (!shared?.readers.delete(reader) || shared.readers.size > 0) return;
    this.filters.delete(reader.filter);
    if (this.is_up) this.ask('unsubscribe', { filter: reader.filter }, () => undefined);
  }

  up(): void {
    this.is_up = true;
    for (const [filter, shared] of this.filters) this.subscribe(filter, shared);
  }

  lost(): void {
    this.is_up = false;
    for (const shared of this.filters.values()) shared.state = 'away';
  }

  push(topic: string, push: { event: Event } | { gap: Gap }): void {
    for (const [filter, { readers }] of this.filters) {
      if (!matches(filter, topic)) continue;
      for (const reader of [...readers]) 'event' in push ? reader.event(push.event) : reader.gap(push.gap);
    }
  }

  missed(gap: FilterGap): void {
    for (const reader of [...(this.filters.get(gap.filter)?.readers ?? [])]) reader.missed(gap);
  }

  private subscribe(filter: string, shared: SharedFilter): void {
    shared.state = 'asked';
    this.ask('subscribe', { filter }, (error) => {
      if (this.filters.get(filter) !== shared || shared.state !== 'asked') return;
      if (error === null) this.inForce(filter, shared);
      else if (!kNotForGood.has(error.code)) this.refused(filter, shared, error);
    });
  }

  private inForce(filter: string, shared: SharedFilter): void {
    const is_back = shared.was_in_force;
    shared.state = 'in_force';
    shared.was_in_force = true;
    for (const reader of [...shared.readers]) {
      reader.subscribed();
      if (is_back) reader.missed({ filter, reason: 'reconnected' });
    }
  }

  private refused(filter: string, shared: SharedFilter, error: LongwireError): void {
    this.filters.delete(filter);
    for (const reader of [...shared.readers]) reader.failed(error);
  }
}
