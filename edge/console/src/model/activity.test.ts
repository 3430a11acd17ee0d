import { expect, it } from 'vitest';
import { activityOf } from './activity';
import { eventOf } from './testing';

it('tells when much happened and when nothing did', () => {
  const events = [0, 0, 0, 0, 10, 100].map((time_us, i) => ({ ...eventOf(i + 1, 'log'), time_us }));
  const [first, second, third, last] = activityOf(events, 4) as [number, number, number, number];
  expect([first, second, third]).toEqual([1, 0, 0]);
  expect(last).toBeGreaterThan(0.08);
  expect(activityOf([], 3)).toEqual([0, 0, 0]);
});
