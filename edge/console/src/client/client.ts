import type { BackoffOptions } from './backoff';
import { Connection, type Clock, type ConnectionState, type SocketLike } from './connection';
import { matches } from './filter';
import { Subscription, type Outcome, type TopicListener } from './subscription';
import {
  LongwireError,
  type Event,
  type FilterGap,
  type From,
  type Gap,
  type Hello,
  type Merged,
  type Notice,
  type Snapshot,
  type StartRequest,
  type Started,
  type Subscribed,
  type TaskStateName,
  type WorkerInfo,
} from './types';

export type { Clock, ConnectionState, SocketLike } from './connection';

export interface ClientOptions {
  /** `ws://host:port/v1/ws` or `wss://…`. */
  url: string;
  /** Asked before each hello and when the token is about to expire. */
  getToken?: () => string | undefined;
  name?: string;
  version?: string;
  createSocket?: (url: string, protocols: string[]) => SocketLike;
  clock?: Clock;
  /** Gives [0, 1); spreads the reconnects. */
  random?: () => number;
  backoff?: BackoffOptions;
  /** A command without an answer for this long fails with `timeout`. */
  command_timeout_ms?: number;
  open_timeout_ms?: number;
}

/** All topics that match a filter, live only: nothing is resumed, `onSubscribed` tells when to look again. */
export interface FilterListener {
  /** An event may come again where a topic of this client overlaps: compare offsets. */
  onEvent(event: Event): void;
  onGap?(gap: Gap): void;
  /** Events are missing and nobody knows which: look again. */
  onMissed?(gap: FilterGap): void;
  onSubscribed?(): void;
  onError?(error: LongwireError): void;
}

type Fields = Record<string, unknown>;
type Message = Record<string, unknown>;

interface Pending {
  id: number;
  cmd: string;
  fields: Fields;
  /** Asking twice does no harm, so a lost connection only delays it. */
  repeatable: boolean;
  sent: boolean;
  timer: unknown;
  done: Done;
}

/** Called once, within the turn in which the answer arrived: what follows it in the same frame must find its effect. */
type Done = (error: LongwireError | null, ok: Message) => void;

interface Manner {
  repeatable: boolean;
  /** Without a connection: wait for one. */
  waits: boolean;
  timeout_ms: number;
}

const kReads = new Set(['state', 'tasks', 'history', 'presence', 'workers', 'ping']);
const kHeartbeatMs = 25_000;
const kLivenessMs = 3_000;
const kRetrySubscribeMs = 1_000;
/** Commands waiting for an answer or for a connection. */
const kPendingMax = 10_000;

const kRealClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, delay_ms) => setTimeout(run, delay_ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** A client of `/v1/ws`: commands with answers, and subscriptions that survive the loss of a connection. */
export class Client {
  private readonly options: ClientOptions;
  private readonly clock: Clock;
  private readonly link: Connection;
  private readonly command_timeout_ms: number;
  private readonly pending = new Map<number, Pending>();
  private readonly topics = new Map<string, Subscription>();
  private readonly filters = new Map<string, FilterListener>();
  private readonly on_connection = new Set<(state: ConnectionState) => void>();
  private readonly on_notice = new Set<(notice: Notice) => void>();
  private last_id = 0;
  private heartbeat: unknown = null;

  constructor(options: ClientOptions) {
    this.options = options;
    this.clock = options.clock ?? kRealClock;
    this.command_timeout_ms = options.command_timeout_ms ?? 10_000;
    this.link = new Connection(
      {
        url: options.url,
        clock: this.clock,
        createSocket:
          options.createSocket ?? ((url, protocols) => new WebSocket(url, protocols) as unknown as SocketLike),
        random: options.random ?? Math.random,
        backoff: options.backoff ?? { base_ms: 500, cap_ms: 15_000 },
        open_timeout_ms: options.open_timeout_ms ?? 10_000,
      },
      {
        opened: () => this.hello(),
        received: (message) => this.receive(message),
        lost: () => this.lost(),
        changed: (state) => this.on_connection.forEach((listener) => listener(state)),
      },
    );
  }

  get connection(): ConnectionState {
    return this.link.state;
  }

  /** Calls back at each change of `connection`; returns the function that ends it. */
  onConnection(listener: (state: ConnectionState) => void): () => void {
    this.on_connection.add(listener);
    return () => this.on_connection.delete(listener);
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.on_notice.add(listener);
    return () => this.on_notice.delete(listener);
  }

  connect(): void {
    this.link.connect();
  }

  /** Tries to connect now instead of later, also after `failed` and `unauthorized`. */
  retry(): void {
    this.link.retry();
  }

  /** Ends the connection and what waits for an answer. Subscriptions stay, for a later `connect`. */
  close(): void {
    this.link.close();
    for (const pending of [...this.pending.values()]) {
      this.settle(pending);
      pending.done(new LongwireError('closed', 'The client was closed.'), {});
    }
  }

  /** For moments when the network may have changed: finds out soon whether the connection still lives. */
  checkLiveness(): void {
    if (this.link.state.kind === 'connected') this.probe(kLivenessMs);
    else if (this.link.state.kind === 'reconnecting') this.link.retry();
  }

  /** Sends a command and gives its `ok`. Waits for a connection first if there is none, within the same timeout. */
  request<Ok>(cmd: string, fields: Fields = {}): Promise<Ok> {
    const repeatable = kReads.has(cmd) || ((cmd === 'start' || cmd === 'publish') && fields.key !== undefined);
    return new Promise<Ok>((resolve, reject) => {
      this.command(
        cmd,
        fields,
        (error, ok) => (error === null ? resolve(ok as Ok) : reject(error)),
        { repeatable, waits: true, timeout_ms: this.command_timeout_ms },
      );
    });
  }

  start(request: StartRequest): Promise<Started> {
    return this.request('start', { ...request });
  }

  cancel(task: string, reason?: string): Promise<{ task: string; state: TaskStateName; cancelling: boolean }> {
    return this.request('cancel', reason === undefined ? { task } : { task, reason });
  }

  input(task: string, data: unknown): Promise<{ task: string; offset: number }> {
    return this.request('input', { task, data });
  }

  state(task: string): Promise<Snapshot> {
    return this.request('state', { task });
  }

  tasks(query: { state?: TaskStateName; kind?: string; limit?: number; after?: unknown } = {}): Promise<{
    tasks: Snapshot[];
    next?: unknown;
  }> {
    return this.request('tasks', { ...query });
  }

  workers(): Promise<{ workers: WorkerInfo[] }> {
    return this.request('workers');
  }

  /** Follows a topic until the returned function is called: across reconnects each event once, in order. One
   *  subscription per topic. */
  subscribe(topic: string, from: From, listener: TopicListener): () => void {
    if (this.topics.has(topic)) throw new LongwireError('conflict', `Already subscribed to ${topic}.`);
    const subscription = new Subscription(topic, from, listener);
    this.topics.set(topic, subscription);
    if (this.link.state.kind === 'connected') this.subscribeTopic(subscription);
    return () => {
      if (this.topics.get(topic) !== subscription) return;
      this.topics.delete(topic);
      this.tell('unsubscribe', { topic });
    };
  }

  /** Follows all topics that match, from now on. One subscription per filter. */
  subscribeFilter(filter: string, listener: FilterListener): () => void {
    if (this.filters.has(filter)) throw new LongwireError('conflict', `Already subscribed to ${filter}.`);
    this.filters.set(filter, listener);
    if (this.link.state.kind === 'connected') this.subscribeToFilter(filter, listener);
    return () => {
      if (this.filters.get(filter) !== listener) return;
      this.filters.delete(filter);
      this.tell('unsubscribe', { filter });
    };
  }

  private hello(): void {
    const token = this.options.getToken?.();
    const fields: Fields = {
      client: { name: this.options.name ?? 'longwire-typescript', version: this.options.version ?? '0.1.0' },
    };
    if (token !== undefined && token !== '') fields.token = token;
    this.command('hello', fields, (error, ok) => {
      if (error === null) this.greeted(ok as Hello);
      else if (error.code === 'unauthorized' || error.code === 'expired') this.link.unauthorized(error.message);
      else if (error.code !== 'disconnected' && error.code !== 'closed') this.link.drop(error.message);
    });
  }

  private greeted(info: Hello): void {
    if (this.link.state.kind === 'connected') return;
    this.link.established(info);
    for (const pending of this.pending.values()) if (!pending.sent) this.transmit(pending);
    for (const [filter, listener] of this.filters) this.subscribeToFilter(filter, listener);
    for (const subscription of this.topics.values()) this.subscribeTopic(subscription);
    this.watch(info.heartbeat_ms ?? kHeartbeatMs);
  }

  private lost(): void {
    this.clock.clearTimeout(this.heartbeat);
    this.heartbeat = null;
    for (const pending of [...this.pending.values()]) {
      if (!pending.sent) continue;
      if (pending.repeatable) {
        pending.sent = false;
      } else {
        this.settle(pending);
        pending.done(new LongwireError('disconnected', 'The connection was lost before the answer came.'), {});
      }
    }
  }

  /** A browser hides the server's pings, so silence longer than a heartbeat is ended by a ping of our own. */
  private watch(heartbeat_ms: number): void {
    this.heartbeat = this.clock.setTimeout(() => {
      if (this.clock.now() - this.link.heard_ms >= heartbeat_ms) this.probe(this.command_timeout_ms);
      this.watch(heartbeat_ms);
    }, heartbeat_ms);
  }

  private probe(timeout_ms: number): void {
    const answered: Done = (error) => {
      if (error?.code === 'timeout' && this.link.state.kind === 'connected') this.link.drop('no sign of life');
    };
    this.command('ping', {}, answered, { repeatable: false, waits: false, timeout_ms });
  }

  private subscribeTopic(subscription: Subscription, restart = false): void {
    const { topic } = subscription;
    const from = subscription.ask(restart);
    const wanted = () => this.topics.get(topic) === subscription;
    this.command('subscribe', { topic, from }, (error, ok) => {
      if (!wanted()) return;
      if (error === null) {
        this.act(subscription, subscription.replied(ok as unknown as Subscribed));
      } else if (!this.subscribesAgain(error, wanted, () => this.subscribeTopic(subscription, restart))) {
        this.topics.delete(topic);
        subscription.listener.onError?.(error);
      }
    });
  }

  private subscribeToFilter(filter: string, listener: FilterListener): void {
    const wanted = () => this.filters.get(filter) === listener;
    this.command('subscribe', { filter }, (error) => {
      if (!wanted()) return;
      if (error === null) {
        listener.onSubscribed?.();
      } else if (!this.subscribesAgain(error, wanted, () => this.subscribeToFilter(filter, listener))) {
        this.filters.delete(filter);
        listener.onError?.(error);
      }
    });
  }

  /** Whether a subscribe that failed so will be tried again: by the next connection, or after a while. */
  private subscribesAgain(error: LongwireError, wanted: () => boolean, again: () => void): boolean {
    if (error.code === 'disconnected' || error.code === 'closed') return true;
    if (error.code === 'timeout') {
      this.link.drop('no answer');
      return true;
    }
    if (error.code !== 'unavailable' && error.code !== 'rate_limited') return false;
    this.clock.setTimeout(() => {
      if (wanted() && this.link.state.kind === 'connected') again();
    }, error.retry_after_ms ?? kRetrySubscribeMs);
    return true;
  }

  /** A subscription that can't go on as it is leaves the topic and enters it again. */
  private act(subscription: Subscription, outcome: Outcome): void {
    if (outcome === 'ok') return;
    this.tell('unsubscribe', { topic: subscription.topic });
    this.subscribeTopic(subscription, outcome === 'restart');
  }

  private receive(message: Message): void {
    if (typeof message.id === 'number') {
      this.answer(message.id, message);
    } else if (typeof message.topic === 'string' && typeof message.offset === 'number' && 'type' in message) {
      const event = message as unknown as Event;
      event.data ??= {};
      this.push(event.topic, { event });
      for (const [filter, listener] of this.filters) if (matches(filter, event.topic)) listener.onEvent(event);
    } else if (isFilterGap(message.gap)) {
      this.filters.get(message.gap.filter)?.onMissed?.(message.gap);
    } else if (message.gap !== undefined) {
      const gap = message.gap as Gap;
      this.push(gap.topic, { gap });
      for (const [filter, listener] of this.filters) if (matches(filter, gap.topic)) listener.onGap?.(gap);
    } else if (message.merged !== undefined) {
      const merged = message.merged as Merged;
      this.push(merged.topic, { merged });
    } else if (message.snapshot !== undefined) {
      this.topics.get(message.topic as string)?.listener.onSnapshot?.(message.snapshot as Snapshot);
    } else if (typeof message.notice === 'string') {
      this.notice(message as unknown as Notice);
    }
  }

  private push(topic: string, push: { event: Event } | { gap: Gap } | { merged: Merged }): void {
    const subscription = this.topics.get(topic);
    if (subscription !== undefined) this.act(subscription, subscription.push(push));
  }

  private notice(notice: Notice): void {
    if (notice.notice === 'draining') this.link.leaveIn(notice.reconnect_ms ?? 0);
    if (notice.notice === 'token_expiring') {
      const token = this.options.getToken?.();
      if (token !== undefined && token !== '') this.tell('refresh', { token });
    }
    this.on_notice.forEach((listener) => listener(notice));
  }

  private answer(id: number, message: Message): void {
    const pending = this.pending.get(id);
    if (pending === undefined) return; // answered after its timeout
    this.settle(pending);
    if (message.error !== undefined) {
      const error = message.error as { code?: string; message?: string; field?: string; retry_after_ms?: number };
      const code = error.code ?? 'internal';
      pending.done(new LongwireError(code, error.message ?? code, error.field, error.retry_after_ms), {});
    } else {
      pending.done(null, (message.ok ?? {}) as Message);
    }
  }

  private command(
    cmd: string,
    fields: Fields,
    done: Done,
    how: Manner = { repeatable: false, waits: false, timeout_ms: this.command_timeout_ms },
  ): void {
    if (this.pending.size >= kPendingMax) {
      done(new LongwireError('too_many', 'Too many commands wait for an answer.'), {});
      return;
    }
    const id = ++this.last_id;
    const timer = this.clock.setTimeout(() => {
      this.pending.delete(id);
      done(new LongwireError('timeout', `No answer to ${cmd} within ${how.timeout_ms / 1000} s.`), {});
    }, how.timeout_ms);
    const pending: Pending = { id, cmd, fields, repeatable: how.repeatable, sent: false, timer, done };
    this.pending.set(id, pending);
    if (!how.waits || this.link.state.kind === 'connected') this.transmit(pending);
  }

  /** A command whose answer changes nothing here. */
  private tell(cmd: string, fields: Fields): void {
    if (this.link.state.kind === 'connected') this.command(cmd, fields, () => undefined);
  }

  private transmit(pending: Pending): void {
    pending.sent = true;
    this.link.send({ id: pending.id, cmd: pending.cmd, ...pending.fields });
  }

  private settle(pending: Pending): void {
    this.clock.clearTimeout(pending.timer);
    this.pending.delete(pending.id);
  }
}

function isFilterGap(gap: unknown): gap is FilterGap {
  return typeof gap === 'object' && gap !== null && 'filter' in gap;
}
