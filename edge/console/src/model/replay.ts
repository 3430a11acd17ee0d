import type { Event } from '@longwire/client';
import { countUpTo } from './tail';

/** Where the reader of a task is: at its newest event, or at a moment of its past. */
export type Replay =
  | { kind: 'live' }
  | {
      kind: 'past';
      /** The last event that is shown; 0 before the first. */
      offset: number;
      /** Where the hand is, which moves on between events, too. */
      time_us: number;
      is_playing: boolean;
      speed: number;
    };

export type Past = Extract<Replay, { kind: 'past' }>;

export const kSpeeds = [0.5, 1, 2, 4, 8, 16];
export const kLive: Replay = { kind: 'live' };

/** Nobody wants to watch nothing happen for longer than this. */
const kIdleUs = 2_000_000;

const speedOf = (replay: Replay): number => (replay.kind === 'past' ? replay.speed : 1);

/** At an event, or at the last one before it that is here. */
export function seekOffset(replay: Replay, events: readonly Event[], offset: number): Past {
  const event = events[countUpTo(events, offset, (one) => one.offset) - 1];
  const time_us = event?.time_us ?? events[0]?.time_us ?? 0;
  return { kind: 'past', offset: event?.offset ?? 0, time_us, is_playing: false, speed: speedOf(replay) };
}

/** At a time, whether or not something happened just then. Goes on playing if it did. */
export function seekTime(replay: Replay, events: readonly Event[], time_us: number): Past {
  const offset = events[countUpTo(events, time_us, (one) => one.time_us) - 1]?.offset ?? 0;
  return { kind: 'past', offset, time_us, is_playing: replay.kind === 'past' && replay.is_playing, speed: speedOf(replay) };
}

/** So many events on, or back. */
export function step(replay: Replay, events: readonly Event[], by: number): Past {
  const offset = replay.kind === 'live' ? Infinity : replay.offset;
  const index = countUpTo(events, offset, (one) => one.offset) - 1 + by;
  return seekOffset(replay, events, events[Math.min(index, events.length - 1)]?.offset ?? 0);
}

/** From where the reader is; from the start if that is the end. */
export function play(replay: Replay, events: readonly Event[]): Past {
  const at_end = replay.kind === 'live' || replay.offset >= (events[events.length - 1]?.offset ?? 0);
  const from = at_end ? seekOffset(replay, events, 0) : replay;
  return { ...from, is_playing: true };
}

/** Time has passed while it plays. Where nothing happens for long it goes on shortly before something does, and where
 *  there is nothing more it stands still, or is live again if the task is. */
export function pass(replay: Replay, events: readonly Event[], passed_us: number, is_over: boolean): Replay {
  if (replay.kind === 'live' || !replay.is_playing) return replay;
  let time_us = replay.time_us + passed_us * replay.speed;
  const next = events[countUpTo(events, replay.offset, (one) => one.offset)];
  if (next === undefined) return is_over ? { ...replay, is_playing: false } : kLive;
  if (next.time_us - time_us > kIdleUs * replay.speed) time_us = next.time_us - (kIdleUs / 4) * replay.speed;
  const moved = seekTime(replay, events, time_us);
  return moved.offset < replay.offset ? { ...moved, offset: replay.offset } : moved;
}
