import { LongwireError } from '../errors';
import type { Ask } from '../topics/shared_topic';

interface Membership {
  fields: { topic: string; as?: string | undefined; info?: unknown };
  settle: ((error: LongwireError | null) => void) | null;
}

/** The topics that this client is a member of, on whatever connection: within the edge's time of grace nobody is told
 *  that it was away. */
export class Memberships {
  private readonly ask: Ask;
  private readonly all = new Set<Membership>();
  private is_up = false;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  /** Resolves when it is so for the first time, with the function that ends it. */
  join(fields: Membership['fields']): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const membership: Membership = {
        fields,
        settle: (error) => (error === null ? resolve(() => this.leave(membership)) : reject(error)),
      };
      this.all.add(membership);
      if (this.is_up) this.say(membership);
    });
  }

  up(): void {
    this.is_up = true;
    for (const membership of this.all) this.say(membership);
  }

  lost(): void {
    this.is_up = false;
  }

  close(): void {
    for (const { settle } of this.all) settle?.(new LongwireError('closed', 'the client was closed'));
    this.all.clear();
  }

  private leave(membership: Membership): void {
    this.all.delete(membership);
    const { topic, as } = membership.fields;
    if (this.is_up) this.ask('leave', { topic, as }, () => undefined);
  }

  private say(membership: Membership): void {
    this.ask('join', membership.fields, (error) => {
      if (error?.code === 'disconnected' || error?.code === 'timeout') return; // the next connection says it again
      if (error !== null) this.all.delete(membership);
      membership.settle?.(error);
      membership.settle = null;
    });
  }
}
