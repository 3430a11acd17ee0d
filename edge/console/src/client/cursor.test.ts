import { describe, expect, it } from 'vitest';
import { backoffDelay } from './backoff';
import { TopicCursor } from './cursor';
import { matches } from './filter';
import type { Subscribed } from './types';

const reply = (offset: number, epoch = 'e1'): Subscribed => ({
  topic: 't',
  epoch,
  offset,
  head: 100,
  tail: 1,
  resumed: true,
});

describe('TopicCursor', () => {
  it('asks for what the user asked for until it knows an epoch', () => {
    const cursor = new TopicCursor();
    expect(cursor.from('start')).toBe('start');
    cursor.begin(reply(0), 'start');
    expect(cursor.from('start')).toEqual({ epoch: 'e1', offset: 0 });
    cursor.take(1);
    expect(cursor.from('start')).toEqual({ epoch: 'e1', offset: 1 });
  });

  it('tells the next event from doubles and holes', () => {
    const cursor = new TopicCursor();
    cursor.begin(reply(4), 'now');
    expect(cursor.take(4)).toBe('double');
    expect(cursor.take(5)).toBe('deliver');
    expect(cursor.take(5)).toBe('double');
    expect(cursor.take(7)).toBe('hole');
    expect(cursor.offset).toBe(5);
  });

  it('reports what was trimmed before a start and between two connections, but not before "now"', () => {
    const live = new TopicCursor();
    expect(live.begin(reply(50), 'now').gap).toBeNull();
    const cursor = new TopicCursor();
    expect(cursor.begin(reply(10), 'start').gap).toEqual({ topic: 't', from: 1, to: 10, reason: 'trimmed' });
    cursor.take(11);
    expect(cursor.begin(reply(20), 'start').gap).toEqual({ topic: 't', from: 12, to: 20, reason: 'trimmed' });
    expect(cursor.take(21)).toBe('deliver');
  });

  it('counts a gap once, whoever names it first', () => {
    const cursor = new TopicCursor();
    cursor.begin(reply(10), 'start');
    expect(cursor.skip({ topic: 't', from: 1, to: 10, reason: 'trimmed' })).toBe(false);
    expect(cursor.skip({ topic: 't', from: 11, to: 15, reason: 'slow' })).toBe(true);
    expect(cursor.take(16)).toBe('deliver');
  });

  it('begins anew when the epoch has changed', () => {
    const cursor = new TopicCursor();
    cursor.begin(reply(0), 'start');
    cursor.take(1);
    cursor.take(2);
    expect(cursor.begin(reply(0, 'e2'), 'start')).toEqual({ reset: true, gap: null });
    expect(cursor.take(1)).toBe('deliver');
    expect(cursor.from('start')).toEqual({ epoch: 'e2', offset: 1 });
  });

  it('lets merged events skip offsets, and no others', () => {
    const cursor = new TopicCursor();
    cursor.begin(reply(0), 'start');
    cursor.merge({ topic: 't', from: 1, to: 10, events: 10, left: 2 });
    expect(cursor.take(4)).toBe('deliver');
    expect(cursor.take(9)).toBe('deliver');
    expect(cursor.offset).toBe(10);
    expect(cursor.take(12)).toBe('hole');
    expect(cursor.take(11)).toBe('deliver');
    cursor.merge({ topic: 't', from: 12, to: 20, events: 9, left: 1 });
    expect(cursor.take(22)).toBe('hole');
  });
});

describe('backoffDelay', () => {
  it('doubles up to its cap and spreads over the whole range', () => {
    const options = { base_ms: 100, cap_ms: 1_000 };
    const most = () => 0.999999;
    expect([1, 2, 3, 4, 5, 40].map((attempt) => backoffDelay(attempt, options, most))).toEqual([
      99, 199, 399, 799, 999, 999,
    ]);
    expect(backoffDelay(5, options, () => 0)).toBe(0);
  });
});

describe('matches', () => {
  it('knows + and #', () => {
    expect(matches('task/+', 'task/a')).toBe(true);
    expect(matches('task/+', 'task/a/b')).toBe(false);
    expect(matches('task/+', 'room/a')).toBe(false);
    expect(matches('room/#', 'room/a/b')).toBe(true);
    expect(matches('room/#', 'room')).toBe(true);
    expect(matches('room/a', 'room/a')).toBe(true);
    expect(matches('room/a', 'room')).toBe(false);
  });
});
