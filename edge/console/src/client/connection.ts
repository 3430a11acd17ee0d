import { backoffDelay, type BackoffOptions } from './backoff';
import type { Hello } from './types';

/** The part of a WebSocket that the client uses; a browser's WebSocket and the `ws` package both have it. */
export interface SocketLike {
  send(data: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
}

export interface Clock {
  now(): number;
  setTimeout(run: () => void, delay_ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export type ConnectionState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  | { kind: 'connected'; info: Hello }
  /** `retry_at_ms` on the client's clock; null while an attempt is under way. */
  | { kind: 'reconnecting'; attempt: number; retry_at_ms: number | null; reason: string }
  /** Given up: trying again by itself would not help. `retry()` starts anew. */
  | { kind: 'failed'; code: number; reason: string }
  /** The token is missing, wrong or expired. `retry()` after there is a new one. */
  | { kind: 'unauthorized'; reason: string };

export interface ConnectionOptions {
  url: string;
  createSocket: (url: string, protocols: string[]) => SocketLike;
  clock: Clock;
  random: () => number;
  backoff: BackoffOptions;
  open_timeout_ms: number;
}

export interface ConnectionHandlers {
  /** The socket is open; say hello, then call `established` or `refused`. */
  opened(): void;
  received(message: Record<string, unknown>): void;
  lost(): void;
  changed(state: ConnectionState): void;
}

const kUnauthorized = 4401;
const kFull = 1013;
const kTooManyMessages = 4429;
/** Closed for what this client is or does: the same client would be closed again. */
const kFinal = new Map([
  [1008, 'closed by policy'],
  [4403, 'not allowed here'],
  [4409, 'replaced by a newer connection'],
]);
/** A connection that held this long counts as good: the next loss starts with short delays again. */
const kStableMs = 5_000;
const kBatchChars = 32_768;

/** Keeps one WebSocket up: opens it, notices its loss, comes back with backoff. Knows close codes and frames, not
 *  what is said in them. */
export class Connection {
  state: ConnectionState = { kind: 'idle' };
  /** Clock time of the last thing heard. */
  heard_ms = 0;

  private readonly options: ConnectionOptions;
  private readonly handlers: ConnectionHandlers;
  private socket: SocketLike | null = null;
  private attempt = 0;
  private established_ms = 0;
  private timer: unknown = null;
  private drain: { timer: unknown; at_ms: number } | null = null;
  private outgoing: string[] = [];

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    this.options = options;
    this.handlers = handlers;
  }

  connect(): void {
    if (this.state.kind !== 'idle') return;
    this.attempt = 0;
    this.open({ kind: 'connecting' });
  }

  /** Tries now instead of later. Does nothing when connected. */
  retry(): void {
    const kind = this.state.kind;
    if (kind === 'failed' || kind === 'unauthorized') {
      this.attempt = 0;
      this.open({ kind: 'connecting' });
    } else if (this.state.kind === 'reconnecting' && this.state.retry_at_ms !== null) {
      this.open({ ...this.state, retry_at_ms: null });
    }
  }

  close(): void {
    this.discard(1000, 'done');
    this.clearTimer();
    this.change({ kind: 'idle' });
  }

  /** Queues one command; what is queued within one turn leaves in one frame. */
  send(message: object): void {
    if (this.outgoing.length === 0) queueMicrotask(() => this.flush());
    this.outgoing.push(JSON.stringify(message));
  }

  established(info: Hello): void {
    this.clearTimer();
    this.established_ms = this.options.clock.now();
    this.change({ kind: 'connected', info });
  }

  unauthorized(reason: string): void {
    this.discard(1000, 'no token');
    this.clearTimer();
    this.change({ kind: 'unauthorized', reason });
  }

  /** Gives this socket up as dead and comes back on a new one. */
  drop(reason: string): void {
    this.discard(4000, reason);
    this.reconnect(reason, null, 0);
  }

  /** The edge is about to go: leave it after this delay, which it has spread over its clients. */
  leaveIn(delay_ms: number): void {
    if (this.drain !== null) return;
    const { clock } = this.options;
    const timer = clock.setTimeout(() => {
      this.drain = null;
      this.discard(1000, 'draining');
      this.attempt = 0;
      this.reconnect('the edge is restarting', 0, 0);
    }, delay_ms);
    this.drain = { timer, at_ms: clock.now() + delay_ms };
  }

  private open(state: ConnectionState): void {
    this.clearTimer();
    this.change(state);
    const socket = this.options.createSocket(this.options.url, ['longwire.v1.json']);
    this.socket = socket;
    this.timer = this.options.clock.setTimeout(() => this.drop('no answer'), this.options.open_timeout_ms);
    socket.onopen = () => {
      this.heard_ms = this.options.clock.now();
      this.handlers.opened();
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => this.closed(event.code, event.reason);
    socket.onerror = () => undefined; // a close always follows
  }

  private receive(data: unknown): void {
    this.heard_ms = this.options.clock.now();
    if (typeof data !== 'string') return;
    const socket = this.socket;
    for (const line of data.split('\n')) {
      if (line.trim() === '') continue;
      let message: unknown;
      try {
        message = JSON.parse(line);
      } catch {
        message = null;
      }
      if (typeof message !== 'object' || message === null) {
        this.drop('unreadable message');
        return;
      }
      this.handlers.received(message as Record<string, unknown>);
      if (this.socket !== socket) return; // a handler has given this socket up
    }
  }

  private closed(code: number, reason: string): void {
    const draining_at_ms = this.drain?.at_ms ?? null;
    this.discard();
    if (code === kUnauthorized) {
      this.clearTimer();
      this.change({ kind: 'unauthorized', reason: reason || 'a token is needed' });
      return;
    }
    const final = kFinal.get(code);
    if (final !== undefined) {
      this.clearTimer();
      this.change({ kind: 'failed', code, reason: reason || final });
      return;
    }
    const delay_ms = draining_at_ms === null ? null : Math.max(0, draining_at_ms - this.options.clock.now());
    const told_to_wait = code === kFull || code === kTooManyMessages;
    this.reconnect(reason || 'connection lost', delay_ms, told_to_wait ? 4 : 0);
  }

  private reconnect(reason: string, fixed_delay_ms: number | null, least_attempt: number): void {
    const { clock, backoff, random } = this.options;
    const now = clock.now();
    if (this.established_ms !== 0 && now - this.established_ms >= kStableMs) this.attempt = 0;
    this.established_ms = 0;
    this.attempt += 1;
    const attempt = this.attempt;
    const delay_ms = fixed_delay_ms ?? backoffDelay(Math.max(attempt, least_attempt), backoff, random);
    this.clearTimer();
    this.change({ kind: 'reconnecting', attempt, retry_at_ms: now + delay_ms, reason });
    this.timer = clock.setTimeout(
      () => this.open({ kind: 'reconnecting', attempt, retry_at_ms: null, reason }),
      delay_ms,
    );
  }

  /** Lets go of the socket. Its handlers go first: a dead network would delay `onclose` for a long time. */
  private discard(code?: number, reason?: string): void {
    if (this.drain !== null) this.options.clock.clearTimeout(this.drain.timer);
    this.drain = null;
    this.outgoing = [];
    const socket = this.socket;
    if (socket === null) return;
    this.socket = null;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (code !== undefined) socket.close(code, reason);
    this.handlers.lost();
  }

  private flush(): void {
    const lines = this.outgoing;
    this.outgoing = [];
    if (this.socket === null) return;
    let frame = '';
    for (const line of lines) {
      if (frame !== '' && frame.length + line.length > kBatchChars) {
        this.socket.send(frame);
        frame = '';
      }
      frame += frame === '' ? line : `\n${line}`;
    }
    if (frame !== '') this.socket.send(frame);
  }

  private change(state: ConnectionState): void {
    this.state = state;
    this.handlers.changed(state);
  }

  private clearTimer(): void {
    if (this.timer !== null) this.options.clock.clearTimeout(this.timer);
    this.timer = null;
  }
}
