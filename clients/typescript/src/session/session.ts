import { kRealClock, type Clock } from '../clock';
import { CommandQueue, type Done } from '../commands/command_queue';
import { kOfConnection, type Manner } from '../commands/manner';
import { Connection } from '../connection/connection';
import type { Endpoints } from '../connection/endpoints';
import type { ConnectionState } from '../connection/state';
import type { Hello, Message, Notice } from '../protocol';
import type { OpenTransport } from '../transport/transport';
import { Greeting } from './greeting';
import { Heartbeat } from './heartbeat';
import type { SessionOptions } from './options';

export interface SessionHandlers {
  /** There is a connection: say what belongs to it. What waited for it is said after this. */
  up(): void;
  lost(): void;
  /** Whatever is no answer. */
  pushed(message: Message): void;
  changed(state: ConnectionState): void;
}

/** A token is renewed this long before it expires. */
const kRenewMs = 30_000;
/** No timer lasts longer than this. */
const kTimerMaxMs = 2 ** 31 - 1;

/** Commands and their answers over one connection after the other: greets, keeps a token fresh, notices silence. Knows
 *  nothing of topics. */
export class Session {
  private readonly clock: Clock;
  private readonly handlers: SessionHandlers;
  private readonly connection: Connection;
  private readonly queue: CommandQueue;
  private readonly greeting: Greeting;
  private readonly heartbeat: Heartbeat;
  private renewal: unknown = null;

  constructor(endpoints: Endpoints, open: OpenTransport, options: SessionOptions, handlers: SessionHandlers) {
    this.clock = options.clock ?? kRealClock;
    this.handlers = handlers;
    this.connection = new Connection(
      {
        endpoints,
        open,
        clock: this.clock,
        random: options.random ?? Math.random,
        backoff: options.backoff ?? { base_ms: 500, cap_ms: 15_000 },
      },
      {
        opened: () => void this.greeting.begin(),
        received: (message) => this.receive(message),
        lost: (code) => this.lost(code),
        changed: (state) => this.changed(state),
      },
    );
    this.queue = new CommandQueue({
      clock: this.clock,
      send: (command) => this.connection.send(command),
      answer_timeout_ms: options.answer_timeout_ms ?? 10_000,
      age_max_ms: options.queue_age_max_ms ?? 60_000,
      size_max: options.queue_size_max ?? 1_000,
    });
    this.greeting = new Greeting(options, {
      say: (fields, done) => this.queue.greet(fields, done),
      greeted: (hello) => this.greeted(hello),
      unauthorized: (reason) => this.connection.refused('unauthorized', 4401, reason),
      failed: (reason) => this.connection.drop(reason),
    });
    this.heartbeat = new Heartbeat(this.clock, {
      heard_ms: () => this.connection.heard_ms,
      heard_count: () => this.connection.heard_count,
      ping: () => this.queue.add('ping', {}, kOfConnection, () => undefined),
      dead: () => this.connection.drop('no sign of life'),
    });
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  open(): void {
    this.connection.open();
  }

  /** Tries now rather than later. */
  retry(): void {
    this.greeting.forget();
    this.connection.retry();
  }

  /** For moments in which the network may have changed. */
  check(): void {
    if (this.state.kind === 'reconnecting') return this.connection.retry();
    this.connection.doubt();
    this.heartbeat.doubt();
  }

  close(): void {
    this.connection.close();
    this.queue.close();
  }

  request(cmd: string, fields: Message, manner: Manner, done: Done): void {
    this.queue.add(cmd, fields, manner, done);
  }

  /** A command about the present connection, which is over with it. */
  readonly ask = (cmd: string, fields: Message, done: Done): void => {
    this.queue.add(cmd, fields, kOfConnection, (error, ok) => {
      done(error, ok);
      if (error?.code === 'timeout' && this.state.kind === 'connected') this.connection.drop('no answer');
    });
  };

  private greeted(hello: Hello): void {
    if (this.state.kind === 'connected') return;
    this.connection.established(hello);
    this.heartbeat.start(hello.heartbeat_ms);
    if (hello.expires_us !== null && hello.expires_us !== undefined) this.renewBefore(hello.expires_us);
    // What belongs to a connection comes before what waited for one: who subscribes and then publishes hears of it.
    this.queue.up(() => this.handlers.up());
  }

  private lost(code: number): void {
    this.greeting.end();
    this.heartbeat.stop();
    this.clock.clearTimeout(this.renewal);
    this.handlers.lost();
    this.queue.down(code);
  }

  private changed(state: ConnectionState): void {
    if (state.kind === 'failed' && state.why === 'unauthorized' && this.greeting.mayRenew()) this.connection.retry();
    else this.handlers.changed(state);
  }

  private receive(message: Message): void {
    if (typeof message.id === 'number') return this.queue.answer(message.id, message);
    if (typeof message.notice === 'string') this.notice(message as unknown as Notice);
    this.handlers.pushed(message);
  }

  private notice({ notice, reconnect_ms }: Notice): void {
    if (notice === 'draining') this.connection.leaveIn(reconnect_ms ?? 0);
    if (notice === 'token_expiring') void this.renew();
  }

  private renewBefore(expires_us: number): void {
    const left_ms = expires_us / 1_000 - this.clock.now();
    const delay_ms = Math.min(Math.max(left_ms - kRenewMs, left_ms / 2, 0), kTimerMaxMs);
    this.clock.clearTimeout(this.renewal);
    this.renewal = this.clock.setTimeout(() => void this.renew(), delay_ms);
  }

  private async renew(): Promise<void> {
    const token = await this.greeting.token(true).catch(() => undefined);
    if (!token || this.state.kind !== 'connected') return;
    this.queue.add('refresh', { token }, kOfConnection, (error, ok) => {
      if (error === null && typeof ok.expires_us === 'number') this.renewBefore(ok.expires_us);
    });
  }
}
