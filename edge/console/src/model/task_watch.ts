import type { Client, Event, Gap, LongwireError, Snapshot, Stream } from '@longwire/client';
import { emptyTask, ofSnapshot, type TaskView } from '@longwire/client/task';
import { foldHead, Heads } from './heads';
import { logLine, type LogLine } from './lines';
import { Signal, type Schedule } from './signal';
import { emptyStory, presentAttempt, type Story } from './story';
import { countUpTo, kKeptMax, Tail } from './tail';
import { forgetBefore, tell } from './tell';
import { weightOf } from './weight';

type TaskClient = Pick<Client, 'task' | 'subscribe'>;

/** About how many bytes of memory the events may take. */
const kEventBytesMax = 128 * 1024 * 1024;
const kGapsMax = 100;

/** One task followed live from its first event, and all that it was at any moment before. */
export class TaskWatch {
  readonly signal: Signal;
  readonly task: string;
  readonly events: Tail<Event>;
  /** Of the events that are kept. */
  readonly lines = new Tail<LogLine>();
  readonly gaps = new Tail<Gap>(kGapsMax);
  /** The task as it is now. */
  now: TaskView;
  story: Story = emptyStory();
  /** Events that the server joined or thinned out because this page was too slow. */
  merged = 0;
  /** Why the task can't be shown. */
  problem: LongwireError | null = null;

  private readonly client: TaskClient;
  private heads: Heads;
  private stream: Stream | null = null;
  private asking = false;

  constructor(client: TaskClient, task: string, schedule?: Schedule, event_bytes_max = kEventBytesMax) {
    this.events = new Tail<Event>(kKeptMax, { of: weightOf, max: event_bytes_max });
    this.client = client;
    this.task = task;
    this.now = emptyTask(task);
    this.heads = new Heads(task);
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
        if (this.now.kind === null) this.ask();
      },
      onError: (error) => this.fail(error),
    });
    this.ask();
  }

  close(): void {
    this.stream?.close();
    this.stream = null;
  }

  /** The offset of the newest event here; 0 before the first. */
  get head(): number {
    return this.events.items[this.events.items.length - 1]?.offset ?? 0;
  }

  /** The earliest event at which the task can still be looked at; 0 is before the first. */
  get earliest(): number {
    return this.events.dropped === 0 ? 0 : this.events.items[0]!.offset;
  }

  /** The task as it was after an event, with what never changes of it. */
  at(offset: number): TaskView {
    const { kind, parent, user, input, created_us } = this.now;
    return { ...this.heads.at(offset, this.events.items), kind, parent, user, input, created_us };
  }

  /** What events before the first one here would tell, who has started it, and how far its parts are on the whole, only
   *  the snapshot knows. */
  ask(): void {
    if (this.asking) return;
    this.asking = true;
    this.client.task(this.task).then(
      (snapshot) => {
        this.asking = false;
        this.know(snapshot);
        this.problem = null;
        this.signal.touch();
      },
      (error: LongwireError) => {
        this.asking = false;
        this.fail(error);
      },
    );
  }

  private know(snapshot: Snapshot): void {
    const known = ofSnapshot(snapshot);
    const { kind, parent, user, input, created_us } = known;
    const { turn, max_turns } = this.now; // which no snapshot has
    this.now = snapshot.offset >= this.now.offset ? { ...known, turn, max_turns } : { ...this.now, kind, parent, user, input, created_us };
  }

  private take(event: Event): void {
    this.now = foldHead(this.now, event);
    this.heads.add(event);
    tell(this.story, event);
    const line = logLine(event, presentAttempt(this.story));
    if (line !== null) this.lines.push(line);
    const gone = this.events.push(event);
    if (gone.length > 0) this.shorten(gone);
    this.signal.touch();
  }

  /** Nothing is kept for moments whose events have gone. */
  private shorten(gone: readonly Event[]): void {
    const { earliest } = this;
    this.lines.drop(countUpTo(this.lines.items, earliest - 1, (line) => line.offset));
    this.heads.forget(gone);
    forgetBefore(this.story, earliest);
  }

  private forget(): void {
    this.now = emptyTask(this.task);
    this.heads = new Heads(this.task);
    this.story = emptyStory();
    this.events.clear();
    this.lines.clear();
    this.gaps.clear();
    this.merged = 0;
  }

  private fail(error: LongwireError): void {
    this.problem = error;
    this.signal.touch();
  }
}
