import type { Event, Snapshot, TaskError, TaskState } from '@longwire/client';

/** What an event of any type brings. */
export type Data = Record<string, unknown>;

export interface AgentView {
  agent: string;
  status: string;
  progress: number | null;
  message: string;
  emoji: string;
  time_us: number;
}

export interface StreamView {
  /** Unique within the task: a stream of a later attempt is another one. */
  id: string;
  stream: string;
  agent: string;
  attempt: number;
  text: string;
  done: boolean;
  offset: number;
}

/** All that a page shows of a task, except its events and log lines, which only grow and live beside it. */
export interface TaskView {
  task: string;
  kind: string | null;
  state: TaskState | null;
  held: boolean;
  /** What the task asks its user, while it waits for input. */
  waiting: string | null;
  cancelling: boolean;
  parent: string | null;
  run: number;
  attempt: number;
  progress: number | null;
  turn: number | null;
  max_turns: number | null;
  message: string;
  worker: string | null;
  created_us: number | null;
  started_us: number | null;
  ended_us: number | null;
  input: unknown;
  result: unknown;
  error: TaskError | null;
  agents: readonly AgentView[];
  streams: readonly StreamView[];
  artifacts: readonly Data[];
  /** The last event folded in. */
  offset: number;
  /** A snapshot was taken at this offset: events up to it add text, but do not turn the task's state back. */
  known: number;
}

export function emptyTask(task: string): TaskView {
  return {
    task,
    kind: null,
    state: null,
    held: false,
    waiting: null,
    cancelling: false,
    parent: null,
    run: 1,
    attempt: 0,
    progress: null,
    turn: null,
    max_turns: null,
    message: '',
    worker: null,
    created_us: null,
    started_us: null,
    ended_us: null,
    input: undefined,
    result: undefined,
    error: null,
    agents: [],
    streams: [],
    artifacts: [],
    offset: 0,
    known: 0,
  };
}

export function isOver(state: TaskState | null): boolean {
  return state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELLED' || state === 'EXPIRED';
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const part = (value: unknown): number | null => {
  const n = number(value);
  return n === null ? null : Math.min(1, Math.max(0, n));
};
const object = (value: unknown): Data | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : null;

/** The worker that an event names. The `source` of a start is whoever gave the task to it, so its data goes first. */
export function workerOf(event: Event): string | null {
  return text(event.data.worker) ?? text(object(event.source)?.worker) ?? text(event.source);
}

function errorOf(data: Data): TaskError {
  const error = object(data.error);
  if (error !== null) return error as TaskError;
  return { message: text(data.error) ?? text(data.message) ?? 'The task failed.' };
}

/** The next state of a task after one more of its events. Pure; events come in offset order. */
export function fold(view: TaskView, event: Event): TaskView {
  const next = { ...view, offset: event.offset };
  switch (event.type) {
    case 'agent.status':
    case 'agent.step':
    case 'agent.message':
      return { ...next, agents: foldAgent(view.agents, event) };
    case 'text.delta':
    case 'text.done':
      return { ...next, streams: foldText(view, event) };
    case 'artifact':
      return { ...next, artifacts: [...view.artifacts, event.data] };
  }
  if (event.type === 'task.started') {
    next.agents = [];
    next.artifacts = [];
  }
  return foldState(next, event);
}

/** The part of `fold` that lists need: state, progress, times, error; no agents and no text. */
export function foldState(view: TaskView, event: Event): TaskView {
  const next = { ...view, offset: event.offset };
  if (event.type === 'task.started') {
    next.run = number(event.data.run) ?? view.run;
    next.attempt = number(event.data.attempt) ?? event.attempt ?? view.attempt + 1;
  }
  return event.offset <= view.known ? next : foldLifecycle(next, event);
}

function foldLifecycle(next: TaskView, event: Event): TaskView {
  const { data } = event;
  const end = (state: TaskState): TaskView => ({
    ...next,
    state,
    cancelling: false,
    waiting: null,
    ended_us: event.time_us,
    message: text(data.message) ?? text(data.reason) ?? next.message,
  });
  switch (event.type) {
    case 'task.queued':
      return {
        ...next,
        state: 'PENDING',
        held: data.held === true,
        kind: text(data.kind) ?? next.kind,
        input: data.input ?? next.input,
        created_us: next.created_us ?? event.time_us,
        started_us: null,
        ended_us: null,
        progress: null,
        error: null,
        result: undefined,
      };
    case 'task.started':
      return {
        ...next,
        state: 'RUNNING',
        held: false,
        worker: workerOf(event) ?? next.worker,
        started_us: event.time_us,
        ended_us: null,
        progress: 0,
        turn: null,
        max_turns: null,
        message: '',
        waiting: null,
        cancelling: false,
        error: null,
        result: undefined,
      };
    case 'task.progress':
      return {
        ...next,
        progress: part(data.progress) ?? next.progress,
        turn: number(data.turn) ?? next.turn,
        max_turns: number(data.max_turns) ?? next.max_turns,
        message: text(data.message) ?? next.message,
      };
    case 'task.waiting':
      return { ...next, waiting: text(data.prompt) ?? 'The task waits for input.' };
    case 'task.input':
      return { ...next, waiting: null };
    case 'task.cancelling':
      return { ...next, cancelling: true };
    case 'task.retrying':
      return { ...next, state: 'PENDING', message: text(data.message) ?? text(data.reason) ?? 'Trying again' };
    case 'task.completed':
      return { ...end('COMPLETED'), progress: 1, result: data.result, error: null };
    case 'task.failed':
      return { ...end('FAILED'), error: errorOf(data) };
    case 'task.cancelled':
      return end('CANCELLED');
    case 'task.expired':
      return { ...end('EXPIRED'), error: object(data.error) as TaskError | null };
    default:
      return next;
  }
}

function foldAgent(agents: readonly AgentView[], event: Event): readonly AgentView[] {
  const { data } = event;
  const agent = text(data.agent) ?? text(data.agent_id);
  if (agent === null) return agents;
  const at = agents.findIndex((known) => known.agent === agent);
  const before = agents[at];
  const now: AgentView = {
    agent,
    status: text(data.status) ?? before?.status ?? '',
    progress: part(data.progress) ?? before?.progress ?? null,
    message: text(data.message) ?? before?.message ?? '',
    emoji: text(data.emoji) ?? before?.emoji ?? '',
    time_us: event.time_us,
  };
  return before === undefined ? [...agents, now] : agents.map((known, i) => (i === at ? now : known));
}

function foldText(view: TaskView, event: Event): readonly StreamView[] {
  const { data } = event;
  const stream = text(data.stream) ?? String(data.stream ?? 'text');
  const attempt = event.attempt ?? view.attempt;
  const id = `${view.run}.${attempt}.${stream}`;
  const at = view.streams.findIndex((known) => known.id === id);
  const before: StreamView = view.streams[at] ?? {
    id,
    stream,
    agent: text(data.agent) ?? '',
    attempt,
    text: '',
    done: false,
    offset: event.offset,
  };
  if (data.discarded === true) return view.streams.filter((_, i) => i !== at);
  const now: StreamView =
    event.type === 'text.done'
      ? { ...before, text: text(data.text) ?? before.text, done: true }
      : { ...before, text: before.text + (text(data.text) ?? '') };
  return at < 0 ? [...view.streams, now] : view.streams.map((known, i) => (i === at ? now : known));
}

function agentsOf(snapshot: Snapshot): AgentView[] {
  return (snapshot.agents).map((known) => ({
    agent: known.agent,
    status: known.status ?? '',
    progress: part(known.progress),
    message: known.message ?? '',
    emoji: '',
    time_us: snapshot.created_us ?? 0,
  }));
}

/** Takes what a snapshot says. Where it is newer than the events folded so far it has the say about the task's state;
 *  where it is older it only adds what events do not tell. */
export function applySnapshot(view: TaskView, snapshot: Snapshot): TaskView {
  const next: TaskView = {
    ...view,
    kind: snapshot.kind,
    parent: snapshot.parent,
    input: snapshot.input ?? view.input,
    created_us: snapshot.created_us ?? view.created_us,
    worker: view.worker ?? snapshot.worker,
    // Of a task whose first events are no longer kept, the snapshot alone knows the agents.
    agents: view.agents.length > 0 ? view.agents : agentsOf(snapshot),
  };
  if (snapshot.offset < view.offset) return next;
  const over = isOver(snapshot.state);
  return {
    ...next,
    state: snapshot.state,
    held: snapshot.held,
    waiting: over || !snapshot.waiting ? null : (text(snapshot.prompt) ?? view.waiting ?? 'The task waits for input.'),
    cancelling: snapshot.cancelling && !over,
    run: snapshot.run,
    attempt: snapshot.attempt,
    progress: snapshot.progress ?? view.progress,
    message: snapshot.message ?? view.message,
    worker: snapshot.worker ?? view.worker,
    started_us: snapshot.started_us,
    ended_us: snapshot.ended_us,
    result: snapshot.result ?? undefined,
    error: snapshot.error,
    known: snapshot.offset,
  };
}
