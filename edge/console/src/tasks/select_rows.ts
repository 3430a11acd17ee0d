import type { TaskState } from '@longwire/client';
import type { TaskView } from '@longwire/client/task';
import type { StateFilter } from '../model/task_list';

export interface SelectedRows {
  rows: TaskView[];
  /** Of all tasks, or all children, whatever else is filtered. */
  counts: Map<TaskState, number>;
}

interface Filter {
  state: StateFilter;
  text: string;
  parent: string | null;
}

/** The tasks of a state and a parent in which every one of the words is found. */
export function selectRows(all: readonly TaskView[], { state, text, parent }: Filter): SelectedRows {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const counts = new Map<TaskState, number>();
  const rows: TaskView[] = [];
  for (const row of all) {
    if (parent !== null && row.parent !== parent) continue;
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
