import { isOver, type TaskView } from '@longwire/client/task';

/** The children that a task had at a time, as far as what they are now tells what they were then; null: now. */
export function partsAt(parts: readonly TaskView[], time_us: number | null): TaskView[] {
  return parts.flatMap((part) => (time_us === null ? part : (partAt(part, time_us) ?? [])));
}

function partAt(part: TaskView, time_us: number): TaskView | null {
  const has_passed = (moment_us: number | null) => moment_us !== null && moment_us <= time_us;
  if (part.created_us !== null && !has_passed(part.created_us)) return null;
  if (isOver(part.state) ? has_passed(part.ended_us) : part.state === 'PENDING') return part;
  const state = has_passed(part.started_us) ? 'RUNNING' : 'PENDING';
  return { ...part, state, progress: null, message: null, error: null, cancelling: false, waiting: false, held: false };
}
