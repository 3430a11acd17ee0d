import type { Event, Output, ShownEvent, ShownText, Snapshot, SnapshotAgent, TaskError, TaskState } from '../protocol';

/** A task as a page shows it: what a snapshot says, kept current by events. Never changed, always replaced. */
export interface TaskView {
  task: string;
  kind: string | null;
  parent: string | null;
  user: string | null;
  input: unknown;
  /** Null until something is known of it. */
  state: TaskState | null;
  held: boolean;
  waiting: boolean;
  prompt: unknown;
  cancelling: boolean;
  run: number;
  attempt: number;
  /** 0 to 1. */
  progress: number | null;
  turn: number | null;
  max_turns: number | null;
  message: string | null;
  worker: string | null;
  agents: readonly SnapshotAgent[];
  texts: readonly ShownText[];
  /** The newest 200. */
  logs: readonly ShownEvent[];
  artifacts: readonly ShownEvent[];
  questions: readonly ShownEvent[];
  created_us: number | null;
  started_us: number | null;
  ended_us: number | null;
  result: unknown;
  error: TaskError | null;
  /** The last event folded in. */
  offset: number;
}

export const kLogsMax = 200;

export function emptyTask(task: string): TaskView {
  return {
    task,
    kind: null,
    parent: null,
    user: null,
    input: null,
    state: null,
    held: false,
    waiting: false,
    prompt: null,
    cancelling: false,
    run: 1,
    attempt: 0,
    progress: null,
    turn: null,
    max_turns: null,
    message: null,
    worker: null,
    agents: [],
    texts: [],
    logs: [],
    artifacts: [],
    questions: [],
    created_us: null,
    started_us: null,
    ended_us: null,
    result: null,
    error: null,
    offset: 0,
  };
}

export function isOver(state: TaskState | null): boolean {
  return state !== null && state !== 'PENDING' && state !== 'RUNNING';
}

const kNothingShown: Pick<Output, 'texts' | 'logs' | 'artifacts' | 'questions'> = {
  texts: [],
  logs: [],
  artifacts: [],
  questions: [],
};

export function ofSnapshot(snapshot: Snapshot): TaskView {
  const { kind, parent, user, input, state, held, waiting, prompt, cancelling, run, attempt, progress, message } = snapshot;
  const { texts, logs, artifacts, questions } = snapshot.output ?? kNothingShown;
  return {
    ...emptyTask(snapshot.task),
    ...{ kind, parent, user, input, state, held, waiting, prompt, cancelling, run, attempt, progress, message },
    ...{ texts, logs, artifacts, questions },
    worker: snapshot.worker,
    agents: snapshot.agents,
    created_us: snapshot.created_us,
    started_us: snapshot.started_us,
    ended_us: snapshot.ended_us,
    result: snapshot.result,
    error: snapshot.error,
    offset: snapshot.offset,
  };
}

/** The view after one more event. Events come by rising offset; one that is in already changes nothing. */
export function foldTask(view: TaskView, event: Event): TaskView {
  if (event.offset <= view.offset) return view;
  return { ...view, ...changes(view, event), offset: event.offset };
}

function changes(view: TaskView, event: Event): Partial<TaskView> {
  const { time_us, type } = event;
  const data = (event.data ?? {}) as Record<string, unknown>;
  const shown = { offset: event.offset, time_us, data };
  const words = text(data.message) ?? text(data.reason) ?? view.message;
  const end = (state: TaskState) => ({ state, cancelling: false, waiting: false, ended_us: time_us, message: words });
  switch (type) {
    case 'task.queued':
      return {
        ...kFresh,
        state: 'PENDING',
        held: data.held === true,
        kind: text(data.kind) ?? view.kind,
        parent: text(data.parent) ?? view.parent,
        input: data.input ?? view.input,
        run: number(data.run) ?? view.run,
        created_us: view.created_us ?? time_us,
      };
    case 'task.started':
      return {
        ...kFresh,
        state: 'RUNNING',
        held: false,
        run: number(data.run) ?? view.run,
        attempt: number(data.attempt) ?? event.attempt ?? view.attempt + 1,
        worker: text(data.worker) ?? event.source ?? null,
        progress: 0,
        started_us: time_us,
      };
    case 'task.progress':
      return {
        progress: number(data.progress) ?? view.progress,
        turn: number(data.turn) ?? view.turn,
        max_turns: number(data.max_turns) ?? view.max_turns,
        message: text(data.message) ?? view.message,
      };
    case 'task.waiting':
      return { waiting: true, prompt: data.prompt ?? null, questions: [...view.questions, shown] };
    case 'task.input':
      return { waiting: false, prompt: null, questions: [] };
    case 'task.cancelling':
      return { cancelling: true };
    case 'task.retrying':
      return { state: 'PENDING', message: words };
    case 'task.completed':
      return { ...end('COMPLETED'), progress: 1, result: data.result ?? null, error: null };
    case 'task.failed':
      return { ...end('FAILED'), error: (data.error as TaskError | undefined) ?? { message: words ?? 'failed' } };
    case 'task.cancelled':
      return end('CANCELLED');
    case 'task.expired':
      return { ...end('EXPIRED'), error: (data.error as TaskError | undefined) ?? null };
    case 'agent.status':
    case 'agent.step':
    case 'agent.message':
      return { agents: foldAgent(view.agents, data) };
    case 'text.delta':
    case 'text.done':
      return { texts: foldText(view.texts, event) };
    case 'log':
      return { logs: [...view.logs, shown].slice(-kLogsMax) };
    case 'artifact':
      return { artifacts: [...view.artifacts.filter((one) => data.id === undefined || one.data.id !== data.id), shown] };
    default:
      return {};
  }
}

/** A new attempt supersedes what the one before has shown. */
const kFresh = {
  ...kNothingShown,
  agents: [],
  waiting: false,
  prompt: null,
  cancelling: false,
  progress: null,
  turn: null,
  max_turns: null,
  message: null,
  started_us: null,
  ended_us: null,
  result: null,
  error: null,
};

function foldAgent(agents: readonly SnapshotAgent[], data: Record<string, unknown>): readonly SnapshotAgent[] {
  const agent = text(data.agent) ?? text(data.agent_id);
  if (agent === null) return agents;
  const before = agents.find((one) => one.agent === agent);
  const now = {
    agent,
    agent_id: text(data.agent_id) ?? before?.agent_id ?? null,
    status: text(data.status) ?? before?.status ?? null,
    progress: number(data.progress) ?? before?.progress ?? null,
    message: text(data.message) ?? before?.message ?? null,
  };
  return before === undefined ? [...agents, now] : agents.map((one) => (one === before ? now : one));
}

function foldText(texts: readonly ShownText[], { type, data, offset }: Event): readonly ShownText[] {
  const { stream, discarded } = data as { stream: string; discarded?: boolean };
  const piece = text((data as { text?: unknown }).text) ?? '';
  const before = texts.find((one) => one.stream === stream);
  if (discarded === true) return texts.filter((one) => one !== before);
  const known = before ?? { stream, agent: text(data.agent), text: '', cut: false, done: false, offset };
  const now =
    type === 'text.done'
      ? { ...known, text: piece || known.text, cut: known.cut && piece === '', done: true, offset }
      : { ...known, text: known.text + piece, offset };
  return before === undefined ? [...texts, now] : texts.map((one) => (one === before ? now : one));
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
