import { useCallback, useEffect, useRef, useState } from 'react';
import type { LongwireError } from '../errors';
import type { StartRequest } from '../protocol';
import { useClient } from './provider';

export type StartState =
  | { kind: 'idle'; task: null }
  | { kind: 'starting'; task: null }
  | { kind: 'started'; task: string }
  | { kind: 'failed'; task: null; error: LongwireError };

export type UsedStart = StartState & {
  /** Gives the task's id, or null where it failed; `useTask` follows it. */
  start: (input?: unknown, more?: Omit<StartRequest, 'kind' | 'input'>) => Promise<string | null>;
  /** Forgets the task. */
  reset: () => void;
};

/** Starts tasks of a kind, and says how that goes. Of several starts the newest is shown. */
export function useStart(kind: string): UsedStart {
  const client = useClient();
  const [state, setState] = useState<StartState>({ kind: 'idle', task: null });
  const round = useRef(0);
  useEffect(
    () => () => {
      round.current += 1; // what is under way has nobody to be shown to
    },
    [],
  );
  const start = useCallback<UsedStart['start']>(
    async (input, more = {}) => {
      const own = ++round.current;
      const show = (next: StartState) => own === round.current && setState(next);
      show({ kind: 'starting', task: null });
      try {
        const { task } = await client.start({ kind, input, ...more });
        show({ kind: 'started', task });
        return task;
      } catch (error) {
        show({ kind: 'failed', task: null, error: error as LongwireError });
        return null;
      }
    },
    [client, kind],
  );
  const reset = useCallback(() => {
    round.current += 1;
    setState({ kind: 'idle', task: null });
  }, []);
  return { ...state, start, reset };
}
