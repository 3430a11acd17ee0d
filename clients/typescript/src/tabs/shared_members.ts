import type { Done } from '../commands/command_queue';
import type { Message } from '../protocol';
import type { Ask } from '../topics/shared_topic';

/** Members of topics over the one connection: a member leaves when the last tab that has joined as it does. */
export class SharedMembers {
  private readonly ask: Ask;
  private readonly counts = new Map<string, number>();

  constructor(ask: Ask) {
    this.ask = ask;
  }

  join(fields: Message, done: Done): void {
    const key = keyOf(fields);
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.ask('join', fields, (error, ok) => {
      if (error !== null) this.counts.set(key, (this.counts.get(key) ?? 1) - 1);
      done(error, ok);
    });
  }

  leave(fields: Message, done: Done): void {
    const key = keyOf(fields);
    const left = (this.counts.get(key) ?? 1) - 1;
    this.counts.set(key, left);
    if (left > 0) return done(null, {});
    this.counts.delete(key);
    this.ask('leave', fields, done);
  }

  lost(): void {
    this.counts.clear();
  }
}

function keyOf(fields: Message): string {
  return JSON.stringify([fields.topic, fields.as ?? null]);
}
