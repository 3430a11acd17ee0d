import type {
  TrackingClientMessage,
  TrackingServerMessage,
  TrackingSession,
  TrackingSessionLogs,
  TrackingSessionState,
} from '../dialects/tracking';
import { LongwireError } from '../errors';
import { randomId } from '../random_id';
import { ProductConnection, type ProductOptions } from './product_connection';

export interface TrackingOptions extends ProductOptions {
  /** `client_<number>_<letters>`; made up where it is not given. */
  client_id?: string;
  /** How long a question may go without an answer; 10 s. */
  answer_timeout_ms?: number;
}

type Question = 'get_session_state' | 'get_session_logs';

interface Asked {
  answer: string;
  session_id: string;
  resolve: (message: never) => void;
  reject: (error: LongwireError) => void;
  timer: unknown;
}

/** The edge pings whoever is silent for 30 s, and again every 30 s. */
const kSilenceMs = 75_000;

/** A dashboard that follows all agents and sessions (docs/dialects/tracking.md). */
export class TrackingConnection extends ProductConnection<TrackingClientMessage, TrackingServerMessage> {
  private readonly answer_timeout_ms: number;
  private listed: readonly TrackingSession[] = [];
  private asked: Asked[] = [];
  private streamed: string | null = null;

  constructor(urls: string | URL | readonly (string | URL)[], options: TrackingOptions = {}) {
    const { client_id = `client_${Date.now()}_${randomId().slice(0, 9)}` } = options;
    super(urls, { path: `/ws/agent-tracking/${client_id}`, ping: null, silence_ms: kSilenceMs }, options);
    this.answer_timeout_ms = options.answer_timeout_ms ?? 10_000;
    this.start();
  }

  /** As they were listed last. */
  get sessions(): readonly TrackingSession[] {
    return this.listed;
  }

  sessionState(session_id: string): Promise<TrackingSessionState> {
    return this.ask('get_session_state', 'session_state', session_id);
  }

  sessionLogs(session_id: string): Promise<TrackingSessionLogs> {
    return this.ask('get_session_logs', 'session_logs', session_id);
  }

  /** From now on the session's logs come as `session_logs`, also after a reconnect; those of one session at a time. */
  async streamLogs(session_id: string): Promise<void> {
    this.streamed = session_id;
    if (this.state.kind === 'connected') await this.send({ type: 'start_log_streaming', session_id });
  }

  async stopLogs(): Promise<void> {
    this.streamed = null;
    if (this.state.kind === 'connected') await this.send({ type: 'stop_log_streaming' });
  }

  protected override greet(): void {
    if (this.streamed !== null) void this.send({ type: 'start_log_streaming', session_id: this.streamed });
  }

  protected override isNews(message: TrackingServerMessage): boolean {
    if (message.type === 'ping') {
      void this.send({ type: 'pong' });
      return false;
    }
    if (message.type === 'active_sessions') this.listed = message.data.sessions;
    if (message.type === 'error') this.refuse(message.session_id, LongwireError.from(message));
    else if ('session_id' in message) this.answer(message.type, message.session_id, message);
    return true;
  }

  protected override ended(): void {
    super.ended();
    for (const { session_id } of [...this.asked]) this.refuse(session_id, new LongwireError('closed', 'closed'));
  }

  private ask<Answer>(type: Question, answer: string, session_id: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.setTimeout(() => {
        this.asked = this.asked.filter((one) => one !== asked);
        reject(new LongwireError('timeout', `no answer to ${type} in time`));
      }, this.answer_timeout_ms);
      const asked: Asked = { answer, session_id, resolve, reject, timer };
      this.asked.push(asked);
      this.send({ type, session_id }).catch(reject);
    });
  }

  private answer(type: string, session_id: string, message: unknown): void {
    this.settle(
      (one) => one.answer === type && one.session_id === session_id,
      (one) => one.resolve(message as never),
    );
  }

  private refuse(session_id: string | undefined, error: LongwireError): void {
    this.settle(
      (one) => one.session_id === session_id,
      (one) => one.reject(error),
    );
  }

  private settle(is_meant: (one: Asked) => boolean, settle: (one: Asked) => void): void {
    const meant = this.asked.filter(is_meant);
    this.asked = this.asked.filter((one) => !is_meant(one));
    for (const one of meant) {
      this.clock.clearTimeout(one.timer);
      settle(one);
    }
  }
}

export function connectTracking(
  urls: string | URL | readonly (string | URL)[],
  options?: TrackingOptions,
): TrackingConnection {
  return new TrackingConnection(urls, options);
}
