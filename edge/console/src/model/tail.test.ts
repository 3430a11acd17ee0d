import { describe, expect, it } from 'vitest';
import { countUpTo, Tail } from './tail';

describe('Tail', () => {
  it('loses its oldest quarter when full, and counts it', () => {
    const tail = new Tail<number>(8);
    for (let i = 1; i <= 9; i++) tail.push(i);
    expect(tail.items).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(tail.dropped).toBe(2);
  });

  it('loses its oldest when they are too heavy together, but never the newest', () => {
    const tail = new Tail<number>(100, { of: (item) => item, max: 100 });
    expect([30, 30, 30].map((item) => tail.push(item))).toEqual([[], [], []]);
    expect([tail.push(40), tail.items]).toEqual([[30], [30, 30, 40]]);
    expect([tail.push(500), tail.items, tail.dropped]).toEqual([[30, 30, 40], [500], 4]);
    expect([tail.push(60), tail.items]).toEqual([[500], [60]]);
    expect([tail.push(40), tail.items]).toEqual([[], [60, 40]]);
  });
});

it('counts what is within a bound', () => {
  const items = [1, 3, 3, 8];
  expect([0, 1, 2, 3, 7, 8, 9].map((bound) => countUpTo(items, bound, (item) => item))).toEqual([0, 1, 1, 3, 3, 4, 4]);
});
