import { guarded } from '../listeners';
import type { Event } from '../protocol';
import { mergeEvents } from './merge_events';
import { kPage, type Page } from './page';

export interface FrameOptions {
  /** How often a hidden page is told; once in 1,000 ms. What comes meanwhile is merged. */
  hidden_ms?: number;
  /** Events that wait for a frame; with so many they are told at once. 10,000. */
  size_max?: number;
  page?: Page;
}

export interface FrameBatch {
  (event: Event): void;
  /** Tells now what waits. */
  flush(): void;
  /** What waits is dropped. */
  stop(): void;
}

/** For `onEvent`: gathers events and hands them on once per frame, so that a page draws once however many come. */
export function inFrames(onEvents: (events: Event[]) => void, options: FrameOptions = {}): FrameBatch {
  const { hidden_ms = 1_000, size_max = 10_000, page = kPage } = options;
  let events: Event[] = [];
  let takeBack: (() => void) | null = null;

  const stop = () => {
    takeBack?.();
    takeBack = null;
    events = [];
  };
  const flush = () => {
    const due = page.is_hidden() ? mergeEvents(events) : events;
    stop();
    if (due.length > 0) guarded(() => onEvents(due));
  };
  const take = (event: Event) => {
    events.push(event);
    if (events.length >= size_max) {
      if (page.is_hidden()) events = mergeEvents(events);
      // Merged to half of it or less, they may wait on.
      if (events.length > size_max / 2) return flush();
    }
    takeBack ??= page.soon(flush, hidden_ms);
  };
  return Object.assign(take, { flush, stop });
}
