import { useMemo } from 'react';
import type { LongwireError } from '../errors';
import { emptyTask, foldTask, ofSnapshot, type TaskView } from '../task/task_view';
import { inFrames } from '../ui/in_frames';
import { useStore } from './provider';
import type { StoreOf } from './shared_stores';

export interface UsedTask extends TaskView {
  /** Why it can't be shown. */
  problem: LongwireError | null;
}

/** A task as it stands, and as it goes on, at most once per frame; null follows none. */
export function useTask(task: string | null): UsedTask {
  // The same object as long as there is nothing to be shown, which React takes for unchanged.
  const store = useMemo(() => taskStore(task ?? ''), [task]);
  return useStore(store, task !== null);
}

function taskStore(task: string): StoreOf<UsedTask> {
  return {
    key: JSON.stringify(['task', task]),
    initial: { ...emptyTask(task), problem: null },
    open: (client, set) => {
      const batch = inFrames((events) => {
        set((view) => events.reduce<TaskView>(foldTask, view) as UsedTask);
      });
      // After a gap or in a new log what was folded may not be so: what is so, the edge knows.
      const again = () => {
        batch.flush();
        client.task(task, { output: true }).then(
          (snapshot) => set((view) => (snapshot.offset < view.offset ? view : { ...ofSnapshot(snapshot), problem: null })),
          (problem: LongwireError) => set((view) => ({ ...view, problem })),
        );
      };
      const stream = client.subscribe(`task/${task}`, {
        from: 'snapshot',
        onSnapshot: (snapshot) => set(() => ({ ...ofSnapshot(snapshot), problem: null })),
        onEvent: batch,
        onGap: ({ reason }) => reason !== 'epoch_changed' && again(),
        onReset: () => {
          set(() => ({ ...emptyTask(task), problem: null }));
          again();
        },
        onError: (problem) => set((view) => ({ ...view, problem })),
      });
      return () => {
        stream.close();
        batch.stop();
      };
    },
  };
}
