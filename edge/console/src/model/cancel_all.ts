import type { Client, LongwireError } from '@longwire/client';

/** Cancels that are under way at a time. */
const kAtOnce = 16;

export interface CancelledAll {
  asked: number;
  done: number;
  /** The first refusal's words, and how many there were. */
  refused: number;
  why: string | null;
}

/** Cancels many tasks, some at a time, and tells how far it is. Never rejects. */
export async function cancelAll(
  client: Pick<Client, 'cancel'>,
  tasks: readonly string[],
  tell: (state: CancelledAll) => void,
): Promise<CancelledAll> {
  let state: CancelledAll = { asked: tasks.length, done: 0, refused: 0, why: null };
  let next = 0;
  const change = (more: Partial<CancelledAll>) => {
    state = { ...state, ...more };
    tell(state);
  };
  const work = async () => {
    while (next < tasks.length) {
      try {
        await client.cancel(tasks[next++]!);
      } catch (error) {
        change({ refused: state.refused + 1, why: state.why ?? (error as LongwireError).message });
      }
      change({ done: state.done + 1 });
    }
  };
  tell(state);
  await Promise.all(Array.from({ length: Math.min(kAtOnce, tasks.length) }, work));
  return state;
}
