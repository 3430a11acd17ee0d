import { kRealClock, type Clock } from '../clock';
import { mannerOf, withKey } from '../commands/manner';
import type { Endpoints } from '../connection/endpoints';
import type { ConnectionState } from '../connection/state';
import { Listeners } from '../listeners';
import type {
  ClusterInfo,
  Event,
  FilterGap,
  Gap,
  History,
  HistoryQuery,
  KindInfo,
  Member,
  Merged,
  Message,
  Notice,
  Place,
  Published,
  Push,
  Snapshot,
  Started,
  StartRequest,
  TasksQuery,
  TaskState,
  WorkerInfo,
} from '../protocol';
import { Attachments } from '../session/attachments';
import { Memberships } from '../session/memberships';
import type { SessionOptions } from '../session/options';
import { Session } from '../session/session';
import { isFilter } from '../topics/filter';
import { Filters } from '../topics/filters';
import type { Subscription } from '../topics/subscription';
import { Topics } from '../topics/topics';
import type { OpenTransport } from '../transport/transport';
import { filterStream } from './filter_stream';
import type { Stream } from './stream';
import { topicStream, type TopicStreamOptions } from './topic_stream';

export interface PublishOptions {
  /** Without one the client makes one; null for none at all, and then a publish is not repeated by itself. */
  key?: string | null;
}

/** A client of Longwire: commands with answers, and streams that survive the loss of a connection. `connect` makes one. */
export class Client {
  private readonly clock: Clock;
  private readonly session: Session;
  private readonly topics: Topics;
  private readonly filters: Filters;
  private readonly memberships: Memberships;
  private readonly attachments: Attachments;
  private readonly subscriptions = new Set<Subscription>();
  private readonly streams = new Set<Stream>();
  private readonly on_state = new Listeners<ConnectionState>();
  private readonly on_notice = new Listeners<Notice>();
  private readonly on_close = new Listeners<void>();
  private is_up = false;

  constructor(endpoints: Endpoints, open: OpenTransport, options: SessionOptions = {}) {
    this.clock = options.clock ?? kRealClock;
    this.session = new Session(endpoints, open, options, {
      up: () => this.up(),
      lost: () => this.lost(),
      pushed: (message) => this.pushed(message),
      changed: (state) => this.on_state.tell(state),
    });
    const { ask } = this.session;
    this.topics = new Topics(ask);
    this.filters = new Filters(ask);
    this.memberships = new Memberships(ask);
    this.attachments = new Attachments(ask);
  }

  /** How the connection is doing. The same object until it changes. */
  get state(): ConnectionState {
    return this.session.state;
  }

  /** Calls back at each change of `state`. This and the others return the function that ends it. */
  onState(listener: (state: ConnectionState) => void): () => void {
    return this.on_state.add(listener);
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    return this.on_notice.add(listener);
  }

  /** For what lives as long as the client. */
  onClose(listener: () => void): () => void {
    return this.on_close.add(listener);
  }

  open(): void {
    this.session.open();
  }

  /** Tries to connect now instead of later, also after `failed`. */
  retry(): void {
    this.session.retry();
  }

  /** Finds out soon whether the connection still lives; for moments in which the network may have changed. */
  check(): void {
    this.session.check();
  }

  /** Ends the connection, all streams, and what waits for an answer. */
  close(): void {
    for (const stream of [...this.streams]) stream.close();
    this.memberships.close();
    this.session.close();
    this.on_close.tell();
  }

  /** Follows a topic, several, or all that match a filter (`room/+`, `task/#`; live only). Across reconnects each event of
   *  a topic comes once and in order; what can't come is told by a gap. */
  subscribe(target: string | readonly string[], options: TopicStreamOptions = {}): Stream {
    const closed = (one: Stream) => void this.streams.delete(one);
    const stream =
      typeof target === 'string' && isFilter(target)
        ? filterStream(target, options, { filters: this.filters, closed })
        : topicStream(typeof target === 'string' ? [target] : target, options, {
            clock: this.clock,
            add: (subscription) => this.add(subscription),
            remove: (subscription) => this.remove(subscription),
            again: (subscription) => this.topics.add(subscription, subscription.from),
            closed,
          });
    this.streams.add(stream);
    return stream;
  }

  /** Says a command of the protocol and gives its `ok`. Waits for a connection if there is none, and is repeated after the
   *  loss of one where that can't do it twice. Rejects with a LongwireError. */
  request<Ok = Message>(cmd: string, fields: Message = {}): Promise<Ok> {
    return new Promise<Ok>((resolve, reject) => {
      this.session.request(cmd, fields, mannerOf(cmd, fields), (error, ok) =>
        error === null ? resolve(ok as Ok) : reject(error),
      );
    });
  }

  async start(request: StartRequest): Promise<Started> {
    const started = await this.request<Started>('start', withKey('start', { ...request }));
    if (request.on_disconnect === 'cancel') this.attachments.add(started.task);
    return started;
  }

  /** Queues a held task, or starts an ended one again. With `run`, the number of the run that there shall be, it is done
   *  once however often it is said. */
  run(task: string, run?: number): Promise<{ task: string; run: number; state: TaskState }> {
    return this.request('run', { task, run });
  }

  cancel(task: string, reason?: string): Promise<{ task: string; state: TaskState; cancelling: boolean }> {
    return this.request('cancel', { task, reason });
  }

  /** Gives a task an input. If the connection is lost before the answer came this rejects with `disconnected`: nothing but
   *  the task itself then tells whether it has got it. */
  input(task: string, data: unknown): Promise<{ task: string; offset: number }> {
    return this.request('input', { task, data });
  }

  /** Is there for a task that was started with `on_disconnect: "cancel"`, now and after each reconnect. */
  async attach(task: string): Promise<{ task: string; state: TaskState }> {
    this.attachments.add(task);
    try {
      return await this.request('attach', { task });
    } catch (error) {
      this.attachments.delete(task);
      throw error;
    }
  }

  task(task: string, options: { output?: boolean } = {}): Promise<Snapshot> {
    return this.request('state', { task, ...options });
  }

  tasks(query: TasksQuery = {}): Promise<{ tasks: Snapshot[]; next?: string }> {
    return this.request('tasks', { ...query });
  }

  publish(topic: string, type: string, data?: unknown, { key }: PublishOptions = {}): Promise<Published> {
    const fields = { topic, type, data };
    return this.request('publish', key === null ? fields : withKey('publish', { ...fields, key }));
  }

  history(topic: string, query: HistoryQuery = {}): Promise<History> {
    return this.request('history', { topic, ...query });
  }

  async presence(topic: string): Promise<Member[]> {
    return (await this.request<{ members: Member[] }>('presence', { topic })).members;
  }

  /** Becomes a member of a topic, and is one again after each reconnect, until the function that this gives is called. */
  join(topic: string, options: { as?: string; info?: unknown } = {}): Promise<() => void> {
    return this.memberships.join({ topic, ...options });
  }

  async workers(): Promise<WorkerInfo[]> {
    return (await this.request<{ workers: WorkerInfo[] }>('workers')).workers;
  }

  /** How brokers and edges are doing. */
  async cluster(): Promise<ClusterInfo> {
    return this.request('cluster');
  }

  /** The kinds that are served now, with what their workers say of them, and those that tasks wait for. */
  async kinds(): Promise<KindInfo[]> {
    return (await this.request<{ kinds: KindInfo[] }>('kinds')).kinds;
  }

  /** The edge's time, in microseconds since 1970. */
  async ping(): Promise<number> {
    return (await this.request<{ time_us: number }>('ping')).time_us;
  }

  private up(): void {
    this.is_up = true;
    this.filters.up();
    // The furthest back first: then those after it begin without another subscribe.
    const offset = ({ place }: Subscription) => place?.offset ?? Infinity;
    for (const one of [...this.subscriptions].sort((a, b) => offset(a) - offset(b) || 0)) this.topics.add(one, one.from);
    this.memberships.up();
    this.attachments.up();
  }

  private lost(): void {
    this.is_up = false;
    this.topics.lost();
    this.filters.lost();
    this.memberships.lost();
    for (const subscription of this.subscriptions) subscription.stop();
  }

  private add(subscription: Subscription): void {
    this.subscriptions.add(subscription);
    if (this.is_up) this.topics.add(subscription, subscription.from);
  }

  private remove(subscription: Subscription): void {
    this.subscriptions.delete(subscription);
    subscription.stop();
    this.topics.remove(subscription);
  }

  private pushed(message: Message): void {
    const { gap, merged, snapshot, topic } = message as {
      gap?: Gap | FilterGap;
      merged?: Merged;
      snapshot?: Snapshot;
      topic?: string;
    };
    if (typeof topic === 'string' && typeof message.offset === 'number' && 'type' in message) {
      const event = message as unknown as Event;
      event.data ??= {};
      this.both(topic, { event }, message.past === true);
    } else if (gap !== undefined && 'filter' in gap) {
      this.filters.missed(gap);
    } else if (gap !== undefined) {
      this.both(gap.topic, { gap }, message.past === true);
    } else if (merged !== undefined) {
      this.topics.push(merged.topic, { merged });
    } else if (snapshot !== undefined && topic !== undefined) {
      this.topics.push(topic, { snapshot, place: message as unknown as Place });
    } else if (typeof message.notice === 'string') {
      this.on_notice.tell(message as unknown as Notice);
    }
  }

  /** To whoever reads the topic, and to filters if it is no past that only a reader has asked for. */
  private both(topic: string, push: Push & ({ event: Event } | { gap: Gap }), is_past: boolean): void {
    if (this.topics.push(topic, push) && !is_past) this.filters.push(topic, push);
  }
}
