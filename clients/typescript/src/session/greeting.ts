import type { LongwireError } from '../errors';
import type { Hello, Message } from '../protocol';
import type { SessionOptions } from './options';

export interface GreetingHandlers {
  say(fields: Message, done: (error: LongwireError | null, ok: Message) => void): void;
  greeted(hello: Hello): void;
  /** The token is not good, and neither is a new one. */
  unauthorized(reason: string): void;
  /** No answer, or none that can be used. */
  failed(reason: string): void;
}

/** Says who is there, at the beginning of each connection. */
export class Greeting {
  private readonly options: SessionOptions;
  private readonly handlers: GreetingHandlers;
  private round = 0;
  private renew = false;

  constructor(options: SessionOptions, handlers: GreetingHandlers) {
    this.options = options;
    this.handlers = handlers;
  }

  async begin(): Promise<void> {
    const round = ++this.round;
    let token: string | undefined;
    try {
      token = await this.token(this.renew);
    } catch (error) {
      if (round === this.round) this.handlers.failed(`no token: ${error instanceof Error ? error.message : error}`);
      return;
    }
    if (round !== this.round) return;
    const { name = '@longwire/client', version = '0.1.0' } = this.options;
    const fields = { client: { name, version }, token: token || undefined };
    this.handlers.say(fields, (error, ok) => {
      if (round !== this.round) return;
      if (error === null) {
        this.renew = false;
        this.handlers.greeted(ok as unknown as Hello);
      } else if (error.code === 'unauthorized' || error.code === 'expired') {
        if (this.mayRenew()) void this.begin();
        else this.handlers.unauthorized(error.message);
      } else if (error.code !== 'disconnected' && error.code !== 'closed') {
        this.handlers.failed(error.message);
      }
    });
  }

  /** The connection is gone; what was begun on it is over. */
  end(): void {
    this.round += 1;
  }

  /** After a refusal of the token: whether there may be another one. Only once, until one was good. */
  mayRenew(): boolean {
    if (this.renew || typeof this.options.token !== 'function') return false;
    this.renew = true;
    return true;
  }

  /** Someone wants it tried all anew. */
  forget(): void {
    this.renew = false;
  }

  async token(renew: boolean): Promise<string | undefined> {
    const { token } = this.options;
    return typeof token === 'function' ? token(renew) : token;
  }
}
