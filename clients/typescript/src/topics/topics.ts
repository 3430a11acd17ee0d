import type { From, Push } from '../protocol';
import type { Reader } from './reader';
import { SharedTopic, type Ask } from './shared_topic';

/** All topics that are read over one connection after the other. */
export class Topics {
  private readonly ask: Ask;
  private readonly topics = new Map<string, SharedTopic>();

  constructor(ask: Ask) {
    this.ask = ask;
  }

  /** Lets a reader begin, or begin again, at a place. */
  add(reader: Reader, from: From): void {
    let shared = this.topics.get(reader.topic);
    if (shared === undefined) {
      shared = new SharedTopic(reader.topic, this.ask);
      this.topics.set(reader.topic, shared);
    }
    shared.add(reader, from);
  }

  remove(reader: Reader): void {
    const shared = this.topics.get(reader.topic);
    if (shared === undefined) return;
    shared.remove(reader);
    if (shared.is_empty) this.topics.delete(reader.topic);
  }

  /** The connection is lost, and all readers with it: who reads on is to be added again. */
  lost(): void {
    for (const shared of this.topics.values()) shared.lost();
    this.topics.clear();
  }

  /** Returns whether it is news, also for who does not read the topic but has a filter that matches. */
  push(topic: string, push: Push): boolean {
    return this.topics.get(topic)?.push(push) ?? true;
  }
}
