import type { Event } from '@longwire/client';
import { emptyTask, foldTask, type TaskView } from '@longwire/client/task';
import { countUpTo } from './tail';

/** They change nothing of a task but what its story tells (story.ts). */
const kTold = new Set(['text.delta', 'text.done', 'log', 'artifact', 'agent.status', 'agent.step', 'agent.message']);

/** As `foldTask`, without what grows with the task. */
export function foldHead(view: TaskView, event: Event): TaskView {
  if (!kTold.has(event.type)) return { ...foldTask(view, event), questions: [] };
  return event.offset <= view.offset ? view : { ...view, offset: event.offset };
}

/** Events between two views that are kept: so many are folded at most to find any other. */
const kApart = 256;

/** A task's view after any of its events, without texts, logs and whatever else its story tells. */
export class Heads {
  private readonly task: string;
  private kept: TaskView[];
  private newest: TaskView;
  private since = 0;

  constructor(task: string) {
    this.task = task;
    this.newest = emptyTask(task);
    this.kept = [this.newest];
  }

  add(event: Event): void {
    this.newest = foldHead(this.newest, event);
    this.since += 1;
    if (this.since < kApart) return;
    this.since = 0;
    this.kept.push(this.newest);
  }

  /** `events` are all that were added and are still kept, in their order. */
  at(offset: number, events: readonly Event[]): TaskView {
    const base = this.kept[countUpTo(this.kept, offset, (view) => view.offset) - 1] ?? emptyTask(this.task);
    const begin = countUpTo(events, base.offset, (event) => event.offset);
    const end = countUpTo(events, offset, (event) => event.offset);
    return events.slice(begin, end).reduce(foldHead, base);
  }

  /** The oldest of the events are no longer kept, and views of before the newest of these are not asked for. */
  forget(gone: readonly Event[]): void {
    const { offset } = gone[gone.length - 1]!;
    const base = this.at(offset, gone);
    this.kept = [base, ...this.kept.slice(countUpTo(this.kept, offset, (view) => view.offset))];
  }
}
