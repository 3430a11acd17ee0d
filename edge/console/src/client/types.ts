// The words of the native client protocol, version 1 (`/v1/ws`, subprotocol `longwire.v1.json`).

/** The id of a topic's log; opaque, only ever compared and sent back. */
export type Epoch = string | number;

/** Where a subscription begins: `"now"` (default), `"start"`, the last n events, or after a known offset. */
export type From = 'now' | 'start' | 'snapshot' | { last: number } | { epoch: Epoch; offset: number };

export type TaskStateName = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'EXPIRED';

export type Data = Record<string, unknown>;

/** One event of a topic. `time_us` is microseconds since the Unix epoch. */
export interface Event {
  topic: string;
  offset: number;
  type: string;
  time_us: number;
  data: Data;
  task?: string;
  attempt?: number;
  source?: unknown;
}

/** These offsets will not come. `missing`: found by this client, the server did not say so. */
export interface Gap {
  topic: string;
  from: number;
  to: number;
  reason: 'trimmed' | 'slow' | 'epoch_changed' | 'missing';
}

/** What matched the filter meanwhile has not come; which events is not known. */
export interface FilterGap {
  filter: string;
  reason: 'link_lost' | 'slow';
}

/** Of `events` events with these offsets only the `left` pushes that follow are sent. */
export interface Merged {
  topic: string;
  from: number;
  to: number;
  events: number;
  left: number;
}

export interface TaskError {
  code?: string;
  message?: string;
  details?: unknown;
}

export interface AgentSnapshot {
  agent: string;
  agent_id?: string | null;
  status?: string | null;
  progress?: number | null;
  message?: string | null;
}

/** A task as the `state` and `tasks` commands give it; times not known yet are null. */
export interface Snapshot {
  task: string;
  kind: string;
  state: TaskStateName;
  held?: boolean;
  waiting?: boolean;
  prompt?: string | null;
  parent?: string | null;
  run?: number;
  attempt?: number;
  progress?: number | null;
  message?: string | null;
  current_agent?: string | null;
  agents?: AgentSnapshot[];
  worker?: string | null;
  created_us?: number | null;
  started_us?: number | null;
  ended_us?: number | null;
  result?: unknown;
  error?: TaskError | null;
  input?: unknown;
  topic: string;
  epoch: Epoch;
  offset: number;
}

export interface Hello {
  connection?: string;
  realm?: string;
  user?: string;
  edge?: string;
  heartbeat_ms?: number;
  max_message_bytes?: number;
  expires_us?: number;
}

export interface Subscribed {
  topic: string;
  epoch: Epoch;
  /** The first event pushed will be `offset + 1`. */
  offset: number;
  head: number;
  tail: number;
  resumed: boolean;
}

export interface StartRequest {
  kind: string;
  input?: unknown;
  task?: string;
  key?: string;
  timeout_s?: number;
  ttl_s?: number;
  max_attempts?: number;
  priority?: number;
  delay_s?: number;
  parent?: string;
  webhook?: string;
  hold?: true;
  on_disconnect?: 'continue' | 'cancel';
}

export interface Started {
  task: string;
  topic: string;
  state: TaskStateName;
  created: boolean;
}

export interface WorkerInfo {
  worker: string;
  kinds: string[];
  running: number;
  capacity: number;
  version?: string;
  heartbeat_us?: number;
}

export interface Notice {
  notice: string;
  reconnect_ms?: number;
  expires_us?: number;
}

/** An error reply, or one of this client's own: `timeout` (no answer), `disconnected` (the answer was lost, the
 *  command may or may not have been done), `closed` (the client was closed). */
export class LongwireError extends Error {
  readonly code: string;
  readonly field: string | undefined;
  readonly retry_after_ms: number | undefined;

  constructor(code: string, message: string, field?: string, retry_after_ms?: number) {
    super(message);
    this.name = 'LongwireError';
    this.code = code;
    this.field = field;
    this.retry_after_ms = retry_after_ms;
  }
}
