import type { GrowingText } from './growing_text';

/** From which event to which one something went; `to` is null while it goes on. */
export interface Span {
  from: number;
  from_us: number;
  to: number | null;
  to_us: number | null;
}

export interface Attempt extends Span {
  /** Counts from 0, whichever attempts are still kept. */
  ordinal: number;
  run: number;
  attempt: number;
  worker: string;
  /** The type of the event that ended it. */
  end: string | null;
  message: string;
}

/** Something within an attempt, by its ordinal; -1 before the first. */
interface Within {
  attempt: number;
}

export type ItemKind = 'step' | 'tool' | 'text' | 'wait' | 'handoff' | 'message' | 'artifact';

/** What an agent did, over time or in a moment. Its events tell the rest. */
export interface Item extends Span, Within {
  kind: ItemKind;
  label: string;
  /** Who did it, where that is not its lane's agent. */
  by: string;
  /** Of a tool: whether it did what it was asked. */
  ok: boolean | null;
  call_id: string | null;
}

export interface Status extends Span, Within {
  status: string;
  message: string;
  progress: number | null;
}

export interface Lane {
  /** Empty for what no agent did. */
  agent: string;
  /** For all agents that came when there was no room for more lanes. */
  is_shared: boolean;
  emoji: string;
  items: Item[];
  /** Those of the items that go on. */
  open: Item[];
  /** Of a shared lane: none. */
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
  id: unknown;
  name: string;
  kind: string;
  url: unknown;
  meta: unknown;
  /** The offset of the one that took its place. */
  replaced: number | null;
}

export interface Said extends Within {
  offset: number;
  time_us: number;
  kind: 'question' | 'answer';
  words: string;
}

/** How many of the oldest had to go for newer ones. */
export interface Gone {
  attempts: number;
  items: number;
  texts: number;
  artifacts: number;
  talk: number;
}

/** What a task did, as its events tell it (tell.ts). It grows in place, up to its bounds, because it may be long; what there was
 *  at an earlier moment is told by the same story, with that moment's offset (moment.ts). */
export interface Story {
  attempts: Attempt[];
  lanes: Lane[];
  /** The first event of an agent that has no lane of its own. */
  crowded_from: number | null;
  texts: Text[];
  /** Of the present attempt: texts that had to go while they grew. */
  gone_streams: Set<string>;
  artifacts: Artifact[];
  talk: Said[];
  gone: Gone;
  first_us: number | null;
  last_us: number | null;
}

/** Stands for the agents of a shared lane; nobody is called so. */
export const kShared = '\0';

/** Agents with a lane of their own; those after them share one. */
export const kLanesMax = 100;
/** Items of a lane, and states. */
export const kSpansMax = 1_000;
export const kTextsMax = 200;
export const kGoneStreamsMax = 10_000;
/** Characters of all texts together. */
export const kWordsMax = 4 * 1024 * 1024;
export const kAttemptsMax = 500;
export const kArtifactsMax = 200;
export const kTalkMax = 50;

export function emptyStory(): Story {
  return {
    attempts: [],
    lanes: [],
    crowded_from: null,
    texts: [],
    gone_streams: new Set(),
    artifacts: [],
    talk: [],
    gone: { attempts: 0, items: 0, texts: 0, artifacts: 0, talk: 0 },
    first_us: null,
    last_us: null,
  };
}

/** The attempt under way, or the last one, by its ordinal; -1 before the first. */
export const presentAttempt = ({ attempts, gone }: Story): number => gone.attempts + attempts.length - 1;
