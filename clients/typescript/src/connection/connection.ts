import type { Clock } from '../clock';
import type { Hello, Message } from '../protocol';
import type { OpenTransport, Transport } from '../transport/transport';
import { backoffDelay, type BackoffOptions } from './backoff';
import { afterClose, closeReason, type AfterClose } from './close_codes';
import type { Endpoints } from './endpoints';
import type { ConnectionState } from './state';

export interface ConnectionOptions {
  endpoints: Endpoints;
  open: OpenTransport;
  clock: Clock;
  /** Gives [0, 1); spreads the reconnects. */
  random: () => number;
  backoff: BackoffOptions;
  /** What a close code asks for, where it is not what all edges mean by it. */
  after?: (code: number) => AfterClose;
}

export interface ConnectionHandlers {
  /** It is open: say hello, then call `established` or `refused`. */
  opened(): void;
  received(message: Message): void;
  /** What was under way is lost. */
  lost(code: number): void;
  changed(state: ConnectionState): void;
}

/** A connection that held this long counts as good: the next loss starts with short delays again. */
const kStableMs = 5_000;
/** Who is told to come later begins with delays of this attempt. */
const kLaterAttempt = 4;
const kDropped = 4000;

/** Keeps one transport up: opens it, notices its loss, comes back with backoff, at another edge if need be. Knows close
 *  codes, not what is said. */
export class Connection {
  state: ConnectionState = { kind: 'closed' };
  /** Clock time of the last thing heard, and how often something was. */
  heard_ms = 0;
  heard_count = 0;

  private readonly options: ConnectionOptions;
  private readonly handlers: ConnectionHandlers;
  private transport: Transport | null = null;
  private attempt = 0;
  private established_ms = 0;
  private timer: unknown = null;
  private drain: { timer: unknown; at_ms: number } | null = null;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.options = options;
    this.handlers = handlers;
  }

  open(): void {
    if (this.state.kind !== 'closed') return;
    this.attempt = 0;
    this.dial({ kind: 'connecting' });
  }

  /** Tries now instead of later, also after `failed`. */
  retry(): void {
    if (this.transport !== null) {
      this.transport.hurry?.();
    } else if (this.state.kind === 'failed') {
      this.attempt = 0;
      this.dial({ kind: 'connecting' });
    } else if (this.state.kind === 'reconnecting') {
      this.dial({ ...this.state, retry_at_ms: null });
    }
  }

  /** Whoever keeps the transport up looks whether it still lives. */
  doubt(): void {
    this.transport?.doubt?.();
  }

  close(): void {
    if (this.state.kind === 'closed') return;
    this.letGo(1000, 'done');
    this.change({ kind: 'closed' });
  }

  send(object: object): void {
    this.transport?.send([object]);
  }

  established(hello: Hello): void {
    this.established_ms = this.options.clock.now();
    this.change({ kind: 'connected', hello, url: this.options.endpoints.current });
  }

  /** Gives up until `retry`. */
  refused(why: 'unauthorized' | 'refused', code: number, reason: string): void {
    this.letGo(1000, reason);
    this.change({ kind: 'failed', why, code, reason });
  }

  /** Gives this connection up as dead and comes back on a new one. */
  drop(reason: string): void {
    this.letGo(kDropped, reason);
    this.comeBack(kDropped, reason, 'at_once');
  }

  /** The edge is about to go: leave it after this delay, which it has spread over its clients. */
  leaveIn(delay_ms: number): void {
    if (this.drain !== null) return;
    const { clock } = this.options;
    const timer = clock.setTimeout(() => {
      this.letGo(1000, 'draining');
      this.comeBack(1012, 'the edge is restarting', 'at_once');
    }, delay_ms);
    this.drain = { timer, at_ms: clock.now() + delay_ms };
  }

  private dial(state: ConnectionState): void {
    this.options.clock.clearTimeout(this.timer);
    this.change(state);
    if (this.state !== state) return; // who was told wants something else
    let is_here = true;
    const opened = this.options.open(this.options.endpoints.current, {
      opened: () => {
        if (!is_here) return;
        this.heard_ms = this.options.clock.now();
        this.handlers.opened();
      },
      received: (messages) => {
        this.heard_ms = this.options.clock.now();
        this.heard_count += 1;
        for (const message of messages) {
          if (!is_here || this.transport !== transport) return; // a handler has given it up
          this.handlers.received(message);
        }
      },
      closed: (code, reason) => {
        if (!is_here) return;
        is_here = false;
        this.closed(code, closeReason(code, reason));
      },
      progress: (state) => {
        if (is_here && this.state.kind !== 'connected' && this.state.kind !== 'closed') this.change(state);
      },
    });
    const transport: Transport = {
      send: (objects) => opened.send(objects),
      close: (code, reason) => {
        is_here = false;
        opened.close(code, reason);
      },
      hurry: () => opened.hurry?.(),
      doubt: () => opened.doubt?.(),
    };
    this.transport = transport;
  }

  private closed(code: number, reason: string): void {
    const drains_at_ms = this.drain?.at_ms;
    const after = (this.options.after ?? afterClose)(code);
    this.letGo(code, reason);
    if (after === 'done') {
      this.change({ kind: 'closed' });
    } else if (after === 'unauthorized' || after === 'never') {
      this.change({ kind: 'failed', why: after === 'never' ? 'refused' : 'unauthorized', code, reason });
    } else {
      const now = this.options.clock.now();
      this.comeBack(code, reason, after, drains_at_ms && Math.max(0, drains_at_ms - now));
    }
  }

  private comeBack(code: number, reason: string, after: 'at_once' | 'backoff' | 'later', told_ms?: number): void {
    const { clock, backoff, random, endpoints } = this.options;
    const now = clock.now();
    if (this.established_ms !== 0 && now - this.established_ms >= kStableMs) this.attempt = 0;
    this.established_ms = 0;
    const attempt = ++this.attempt;
    // Whoever is too slow finds what it has not got yet in its edge's memory; any other reason speaks for another edge.
    if (code !== 4410) endpoints.next();
    const delay_ms =
      told_ms ??
      (after === 'at_once' && attempt === 1
        ? 0
        : backoffDelay(after === 'later' ? Math.max(attempt, kLaterAttempt) : attempt, backoff, random));
    this.change({ kind: 'reconnecting', attempt, retry_at_ms: now + delay_ms, reason, code });
    this.timer = clock.setTimeout(
      () => this.dial({ kind: 'reconnecting', attempt, retry_at_ms: null, reason, code }),
      delay_ms,
    );
  }

  /** Lets go of the transport and of all that was to happen. */
  private letGo(code: number, reason: string): void {
    this.options.clock.clearTimeout(this.timer);
    this.options.clock.clearTimeout(this.drain?.timer);
    this.drain = null;
    const transport = this.transport;
    this.transport = null;
    if (transport === null) return;
    transport.close(code === 1000 || code >= 4000 ? code : kDropped, reason);
    this.handlers.lost(code);
  }

  private change(state: ConnectionState): void {
    this.state = state;
    this.handlers.changed(state);
  }
}
