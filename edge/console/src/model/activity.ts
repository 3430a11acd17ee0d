import type { Event } from '@longwire/client';

/** How much happened in each of so many equal parts of the time, from 0 to 1; few still show beside many. */
export function activityOf(events: readonly Event[], parts: number): number[] {
  const counts = new Array<number>(parts).fill(0);
  const first_us = events[0]?.time_us ?? 0;
  const length = Math.max(1, (events[events.length - 1]?.time_us ?? 0) - first_us);
  for (const { time_us } of events) {
    const part = Math.floor(((time_us - first_us) / length) * parts);
    counts[Math.min(parts - 1, Math.max(0, part))]! += 1;
  }
  const most = Math.max(1, ...counts);
  return counts.map((n) => (n === 0 ? 0 : Math.max(0.08, Math.log1p(n) / Math.log1p(most))));
}
