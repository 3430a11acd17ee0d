import { useClient } from '@longwire/client/react';
import { isOver, type TaskView } from '@longwire/client/task';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { kLive, pass, play, seekOffset, seekTime, step, type Replay } from '../model/replay';
import { kApartMs } from '../model/signal';
import { TaskWatch } from '../model/task_watch';
import { useSignal } from '../shell/hooks';

/** A task at the moment at which its reader looks at it. */
export interface Moment {
  watch: TaskWatch;
  /** Rises when the watch has changed. */
  version: number;
  replay: Replay;
  /** The event up to which all is shown; null while live. */
  at: number | null;
  /** The same as a number that no event is beyond. */
  offset: number;
  view: TaskView;
  /** Whether the task itself has ended, whatever is looked at. */
  is_over: boolean;
}

export interface MomentControls {
  live(): void;
  /** As an address says it: an event that may have yet to come, or live. */
  follow(at: number | null): void;
  seekOffset(offset: number): void;
  seekTime(time_us: number): void;
  step(by: number): void;
  toggle(): void;
  speed(speed: number): void;
}

/** Follows a task, and holds where its reader is in it. */
export function useMoment(task: string, first_at: number | null): [Moment, MomentControls] {
  const client = useClient();
  const watch = useMemo(() => new TaskWatch(client, task), [client, task]);
  const version = useSignal(watch.signal);
  const [replay, setReplay] = useState<Replay>(() => (first_at === null ? kLive : seekOffset(kLive, [], first_at)));
  const wanted = useRef(first_at);
  useEffect(() => {
    watch.open();
    return () => watch.close();
  }, [watch]);

  // A link leads to a moment whose event has yet to come.
  useEffect(() => {
    if (wanted.current === null || (watch.head < wanted.current && !isOver(watch.now.state))) return;
    const offset = wanted.current;
    if (watch.head >= offset || watch.head >= watch.now.offset) wanted.current = null;
    setReplay((now) => seekOffset(now, watch.events.items, offset));
  }, [watch, version]);

  const is_over = isOver(watch.now.state);
  usePlaying(watch, replay, is_over, setReplay);

  const at = replay.kind === 'live' ? null : Math.max(replay.offset, watch.earliest);
  const view = useMemo(() => (at === null ? watch.now : watch.at(at)), [watch, version, at]);
  const controls = useMemo((): MomentControls => {
    const { items } = watch.events;
    const move = (to: (now: Replay) => Replay) => {
      wanted.current = null;
      setReplay(to);
    };
    return {
      live: () => move(() => kLive),
      follow: (at) => {
        move((now) => (at === null ? kLive : seekOffset(now, items, at)));
        wanted.current = at;
      },
      seekOffset: (offset) => move((now) => seekOffset(now, items, offset)),
      seekTime: (time_us) => move((now) => seekTime(now, items, time_us)),
      step: (by) => move((now) => step(now, items, by)),
      toggle: () => move((now) => (now.kind === 'past' && now.is_playing ? { ...now, is_playing: false } : play(now, items))),
      speed: (speed) => move((now) => ({ ...(now.kind === 'live' ? seekOffset(now, items, Infinity) : now), speed })),
    };
  }, [watch]);
  return [{ watch, version, replay, at, offset: at ?? Infinity, view, is_over }, controls];
}

function usePlaying(watch: TaskWatch, replay: Replay, is_over: boolean, set: (to: (now: Replay) => Replay) => void): void {
  const is_playing = replay.kind === 'past' && replay.is_playing;
  const goOn = useCallback(
    (passed_ms: number) => set((now) => pass(now, watch.events.items, passed_ms * 1_000, is_over)),
    [watch, is_over, set],
  );
  useEffect(() => {
    if (!is_playing) return;
    let last = performance.now();
    let frame = requestAnimationFrame(function tick(now) {
      if (now - last >= kApartMs) {
        goOn(now - last);
        last = now;
      }
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [is_playing, goOn]);
}
