import type { Event } from '@longwire/client';
import { GrowingText } from './growing_text';
import { say } from './words';

/** From which event to which one something went; `to` is null while it goes on. */
export interface Span {
  from: number;
  from_us: number;
  to: number | null;
  to_us: number | null;
}

export interface Attempt extends Span {
  run: number;
  attempt: number;
  worker: string;
  /** The type of the event that ended it. */
  end: string | null;
  message: string;
}

/** Something within an attempt; the attempt is an index into the story's, -1 before the first. */
interface Within {
  attempt: number;
}

export type ItemKind = 'step' | 'tool' | 'text' | 'wait' | 'handoff' | 'message' | 'artifact';

/** What an agent did, over time or in a moment. */
export interface Item extends Span, Within {
  kind: ItemKind;
  label: string;
  /** Of a tool: whether it did what it was asked. */
  ok: boolean | null;
  call_id: string | null;
  data: unknown;
  outcome: unknown;
}

export interface Status extends Span, Within {
  status: string;
  message: string;
  progress: number | null;
}

export interface Lane {
  /** Empty for what no agent did. */
  agent: string;
  emoji: string;
  items: Item[];
  /** Those of the items that go on. */
  open: Item[];
  states: Status[];
}

export interface Text extends Span, Within {
  stream: string;
  agent: string;
  body: GrowingText;
  /** It broke off, and does not count. */
  discarded: boolean;
}

export interface Artifact extends Within {
  offset: number;
  time_us: number;
  data: Record<string, unknown>;
  /** The offset of the one that took its place. */
  replaced: number | null;
}

export interface Said extends Within {
  offset: number;
  time_us: number;
  kind: 'question' | 'answer';
  data: unknown;
}

/** What a task did, as its events tell it. It grows in place, because it may be long; what there was at an earlier moment
 *  is told by the same story, with that moment's offset (moment.ts). */
export interface Story {
  attempts: Attempt[];
  lanes: Lane[];
  texts: Text[];
  artifacts: Artifact[];
  talk: Said[];
  first_us: number | null;
  last_us: number | null;
}

export function emptyStory(): Story {
  return { attempts: [], lanes: [], texts: [], artifacts: [], talk: [], first_us: null, last_us: null };
}

type Data = Record<string, unknown>;

const kEnds = new Set(['task.retrying', 'task.completed', 'task.failed', 'task.cancelled', 'task.expired']);

/** Goes on with the story by one event; events come in their order. */
export function tell(story: Story, event: Event): void {
  story.first_us ??= event.time_us;
  story.last_us = event.time_us;
  const data = (event.data ?? {}) as Data;
  switch (event.type) {
    case 'task.started':
      return begin(story, event, data);
    case 'task.waiting':
      open(story, event, 'wait', 'waits for input', data);
      story.talk.push(said(story, event, 'question', data.prompt));
      return;
    case 'task.input':
      for (const lane of story.lanes) lane.open.filter(({ kind }) => kind === 'wait').forEach((one) => end(lane, one, event));
      story.talk.push(said(story, event, 'answer', data.data));
      return;
    case 'agent.status':
      return status(story, event, data);
    case 'agent.step':
      return step(story, event, data);
    case 'agent.handoff':
      return point(story, event, 'handoff', say(data.to), data);
    case 'agent.message':
      return point(story, event, 'message', say(data.message ?? data.body ?? data), data);
    case 'tool.call':
      open(story, event, 'tool', say(data.tool), data).call_id = data.call_id == null ? null : say(data.call_id);
      return;
    case 'tool.result':
      return toolResult(story, event, data);
    case 'text.delta':
    case 'text.done':
      return text(story, event, data);
    case 'artifact':
      return artifact(story, event, data);
    default:
      if (kEnds.has(event.type)) endAttempt(story, event, data);
  }
}

const present = (story: Story): number => story.attempts.length - 1;

const opened = (event: Event): Span => ({ from: event.offset, from_us: event.time_us, to: null, to_us: null });

function close(span: Span, event: Event): void {
  span.to = event.offset;
  span.to_us = event.time_us;
}

function end(lane: Lane, item: Item, event: Event): void {
  close(item, event);
  lane.open = lane.open.filter((one) => one !== item);
}

function lastOf<T>(all: readonly T[], which: (one: T) => boolean): T | undefined {
  for (let i = all.length - 1; i >= 0; i--) if (which(all[i]!)) return all[i];
  return undefined;
}

function laneOf(story: Story, data: Data): Lane {
  const agent = say(data.agent ?? data.agent_id);
  let lane = story.lanes.find((one) => one.agent === agent);
  if (lane === undefined) {
    lane = { agent, emoji: '', items: [], open: [], states: [] };
    story.lanes.push(lane);
  }
  if (typeof data.emoji === 'string') lane.emoji = data.emoji;
  return lane;
}

function open(story: Story, event: Event, kind: ItemKind, label: string, data: Data): Item {
  const attempt = present(story);
  const item: Item = { ...opened(event), attempt, kind, label, ok: null, call_id: null, data, outcome: undefined };
  const lane = laneOf(story, data);
  lane.items.push(item);
  lane.open.push(item);
  return item;
}

function point(story: Story, event: Event, kind: ItemKind, label: string, data: Data): void {
  end(laneOf(story, data), open(story, event, kind, label, data), event);
}

function begin(story: Story, event: Event, data: Data): void {
  endAttempt(story, event, {});
  story.attempts.push({
    ...opened(event),
    run: typeof data.run === 'number' ? data.run : 1,
    attempt: typeof data.attempt === 'number' ? data.attempt : (event.attempt ?? story.attempts.length + 1),
    worker: say(data.worker),
    end: null,
    message: '',
  });
}

function endAttempt(story: Story, event: Event, data: Data): void {
  for (const lane of story.lanes) {
    [...lane.open, ...lane.states.slice(-1)].forEach((span) => span.to ?? close(span, event));
    lane.open = [];
  }
  for (const one of story.texts) if (one.to === null) close(one, event);
  const last = story.attempts[present(story)];
  if (last === undefined || last.to !== null) return;
  close(last, event);
  last.end = event.type;
  const error = data.error as { message?: unknown } | null | undefined;
  last.message = say(error?.message ?? data.message ?? data.reason);
}

function status(story: Story, event: Event, data: Data): void {
  const lane = laneOf(story, data);
  const before = lane.states[lane.states.length - 1];
  if (before !== undefined && before.to === null) close(before, event);
  const goes_on = before?.attempt === present(story) ? before : undefined;
  lane.states.push({
    ...opened(event),
    attempt: present(story),
    status: say(data.status) || (goes_on?.status ?? ''),
    message: say(data.message) || (goes_on?.message ?? ''),
    progress: typeof data.progress === 'number' ? data.progress : (goes_on?.progress ?? null),
  });
}

function step(story: Story, event: Event, data: Data): void {
  const lane = laneOf(story, data);
  const under_way = lane.open.find(({ kind }) => kind === 'step');
  const label = say(data.message ?? data.step ?? data.status);
  if (data.status === 'working') open(story, event, 'step', label, data);
  else if (under_way === undefined) return point(story, event, 'step', label, data);
  if (under_way === undefined) return;
  end(lane, under_way, event);
  under_way.outcome = data;
}

function toolResult(story: Story, event: Event, data: Data): void {
  const lane = laneOf(story, data);
  const is_same = (item: Item) =>
    item.kind === 'tool' && (data.call_id == null ? item.label === say(data.tool) : item.call_id === say(data.call_id));
  const call = lane.open.find(is_same) ?? open(story, event, 'tool', say(data.tool), data);
  end(lane, call, event);
  call.ok = data.ok !== false;
  call.outcome = data.result;
}

function text(story: Story, event: Event, data: Data): void {
  const attempt = present(story);
  const stream = say(data.stream);
  let one = lastOf(story.texts, (known) => known.attempt === attempt && known.stream === stream);
  if (one === undefined) {
    one = { ...opened(event), attempt, stream, agent: say(data.agent), body: new GrowingText(), discarded: false };
    story.texts.push(one);
    open(story, event, 'text', stream, data);
  }
  if (event.type === 'text.delta') return one.body.add(event.offset, say(data.text));
  one.discarded = data.discarded === true;
  if (typeof data.text === 'string' && data.text !== '') one.body.end(event.offset, data.text);
  close(one, event);
  const lane = laneOf(story, { agent: one.agent });
  const item = lane.open.find(({ kind, label }) => kind === 'text' && label === stream);
  if (item !== undefined) end(lane, item, event);
}

function artifact(story: Story, event: Event, data: Data): void {
  const attempt = present(story);
  const has_its_id = (one: Artifact) => one.attempt === attempt && data.id != null && one.data.id === data.id;
  const before = lastOf(story.artifacts, has_its_id);
  if (before !== undefined) before.replaced = event.offset;
  story.artifacts.push({ offset: event.offset, time_us: event.time_us, attempt, data, replaced: null });
  point(story, event, 'artifact', say(data.name ?? data.id ?? data.kind), data);
}

function said(story: Story, event: Event, kind: Said['kind'], data: unknown): Said {
  return { offset: event.offset, time_us: event.time_us, attempt: present(story), kind, data };
}
