import type { Client, Event, Gap, LongwireError, Stream } from '@longwire/client';
import { logLine, type LogLine } from './lines';
import { Signal, type Schedule } from './signal';
import { applySnapshot, emptyTask, fold, type TaskView } from './task';

/** Events and log lines kept in the page; when one is full its oldest quarter goes, and the page says so. */
export const kKeptMax = 200_000;

/** A list that only grows at its end and loses its oldest quarter when it is full. Never copied. */
export class Tail<T> {
  readonly items: T[] = [];
  /** How many have gone from the front. */
  dropped = 0;
  private readonly max: number;

  constructor(max = kKeptMax) {
    this.max = max;
  }

  push(item: T): void {
    if (this.items.length >= this.max) {
      const cut = Math.ceil(this.max / 4);
      this.items.splice(0, cut);
      this.dropped += cut;
    }
    this.items.push(item);
  }

  clear(): void {
    this.items.length = 0;
    this.dropped = 0;
  }
}

type TaskClient = Pick<Client, 'task' | 'subscribe'>;

/** One task followed live from its first event. */
export class TaskDetail {
  readonly signal: Signal;
  readonly task: string;
  view: TaskView;
  readonly events = new Tail<Event>();
  readonly lines = new Tail<LogLine>();
  readonly gaps: Gap[] = [];
  /** Events that the server joined or thinned out because this page was too slow. */
  merged = 0;
  /** Events of type `log` among the lines. */
  logs = 0;
  /** Why the task can't be shown. */
  problem: LongwireError | null = null;

  private readonly client: TaskClient;
  private stream: Stream | null = null;
  private asking = false;

  constructor(client: TaskClient, task: string, schedule?: Schedule) {
    this.client = client;
    this.task = task;
    this.view = emptyTask(task);
    this.signal = new Signal(schedule);
  }

  open(): void {
    if (this.stream !== null) return;
    this.forget();
    this.stream = this.client.subscribe(`task/${this.task}`, {
      from: 'start',
      onEvent: (event) => this.take(event),
      onGap: (gap) => {
        this.gaps.push(gap);
        this.signal.touch();
        if (gap.reason !== 'trimmed') this.ask();
      },
      onMerged: (merged) => {
        this.merged += merged.events - merged.left;
        this.signal.touch();
      },
      onReset: () => {
        this.forget();
        this.ask();
      },
      onSubscribed: () => {
        if (this.view.kind === null) this.ask();
      },
      onError: (error) => this.fail(error),
    });
    this.ask();
  }

  close(): void {
    this.stream?.close();
    this.stream = null;
  }

  /** The kind and the input are in no event for sure: the snapshot has them. */
  private ask(): void {
    if (this.asking) return;
    this.asking = true;
    this.client.task(this.task).then(
      (snapshot) => {
        this.asking = false;
        this.view = applySnapshot(this.view, snapshot);
        this.problem = null;
        this.signal.touch();
      },
      (error: LongwireError) => {
        this.asking = false;
        this.fail(error);
      },
    );
  }

  private take(event: Event): void {
    this.view = fold(this.view, event);
    this.events.push(event);
    const line = logLine(event);
    if (line !== null) this.lines.push(line);
    if (event.type === 'log') this.logs += 1;
    this.signal.touch();
  }

  private forget(): void {
    this.view = emptyTask(this.task);
    this.events.clear();
    this.lines.clear();
    this.logs = 0;
  }

  private fail(error: LongwireError): void {
    this.problem = error;
    this.signal.touch();
  }
}
