// The words of the native client protocol (protocol/spec/client.md).
import type { AnyEventData, EventDataOf } from './event_data';
import type { ErrorFields } from './errors';

/** The name of a topic's log; offsets of different epochs have nothing to do with each other. */
export type Epoch = string;

export interface Place {
  epoch: Epoch;
  offset: number;
}

/** Where a subscription begins; "snapshot" is for tasks' topics. */
export type From = 'now' | 'start' | 'snapshot' | { last: number } | Place;

export type TaskState = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'EXPIRED';

/** One event of a topic. With `Type` given, `data` is what events of that type have. */
export interface Event<Type extends string = string> {
  topic: string;
  offset: number;
  type: Type;
  /** Microseconds since 1970. */
  time_us: number;
  data: string extends Type ? AnyEventData : EventDataOf<Type>;
  task?: string;
  attempt?: number;
  source?: string;
}

/** These offsets will not come. `missing`: found by this client, the edge did not say so. */
export interface Gap {
  topic: string;
  from: number;
  to: number;
  reason: 'trimmed' | 'slow' | 'epoch_changed' | 'missing';
  epoch?: Epoch;
}

/** What a filter has missed, and nobody knows what: ask `tasks`, `state` or `history`. `reconnected`: this client was
 *  away. */
export interface FilterGap {
  filter: string;
  reason: 'link_lost' | 'slow' | 'reconnected';
}

/** Of the `events` events with these offsets only the `left` pushes that follow come. */
export interface Merged {
  topic: string;
  from: number;
  to: number;
  events: number;
  left: number;
}

export interface SnapshotAgent {
  agent: string;
  agent_id: string | null;
  status: string | null;
  progress: number | null;
  message: string | null;
}

export interface TaskError {
  code?: string;
  message?: string;
  details?: unknown;
}

export interface ShownText {
  stream: string;
  agent: string | null;
  text: string;
  cut: boolean;
  done: boolean;
  offset: number;
}

export interface ShownEvent {
  offset: number;
  time_us: number;
  data: Record<string, unknown>;
}

export interface Output {
  texts: ShownText[];
  logs: ShownEvent[];
  artifacts: ShownEvent[];
  questions: ShownEvent[];
  gone: { texts: number; logs: number; artifacts: number; questions: number };
  incomplete: boolean;
}

/** A task as `state` and `tasks` tell it. What is not known yet is null. */
export interface Snapshot extends Place {
  task: string;
  kind: string;
  input: unknown;
  state: TaskState;
  held: boolean;
  waiting: boolean;
  prompt: unknown;
  cancelling: boolean;
  parent: string | null;
  run: number;
  attempt: number;
  max_attempts: number;
  progress: number | null;
  message: string | null;
  current_agent: string | null;
  agents: SnapshotAgent[];
  worker: string | null;
  user: string | null;
  created_us: number | null;
  queued_us: number | null;
  started_us: number | null;
  ended_us: number | null;
  result: unknown;
  error: TaskError | null;
  topic: string;
  output?: Output;
}

export interface Hello {
  connection: string;
  realm: string;
  user: string;
  edge: string;
  heartbeat_ms: number;
  max_message_bytes: number;
  expires_us: number | null;
}

export interface Subscribed extends Place {
  topic: string;
  head: number;
  tail: number;
  resumed: boolean;
}

export interface StartRequest {
  kind: string;
  input?: unknown;
  task?: string;
  /** Without one the client makes one, so that a start whose answer was lost is not done twice. */
  key?: string;
  parent?: string;
  timeout_s?: number;
  ttl_s?: number;
  delay_s?: number;
  max_attempts?: number;
  priority?: number;
  concurrency?: { key: string; limit: number };
  webhook?: string;
  hold?: boolean;
  on_disconnect?: 'continue' | 'cancel';
  disconnect_grace_s?: number;
}

export interface Started {
  task: string;
  topic: string;
  state: TaskState;
  created: boolean;
}

export interface Published extends Place {
  topic: string;
  duplicate: boolean;
}

export interface TasksQuery {
  state?: TaskState;
  kind?: string;
  parent?: string;
  root?: string;
  limit?: number;
  after?: string;
}

export interface HistoryQuery {
  after?: number;
  limit?: number;
  reverse?: boolean;
}

export interface History {
  epoch: Epoch;
  head: number;
  tail: number;
  events: Event[];
}

export interface Member {
  id: string;
  info: unknown;
  since_us: number;
}

export interface WorkerInfo {
  worker: string;
  kinds: string[];
  running: number;
  waiting: number;
  capacity: number;
  version: string | null;
  draining: boolean;
  heartbeat_us: number;
}

/** How old events of the last five to ten seconds were when they were at a hop of their way. */
export interface HopAges {
  hop: 'broker' | 'log' | 'edge' | 'client';
  events: number;
  p50_us: number;
  p99_us: number;
  max_us: number;
}

/** Counts are since the start. */
export interface BrokerInfo {
  broker: string;
  version: string;
  started_us: number;
  partitions: number;
  takes_work: boolean;
  topics: number;
  workers: number;
  queued: number;
  running: number;
  events: number;
  bytes: number;
  duplicates: number;
  refused: number;
  /** Each edge counted. */
  delivered: number;
  read_errors: number;
  /** Times that events were neither handed on nor told of. Anything but 0 is a bug. */
  differences: number;
  ages: HopAges[];
}

/** A client that has not been given all that there is for it, because it takes too slowly. */
export interface SlowClient {
  connection: string;
  user: string;
  address: string;
  topics: number;
  events: number;
  unsent_bytes: number;
  since_us: number;
}

/** Counts are since the start; `delivered`, `merged` and `gaps` count each client. */
export interface EdgeInfo {
  edge: string;
  version: string;
  /** 0: not yet, and then nothing else is known. */
  reported_us: number;
  started_us: number;
  /** Sent to it, and not confirmed. */
  unconfirmed_bytes: number;
  connections: number;
  topics: number;
  kept_bytes: number;
  members: number;
  accepted: number;
  refused: number;
  too_slow: number;
  events: number;
  delivered: number;
  merged: number;
  gaps: number;
  /** Times that events were neither handed on nor told of. Anything but 0 is a bug. */
  differences: number;
  ages: HopAges[];
  slow: SlowClient[];
}

export interface ClusterInfo {
  time_us: number;
  brokers: BrokerInfo[];
  edges: EdgeInfo[];
}

export interface KindInfo {
  kind: string;
  /** A sentence or two. */
  about?: string;
  /** JSON Schema of the input. Nobody but the worker holds an input against it. */
  input_schema?: Record<string, unknown>;
  /** An input to begin from. */
  example?: unknown;
  /** How many serve it now; none where its tasks only wait. */
  workers: number;
  running: number;
  queued: number;
}

export interface Notice {
  notice: string;
  reconnect_ms?: number;
  expires_us?: number;
}

/** Any object on the wire. */
export type Message = Record<string, unknown>;

export interface Command extends Message {
  id: number;
  cmd: string;
}

/** What a topic's subscribers are sent, in order. */
export type Push = { event: Event } | { gap: Gap } | { merged: Merged } | { snapshot: Snapshot; place: Place };

export type Reply = { id: number; ok?: Message; error?: ErrorFields };
