import type { Event, Snapshot } from '@longwire/client';

/** A snapshot of a running task, with what a test cares about. */
export function snapshotOf(task: string, more: Partial<Snapshot> = {}): Snapshot {
  return {
    ...{ task, kind: 'demo.count', input: null, state: 'RUNNING', topic: `task/${task}`, epoch: 'e', offset: 0 },
    ...{ held: false, waiting: false, prompt: null, cancelling: false, parent: null, run: 1, attempt: 1, max_attempts: 3 },
    ...{ progress: null, message: null, current_agent: null, agents: [], worker: null, user: null },
    ...{ created_us: null, queued_us: null, started_us: null, ended_us: null, result: null, error: null },
    ...more,
  };
}

export function eventOf(offset: number, type: string, data: Record<string, unknown> = {}, more: Partial<Event> = {}): Event {
  return { topic: 'task/a', offset, type, time_us: offset * 1_000, data, ...more };
}

/** Lets promises that are due come true. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
