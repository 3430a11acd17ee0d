import type { Client, Event, LongwireError, Snapshot, Stream } from '@longwire/client';
import { Signal, type Schedule } from './signal';
import { say } from './words';

/** An agent at work on a task. */
export interface AgentNow {
  task: string;
  agent: string;
  emoji: string;
  status: string;
  message: string;
  progress: number | null;
  time_us: number;
}

export interface TaskAgents {
  kind: string;
  agents: ReadonlyMap<string, AgentNow>;
}

/** Who works, by task; tasks that have ended are not in it. */
export type AgentBoard = ReadonlyMap<string, TaskAgents>;

export const kEmptyBoard: AgentBoard = new Map();

const kOver = new Set(['task.completed', 'task.failed', 'task.cancelled', 'task.expired']);
const kNobody: TaskAgents = { kind: '', agents: new Map() };

/** The board after one more event of any task. */
export function foldBoard(board: AgentBoard, event: Event): AgentBoard {
  const task = event.task ?? event.topic.slice('task/'.length);
  if (kOver.has(event.type)) return without(board, task);
  const data = (event.data ?? {}) as Record<string, unknown>;
  const before = board.get(task) ?? kNobody;
  switch (event.type) {
    case 'task.queued':
      return new Map(board).set(task, { kind: say(data.kind) || before.kind, agents: new Map() });
    case 'task.started':
      return new Map(board).set(task, { ...before, agents: new Map() });
    case 'agent.status':
    case 'agent.step':
    case 'agent.message':
      return new Map(board).set(task, { ...before, agents: withAgent(before.agents, task, event.time_us, data) });
    default:
      return board;
  }
}

function without(board: AgentBoard, task: string): AgentBoard {
  if (!board.has(task)) return board;
  const next = new Map(board);
  next.delete(task);
  return next;
}

function withAgent(agents: TaskAgents['agents'], task: string, time_us: number, data: Record<string, unknown>): TaskAgents['agents'] {
  const agent = say(data.agent ?? data.agent_id);
  if (agent === '') return agents;
  const before = agents.get(agent);
  // The status of a step is of the step.
  const status = typeof data.status === 'string' && data.status === data.status.toUpperCase() ? data.status : (before?.status ?? '');
  return new Map(agents).set(agent, {
    task,
    agent,
    emoji: say(data.emoji) || (before?.emoji ?? ''),
    status,
    message: say(data.message) || (before?.message ?? ''),
    progress: typeof data.progress === 'number' ? data.progress : (before?.progress ?? null),
    time_us,
  });
}

export function boardOf(snapshots: readonly Snapshot[]): AgentBoard {
  return new Map(
    snapshots.map((one) => {
      const agents = one.agents.map((known): [string, AgentNow] => {
        const { agent, status, message, progress } = known;
        return [agent, { task: one.task, agent, emoji: '', status: status ?? '', message: message ?? '', progress, time_us: one.started_us ?? 0 }];
      });
      return [one.task, { kind: one.kind, agents: new Map(agents) }];
    }),
  );
}

const kPage = 1_000;

/** The board, kept current. */
export class AgentWatch {
  readonly signal: Signal;
  board: AgentBoard = kEmptyBoard;
  error: LongwireError | null = null;
  private readonly client: Pick<Client, 'tasks' | 'subscribe'>;
  private stream: Stream | null = null;
  private round = 0;

  constructor(client: Pick<Client, 'tasks' | 'subscribe'>, schedule?: Schedule) {
    this.client = client;
    this.signal = new Signal(schedule);
  }

  open(): void {
    if (this.stream !== null) return;
    this.stream = this.client.subscribe('task/+', {
      onEvent: (event) => {
        const next = foldBoard(this.board, event);
        if (next === this.board) return;
        this.board = next;
        this.signal.touch();
      },
      onGap: () => void this.list(),
      onMissed: () => void this.list(),
    });
    this.stream.ready.then(
      () => void this.list(),
      () => void this.list(),
    );
  }

  close(): void {
    this.round += 1;
    this.stream?.close();
    this.stream = null;
  }

  private async list(): Promise<void> {
    const round = ++this.round;
    try {
      const { tasks } = await this.client.tasks({ state: 'RUNNING', limit: kPage });
      if (round !== this.round) return;
      this.board = boardOf(tasks);
      this.error = null;
    } catch (error) {
      if (round !== this.round) return;
      this.error = error as LongwireError;
    }
    this.signal.touch();
  }
}
