import { LongwireError } from '../errors';
import type { Ask } from '../topics/shared_topic';

interface Membership {
  fields: { topic: string; as?: string | undefined; info?: unknown };
  /** How many want it. */
  holders: number;
  joined: Promise<void>;
  settle: (error: LongwireError | null) => void;
}

/** The topics that this client is a member of, on whatever connection: within the edge's time of grace nobody is told
 *  that it was away. Who joins twice as the same is a member until both have left. */
export class Memberships {
  private readonly ask: Ask;
  private readonly all = new Map<string, Membership>();
  private is_up = false;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  /** Resolves when it is so for the first time, with the function that ends it. */
  async join(fields: Membership['fields']): Promise<() => void> {
    const key = JSON.stringify([fields.topic, fields.as]);
    const before = this.all.get(key);
    const membership = before ?? newMembership(fields);
    const says_more = before === undefined || JSON.stringify(before.fields) !== JSON.stringify(fields);
    membership.holders += 1;
    membership.fields = fields;
    this.all.set(key, membership);
    if (this.is_up && says_more) this.say(key, membership);
    await membership.joined;
    let has_left = false;
    return () => {
      if (!has_left) this.leave(key, membership);
      has_left = true;
    };
  }

  up(): void {
    this.is_up = true;
    for (const [key, membership] of this.all) this.say(key, membership);
  }

  lost(): void {
    this.is_up = false;
  }

  close(): void {
    for (const { settle } of this.all.values()) settle(new LongwireError('closed', 'the client was closed'));
    this.all.clear();
  }

  private leave(key: string, membership: Membership): void {
    if (--membership.holders > 0 || this.all.get(key) !== membership) return;
    this.all.delete(key);
    const { topic, as } = membership.fields;
    if (this.is_up) this.ask('leave', { topic, as }, () => undefined);
  }

  private say(key: string, membership: Membership): void {
    this.ask('join', membership.fields, (error) => {
      if (error?.code === 'disconnected' || error?.code === 'timeout') return; // the next connection says it again
      if (error !== null && this.all.get(key) === membership) this.all.delete(key);
      membership.settle(error);
    });
  }
}

function newMembership(fields: Membership['fields']): Membership {
  let settle: Membership['settle'] = () => undefined;
  const joined = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === null ? resolve() : reject(error));
  });
  return { fields, holders: 0, joined, settle };
}
