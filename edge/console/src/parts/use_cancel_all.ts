import { useClient } from '@longwire/client/react';
import { useState } from 'react';
import { cancelAll, type CancelledAll } from '../model/cancel_all';

interface CancelAllButton {
  /** Has been pressed once: many tasks are not brought back, so it takes a second time. */
  is_sure: boolean;
  is_busy: boolean;
  /** How far it is; null before it has begun. */
  state: CancelledAll | null;
  press: () => void;
}

/** A button that cancels many tasks when it is pressed twice. `onDone`: none was refused. */
export function useCancelAll(tasks: readonly string[], onDone: () => void): CancelAllButton {
  const client = useClient();
  const [is_sure, setSure] = useState(false);
  const [state, setState] = useState<CancelledAll | null>(null);
  const press = () => {
    if (!is_sure) return setSure(true);
    void cancelAll(client, tasks, setState).then(({ refused }) => {
      setSure(false);
      if (refused === 0) onDone();
    });
  };
  return { is_sure, is_busy: state !== null && state.done < state.asked, state, press };
}
