import type { Event } from '@longwire/client';
import { GrowingText } from './growing_text';
import {
  kArtifactsMax,
  kAttemptsMax,
  kGoneStreamsMax,
  kLanesMax,
  kShared,
  kSpansMax,
  kTalkMax,
  kTextsMax,
  kWordsMax,
  presentAttempt,
  type Item,
  type ItemKind,
  type Lane,
  type Said,
  type Span,
  type Story,
  type Text,
} from './story';
import { weightOf } from './weight';
import { cut, questionWords, say } from './words';

type Data = Record<string, unknown>;

const kEnds = new Set(['task.retrying', 'task.completed', 'task.failed', 'task.cancelled', 'task.expired']);

/** Characters of a name or a message, of what was asked or answered, and bytes of what describes an artifact. */
const kLabelMax = 200;
const kEmojiMax = 32;
const kSaidMax = 4_000;
const kMetaBytesMax = 64_000;

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
      return talk(story, event, 'question', questionWords(data.prompt));
    case 'task.input':
      for (const lane of story.lanes) lane.open.filter(({ kind }) => kind === 'wait').forEach((one) => end(lane, one, event));
      return talk(story, event, 'answer', say(data.data));
    case 'agent.status':
      return status(story, event, data);
    case 'agent.step':
      return step(story, event, data);
    case 'agent.handoff':
      return point(story, event, 'handoff', label(data.to), data);
    case 'agent.message':
      return point(story, event, 'message', label(data.message ?? data.body ?? data), data);
    case 'tool.call':
      open(story, event, 'tool', label(data.tool), data).call_id = data.call_id == null ? null : label(data.call_id);
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

/** The story will not be looked at as it was before this event any more. */
export function forgetBefore(story: Story, offset: number): void {
  for (const { body } of story.texts) body.forgetBefore(offset);
}

const label = (value: unknown): string => cut(say(value), kLabelMax);

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

/** The oldest quarter of a full list goes. */
function makeRoom<T>(list: T[], max: number): T[] {
  return list.length < max ? [] : list.splice(0, Math.ceil(max / 4));
}

/** An agent's lane; and who it is, where the lane is not its own. */
function laneOf(story: Story, event: Event, data: Data): [Lane, string] {
  const agent = label(data.agent ?? data.agent_id);
  let lane = story.lanes.find((one) => one.agent === agent && !one.is_shared);
  if (lane === undefined && story.lanes.length < kLanesMax) lane = addLane(story, agent, false);
  if (lane === undefined) {
    story.crowded_from ??= event.offset;
    return [story.lanes[kLanesMax] ?? addLane(story, kShared, true), agent];
  }
  if (typeof data.emoji === 'string') lane.emoji = cut(data.emoji, kEmojiMax);
  return [lane, ''];
}

function addLane(story: Story, agent: string, is_shared: boolean): Lane {
  const lane = { agent, is_shared, emoji: '', items: [], open: [], states: [] };
  story.lanes.push(lane);
  return lane;
}

function open(story: Story, event: Event, kind: ItemKind, words: string, data: Data): Item {
  const [lane, by] = laneOf(story, event, data);
  const item: Item = { ...opened(event), attempt: presentAttempt(story), kind, label: words, by, ok: null, call_id: null };
  const gone = new Set(makeRoom(lane.items, kSpansMax));
  if (gone.size > 0) lane.open = lane.open.filter((one) => !gone.has(one));
  story.gone.items += gone.size;
  lane.items.push(item);
  lane.open.push(item);
  return item;
}

function point(story: Story, event: Event, kind: ItemKind, words: string, data: Data): void {
  const item = open(story, event, kind, words, data);
  end(laneOf(story, event, data)[0], item, event);
}

function begin(story: Story, event: Event, data: Data): void {
  endAttempt(story, event, {});
  story.gone_streams.clear();
  story.gone.attempts += makeRoom(story.attempts, kAttemptsMax).length;
  const ordinal = presentAttempt(story) + 1;
  story.attempts.push({
    ...opened(event),
    ordinal,
    run: typeof data.run === 'number' ? data.run : 1,
    attempt: typeof data.attempt === 'number' ? data.attempt : (event.attempt ?? ordinal + 1),
    worker: label(data.worker),
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
  const last = story.attempts[story.attempts.length - 1];
  if (last === undefined || last.to !== null) return;
  close(last, event);
  last.end = event.type;
  const error = data.error as { message?: unknown } | null | undefined;
  last.message = label(error?.message ?? data.message ?? data.reason);
}

function status(story: Story, event: Event, data: Data): void {
  const [lane] = laneOf(story, event, data);
  if (lane.is_shared) return;
  const attempt = presentAttempt(story);
  const before = lane.states[lane.states.length - 1];
  if (before !== undefined && before.to === null) close(before, event);
  const goes_on = before?.attempt === attempt ? before : undefined;
  story.gone.items += makeRoom(lane.states, kSpansMax).length;
  lane.states.push({
    ...opened(event),
    attempt,
    status: label(data.status) || (goes_on?.status ?? ''),
    message: label(data.message) || (goes_on?.message ?? ''),
    progress: typeof data.progress === 'number' ? data.progress : (goes_on?.progress ?? null),
  });
}

function step(story: Story, event: Event, data: Data): void {
  const [lane, by] = laneOf(story, event, data);
  const under_way = lane.open.find((item) => item.kind === 'step' && item.by === by);
  const words = label(data.message ?? data.step ?? data.status);
  if (data.status === 'working') open(story, event, 'step', words, data);
  else if (under_way === undefined) point(story, event, 'step', words, data);
  if (under_way !== undefined) end(lane, under_way, event);
}

function toolResult(story: Story, event: Event, data: Data): void {
  const [lane, by] = laneOf(story, event, data);
  const tool = label(data.tool);
  const call_id = data.call_id == null ? null : label(data.call_id);
  const is_same = (item: Item) => item.kind === 'tool' && item.by === by && (call_id === null ? item.label === tool : item.call_id === call_id);
  const call = lane.open.find(is_same) ?? open(story, event, 'tool', tool, data);
  end(lane, call, event);
  call.ok = data.ok !== false;
}

function text(story: Story, event: Event, data: Data): void {
  const attempt = presentAttempt(story);
  const stream = label(data.stream);
  let one = lastOf(story.texts, (known) => known.attempt === attempt && known.stream === stream);
  if (one === undefined) {
    if (story.gone_streams.has(stream)) return;
    one = { ...opened(event), attempt, stream, agent: label(data.agent), body: new GrowingText(), discarded: false };
    forget(story, makeRoom(story.texts, kTextsMax));
    story.texts.push(one);
    open(story, event, 'text', stream, data);
  }
  if (event.type === 'text.delta') one.body.add(event.offset, say(data.text));
  else textDone(story, event, data, one);
  let size = story.texts.reduce((sum, { body }) => sum + body.size, 0);
  while (size > kWordsMax && story.texts.length > 1) {
    const oldest = story.texts.shift()!;
    size -= oldest.body.size;
    forget(story, [oldest]);
  }
}

/** Texts that had to go. What still comes of them is no other text. */
function forget(story: Story, texts: readonly Text[]): void {
  story.gone.texts += texts.length;
  for (const { to, stream } of texts) if (to === null) story.gone_streams.add(stream);
  for (const stream of story.gone_streams) {
    if (story.gone_streams.size <= kGoneStreamsMax) break;
    story.gone_streams.delete(stream);
  }
}

function textDone(story: Story, event: Event, data: Data, one: Text): void {
  one.discarded = data.discarded === true;
  if (typeof data.text === 'string' && data.text !== '') one.body.end(event.offset, data.text);
  close(one, event);
  const [lane, by] = laneOf(story, event, { agent: one.agent });
  const item = lane.open.find((known) => known.kind === 'text' && known.label === one.stream && known.by === by);
  if (item !== undefined) end(lane, item, event);
}

function artifact(story: Story, event: Event, data: Data): void {
  const attempt = presentAttempt(story);
  const id = data.id == null ? null : label(data.id);
  const before = id === null ? undefined : lastOf(story.artifacts, (one) => one.attempt === attempt && one.id === id);
  if (before !== undefined) before.replaced = event.offset;
  story.gone.artifacts += makeRoom(story.artifacts, kArtifactsMax).length;
  const name = label(data.name ?? data.id ?? data.kind);
  story.artifacts.push({
    offset: event.offset,
    time_us: event.time_us,
    attempt,
    id,
    name,
    kind: label(data.kind),
    url: weightOf(data.url) > kMetaBytesMax ? null : data.url,
    meta: weightOf(data.meta) > kMetaBytesMax ? `Too large to be shown here: see event ${event.offset}` : data.meta,
    replaced: null,
  });
  point(story, event, 'artifact', name, data);
}

function talk(story: Story, event: Event, kind: Said['kind'], words: string): void {
  story.gone.talk += makeRoom(story.talk, kTalkMax).length;
  story.talk.push({ offset: event.offset, time_us: event.time_us, attempt: presentAttempt(story), kind, words: cut(words, kSaidMax) });
}
