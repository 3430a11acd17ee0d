import type { Client, Event, LongwireError, Snapshot, Stream, TasksQuery, TaskState } from '@longwire/client';
import { foldTask, isOver, ofSnapshot, type TaskView } from '@longwire/client/task';
import { Signal, type Schedule } from './signal';

export const kStates: readonly TaskState[] = ['RUNNING', 'PENDING', 'COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED'];
export type StateFilter = TaskState | 'ALL';

/** Of which tasks the server is asked for pages. */
export interface Listed {
  state: StateFilter;
  /** Only the children of this task. */
  parent: string | null;
}

const kAll: Listed = { state: 'ALL', parent: null };
const keyOf = ({ state, parent }: Listed): string => `${state} ${parent ?? ''}`;

export const kPage = 200;
/** Rows kept; beyond it the oldest ended tasks go (they can be listed again). */
const kRowsMax = 20_000;
/** Tasks met in events and not yet asked for, and how many are asked for at a time. */
const kUnknownMax = 5_000;
const kAskedMax = 32;

interface Paging {
  next: string | undefined;
  loading: boolean;
}

type TaskClient = Pick<Client, 'tasks' | 'task' | 'subscribe'>;

/** The live list of tasks: pages from `tasks`, kept current by the lifecycle events of `task/+`. */
export class TaskList {
  readonly signal: Signal;
  error: LongwireError | null = null;
  /** The first page has been seen. */
  ready = false;

  private readonly client: TaskClient;
  private readonly rows = new Map<string, TaskView>();
  private sorted: TaskView[] | null = null;
  /** By the key of what is listed. */
  private readonly paging = new Map<string, Paging>();
  private wanted = kAll;
  private round = 0;
  private listing = false;
  private stream: Stream | null = null;
  /** Events of tasks that no page has shown yet, held until the task's snapshot comes. */
  private readonly unknown = new Map<string, Event[]>();
  private readonly asked = new Set<string>();

  constructor(client: TaskClient, schedule?: Schedule) {
    this.client = client;
    this.signal = new Signal(schedule);
  }

  /** Goes live; the rows of an earlier time stay in sight until the new ones come. */
  open(): void {
    if (this.stream !== null) return;
    this.stream = this.client.subscribe('task/+', {
      onEvent: (event) => this.take(event),
      onGap: (gap) => this.learn(gap.topic.slice('task/'.length)),
      onMissed: () => void this.refresh(),
    });
    // Whatever happened before the filter was in force is in the list. Without live events there is still the list.
    const round = this.round;
    this.stream.ready.then(
      () => round === this.round && void this.refresh(),
      (error: LongwireError) => round === this.round && void this.refresh().then(() => this.fail(error)),
    );
  }

  close(): void {
    this.stream?.close();
    this.stream = null;
    this.round += 1;
    this.listing = false;
    this.unknown.clear();
    this.asked.clear();
  }

  /** All rows, newest first. The array is not to be changed. */
  all(): readonly TaskView[] {
    this.sorted ??= [...this.rows.values()].sort(newestFirst);
    return this.sorted;
  }

  hasMore(listed = kAll): boolean {
    return this.paging.get(keyOf(listed))?.next !== undefined;
  }

  isLoading(listed = kAll): boolean {
    return this.paging.get(keyOf(listed))?.loading ?? this.listing;
  }

  /** Sees to it that the first page of these is here, also when they are older than the pages so far. */
  want(listed: Listed): void {
    this.wanted = listed;
    if (!this.listing && this.ready && !this.paging.has(keyOf(listed))) void this.more(listed);
  }

  async more(listed = kAll): Promise<void> {
    const key = keyOf(listed);
    const paging = this.paging.get(key) ?? { next: undefined, loading: false };
    if (paging.loading) return;
    this.paging.set(key, { ...paging, loading: true });
    this.signal.touch();
    const round = this.round;
    try {
      const page = await this.client.tasks(query(listed, paging.next));
      if (round !== this.round) return;
      page.tasks.forEach((snapshot) => this.put(snapshot));
      this.paging.set(key, { next: page.next, loading: false });
    } catch (error) {
      if (round !== this.round) return;
      this.paging.set(key, { ...paging, loading: false });
      this.fail(error as LongwireError);
    }
    this.signal.touch();
  }

  /** Lists again as many as are here now, and drops what is no longer there. */
  async refresh(): Promise<void> {
    const round = ++this.round;
    const had = this.rows.size;
    this.listing = true;
    this.paging.clear();
    const seen = new Set<string>();
    try {
      let next: string | undefined;
      do {
        const page = await this.client.tasks(query(kAll, next));
        if (round !== this.round) return;
        for (const snapshot of page.tasks) {
          seen.add(snapshot.task);
          this.put(snapshot);
        }
        next = page.next;
      } while (next !== undefined && seen.size < had);
      for (const task of this.rows.keys()) if (!seen.has(task)) this.rows.delete(task);
      this.paging.set(keyOf(kAll), { next, loading: false });
      this.error = null;
      this.ready = true;
    } catch (error) {
      if (round !== this.round) return;
      this.fail(error as LongwireError);
    }
    this.listing = false;
    this.sorted = null;
    for (const task of [...this.unknown.keys()]) if (this.rows.has(task)) this.replay(task);
    this.askUnknown();
    this.want(this.wanted);
    this.signal.touch();
  }

  private take(event: Event): void {
    if (!event.type.startsWith('task.')) return;
    const task = event.topic.slice('task/'.length);
    const row = this.rows.get(task);
    if (row === undefined) {
      const events = this.learn(task);
      events?.push(event);
      return;
    }
    if (event.offset <= row.offset) return;
    this.set(foldTask(row, event));
    this.signal.touch();
  }

  /** Asks for a task's snapshot, once, and holds its events meanwhile. */
  private learn(task: string): Event[] | undefined {
    let events = this.unknown.get(task);
    if (events === undefined) {
      if (this.unknown.size >= kUnknownMax) return undefined;
      events = [];
      this.unknown.set(task, events);
      this.askUnknown();
    }
    return events;
  }

  private askUnknown(): void {
    if (this.listing) return;
    for (const task of this.unknown.keys()) {
      if (this.asked.size >= kAskedMax) return;
      if (this.asked.has(task)) continue;
      this.asked.add(task);
      const round = this.round;
      this.client
        .task(task)
        .then(
          (snapshot) => round === this.round && this.put(snapshot),
          () => undefined, // gone again, or not ours to see
        )
        .finally(() => {
          this.asked.delete(task);
          if (round === this.round) this.replay(task);
          this.askUnknown();
        });
    }
  }

  private replay(task: string): void {
    const events = this.unknown.get(task) ?? [];
    this.unknown.delete(task);
    if (this.rows.has(task)) events.forEach((event) => this.take(event));
  }

  private put(snapshot: Snapshot): void {
    const row = this.rows.get(snapshot.task);
    if (row !== undefined && row.offset > snapshot.offset) return;
    this.set(ofSnapshot(snapshot));
    if (this.rows.size > kRowsMax) this.trim();
    this.signal.touch();
  }

  private set(row: TaskView): void {
    // What no row shows can be large.
    const kept = { ...row, input: null, result: null, agents: [], questions: [] };
    const before = this.rows.get(row.task);
    this.rows.set(row.task, kept);
    // Most changes leave a row where it is: of thousands, to sort them all for one would take too long.
    if (this.sorted !== null && before !== undefined && newestFirst(before, kept) === 0) this.sorted[placeOf(this.sorted, kept)] = kept;
    else this.sorted = null;
  }

  private trim(): void {
    const rows = [...this.rows.values()].sort(newestFirst);
    for (let i = rows.length - 1; i >= 0 && this.rows.size > kRowsMax * 0.9; i--) {
      const row = rows[i]!;
      if (isOver(row.state)) this.rows.delete(row.task);
    }
  }

  private fail(error: LongwireError): void {
    this.error = error;
    this.signal.touch();
  }
}

function query({ state, parent }: Listed, after: string | undefined): TasksQuery {
  return {
    limit: kPage,
    ...(state === 'ALL' ? {} : { state }),
    ...(parent === null ? {} : { parent }),
    ...(after === undefined ? {} : { after }),
  };
}

function newestFirst(a: TaskView, b: TaskView): number {
  const [a_us, b_us] = [a.created_us ?? Infinity, b.created_us ?? Infinity];
  if (a_us !== b_us) return a_us > b_us ? -1 : 1;
  return a.task === b.task ? 0 : a.task < b.task ? -1 : 1;
}

/** Where a row stands among sorted ones, of which it is one. */
function placeOf(sorted: readonly TaskView[], row: TaskView): number {
  let from = 0;
  let to = sorted.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (newestFirst(sorted[middle]!, row) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
