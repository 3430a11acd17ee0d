import { expect, it } from 'vitest';
import { kLive, pass, play, seekOffset, seekTime, step, type Past, type Replay } from './replay';
import { eventOf } from './testing';

const kSecond = 1_000_000;
/** At seconds 0, 1, 1, 2 and 100. */
const events = [0, 1, 1, 2, 100].map((s, i) => ({ ...eventOf(i + 1, 'log'), time_us: s * kSecond }));
const at = (replay: Replay) => (replay.kind === 'live' ? 'live' : [replay.offset, replay.time_us / kSecond]);

it('goes to an event, and to a time', () => {
  expect(at(seekOffset(kLive, events, 3))).toEqual([3, 1]);
  expect(at(seekOffset(kLive, events, 0))).toEqual([0, 0]);
  expect(at(seekOffset(kLive, events, 99))).toEqual([5, 100]);
  expect(at(seekTime(kLive, events, 1.5 * kSecond))).toEqual([3, 1.5]);
  expect(at(seekTime(kLive, events, 1 * kSecond))).toEqual([3, 1]);
});

it('steps by events, within what there is', () => {
  const third = seekOffset(kLive, events, 3);
  expect([at(step(third, events, 1)), at(step(third, events, -1)), at(step(kLive, events, -1))]).toEqual([
    [4, 2],
    [2, 1],
    [4, 2],
  ]);
  expect([at(step(kLive, events, 1)), at(step(seekOffset(kLive, events, 1), events, -5))]).toEqual([
    [5, 100],
    [0, 0],
  ]);
});

it('plays at its speed, from the start if it was at the end', () => {
  let replay: Replay = { ...play(kLive, events), speed: 2 };
  expect(at(replay)).toEqual([0, 0]);
  replay = pass(replay, events, 0.25 * kSecond, true);
  expect(at(replay)).toEqual([1, 0.5]);
  replay = pass(replay, events, 0.5 * kSecond, true);
  expect(at(replay)).toEqual([3, 1.5]);
});

it('leaves out where nothing happens for long', () => {
  const fourth = { ...seekOffset(kLive, events, 4), is_playing: true };
  const moved = pass(fourth, events, 0.1 * kSecond, true) as Past;
  expect([moved.offset, moved.time_us / kSecond]).toEqual([4, 99.5]);
});

it('stands still at the end of what is over, and is live again where more will come', () => {
  const last = { ...seekOffset(kLive, events, 5), is_playing: true };
  expect(pass(last, events, kSecond, true)).toEqual({ ...last, is_playing: false });
  expect(pass(last, events, kSecond, false)).toEqual(kLive);
});

it('does not go back to before events of the same time', () => {
  const second = { ...seekOffset(kLive, events, 2), is_playing: true };
  expect((pass(second, events, 0, true) as Past).offset).toBeGreaterThanOrEqual(2);
});
