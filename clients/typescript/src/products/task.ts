import { edgeUrl } from '../connection/endpoints';
import type { TasksClientMessage, TasksServerMessage, TasksStanding, TasksState } from '../dialects/tasks';
import { postTo, ProductConnection, type ProductOptions } from './product_connection';

type Out = Extract<TasksServerMessage, { type: string }>;

export interface TaskOptions extends ProductOptions {
  /** Only what is new, rather than all of the task's history. */
  live_only?: boolean;
  /** The last event that is known already. */
  after?: number;
}

/** One browser follows one task (docs/dialects/tasks.md). */
export class TaskConnection extends ProductConnection<never, Out> {
  readonly task_id: string;
  /** The final state; null where the connection is closed before. */
  readonly done: Promise<TasksState['data'] | null>;
  private last: number | undefined;
  private standing: TasksState['data'] | null = null;
  private settle!: (state: TasksState['data'] | null) => void;

  constructor(urls: string | URL | readonly (string | URL)[], task_id: string, options: TaskOptions = {}) {
    const query = () => ({
      after: this.last === undefined ? undefined : String(this.last),
      history: this.last === undefined && options.live_only ? '0' : undefined,
    });
    super(urls, { path: `/ws/tasks/${encodeURIComponent(task_id)}`, query, ping: null, silence_ms: null }, options);
    this.task_id = task_id;
    this.last = options.after;
    this.done = new Promise((resolve) => (this.settle = resolve));
    this.start();
  }

  /** The task's state as it was told last. */
  get task(): TasksState['data'] | null {
    return this.standing;
  }

  cancel(reason?: string): Promise<TasksStanding> {
    const body = reason === undefined ? {} : { reason };
    return this.post(`/api/tasks/${encodeURIComponent(this.task_id)}/cancel`, body) as unknown as Promise<TasksStanding>;
  }

  protected override isNews(message: Out): boolean {
    if (message.type === 'state') this.standing = message.data;
    if (message.type !== 'event') return true;
    const { event_id } = message.data;
    // A first id again is that of another log: what was before no longer counts.
    if (this.last !== undefined && event_id <= this.last && event_id !== 1) return false;
    this.last = event_id;
    return true;
  }

  protected override ended(): void {
    super.ended();
    const { standing } = this;
    const is_final = standing !== null && standing.status !== 'PENDING' && standing.status !== 'RUNNING';
    this.settle(is_final ? standing : null);
  }
}

export function connectTask(
  urls: string | URL | readonly (string | URL)[],
  task_id: string,
  options?: TaskOptions,
): TaskConnection {
  return new TaskConnection(urls, task_id, options);
}

/** Makes a task that runs when someone connects to it. */
export async function createTask(
  url: string | URL,
  task: Extract<TasksClientMessage, { requirement: string }>,
): Promise<TasksStanding> {
  return (await postTo(edgeUrl(url), '/api/tasks', { ...task })) as unknown as TasksStanding;
}
