import type { TaskState } from '@longwire/client';
import type { TaskView } from '@longwire/client/task';
import type { StateFilter } from '../model/task_list';

export interface SelectedRows {
  rows: TaskView[];
  /** Of all tasks, whatever is filtered. */
  counts: Map<TaskState, number>;
}

/** The tasks of a state in which every one of the words is found. */
export function selectRows(all: readonly TaskView[], state: StateFilter, text: string): SelectedRows {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const counts = new Map<TaskState, number>();
  const rows: TaskView[] = [];
  for (const row of all) {
    if (row.state !== null) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
    if (state !== 'ALL' && row.state !== state) continue;
    if (words.length > 0 && !hasAll(row, words)) continue;
    rows.push(row);
  }
  return { rows, counts };
}

function hasAll({ task, kind, message, worker, user }: TaskView, words: readonly string[]): boolean {
  const said = `${task} ${kind} ${message ?? ''} ${worker ?? ''} ${user ?? ''}`.toLowerCase();
  return words.every((word) => said.includes(word));
}
