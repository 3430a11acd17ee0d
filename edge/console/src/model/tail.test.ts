import { describe, expect, it } from 'vitest';
import { countUpTo, Tail } from './tail';

describe('Tail', () => {
  it('loses its oldest quarter when full, and counts it', () => {
    const tail = new Tail<number>(8);
    for (let i = 1; i <= 9; i++) tail.push(i);
    expect(tail.items).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(tail.dropped).toBe(2);
  });
});

it('counts what is within a bound', () => {
  const items = [1, 3, 3, 8];
  expect([0, 1, 2, 3, 7, 8, 9].map((bound) => countUpTo(items, bound, (item) => item))).toEqual([0, 1, 1, 3, 3, 4, 4]);
});
