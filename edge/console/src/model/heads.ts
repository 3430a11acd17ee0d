import type { Event } from '@longwire/client';
import { emptyTask, foldTask, type TaskView } from '@longwire/client/task';
import { countUpTo } from './tail';

/** Events between two views that are kept: so many are folded at most to find any other. */
const kApart = 256;

/** A task's view after any of its events. */
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
    this.newest = foldTask(this.newest, event);
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
    return events.slice(begin, end).reduce(foldTask, base);
  }
}
