import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/index';
import { inFrames, mergeEvents } from '../../src/index';
import type { Page } from '../../src/ui/page';

class FakePage implements Page {
  hidden = false;
  due: (() => void) | null = null;
  is_hidden = () => this.hidden;
  soon = (run: () => void) => {
    this.due = run;
    return () => (this.due = null);
  };
  frame(): void {
    const run = this.due;
    this.due = null;
    run?.();
  }
}

const one = (offset: number, type: string, data: object = {}): Event => ({ topic: 'task/t', offset, type, time_us: 0, data });
const delta = (offset: number, text: string, stream = 's') => one(offset, 'text.delta', { stream, index: offset, text });
const shape = (events: Event[]) => events.map(({ offset, type, data }) => [offset, type, data.text ?? data.progress]);

describe('events in frames', () => {
  it('are told once a frame, all of them and in order', () => {
    const page = new FakePage();
    const told: number[][] = [];
    const batch = inFrames((events) => told.push(events.map(({ offset }) => offset)), { page });
    batch(one(1, 'log'));
    batch(one(2, 'log'));
    expect(told).toEqual([]);
    page.frame();
    batch(one(3, 'log'));
    page.frame();
    page.frame();
    expect(told).toEqual([[1, 2], [3]]);
  });

  it('are merged while the page is hidden', () => {
    const page = new FakePage();
    const told: unknown[] = [];
    const batch = inFrames((events) => told.push(shape(events)), { page });
    page.hidden = true;
    batch(delta(1, 'a'));
    batch(one(2, 'task.progress', { progress: 0.1 }));
    batch(delta(3, 'b'));
    batch(one(4, 'task.progress', { progress: 0.2 }));
    page.frame();
    expect(told).toEqual([
      [
        [3, 'text.delta', 'ab'],
        [4, 'task.progress', 0.2],
      ],
    ]);
  });

  it('are bounded: with too many they are told at once, and hidden they are merged first', () => {
    const page = new FakePage();
    let told = 0;
    const batch = inFrames((events) => (told += events.length), { page, size_max: 10 });
    for (let i = 1; i <= 10; i++) batch(one(i, 'log'));
    expect(told).toBe(10);
    page.hidden = true;
    for (let i = 1; i <= 100; i++) batch(delta(i, 'x'));
    expect(told).toBe(10);
    for (let i = 101; i <= 110; i++) batch(one(i, 'log'));
    expect(told).toBeGreaterThan(10);
  });

  it('are dropped when nobody wants them any more', () => {
    const page = new FakePage();
    const batch = inFrames(() => expect.unreachable(), { page });
    batch(one(1, 'log'));
    batch.stop();
    page.frame();
    batch.flush();
  });
});

describe('merging', () => {
  it('joins neighbouring pieces of one text and nothing else', () => {
    const events = [delta(1, 'a'), delta(2, 'b'), delta(3, 'c', 'other'), delta(4, 'd'), one(5, 'log'), delta(6, 'e')];
    expect(shape(mergeEvents(events))).toEqual([
      [2, 'text.delta', 'ab'],
      [3, 'text.delta', 'c'],
      [4, 'text.delta', 'd'],
      [5, 'log', undefined],
      [6, 'text.delta', 'e'],
    ]);
    expect(mergeEvents([delta(1, 'x'.repeat(40_000)), delta(2, 'y'.repeat(40_000))]).length).toBe(2);
  });

  it('leaves the newest status of each agent, and everything else as it is', () => {
    const status = (offset: number, agent: string) => one(offset, 'agent.status', { agent, text: String(offset) });
    const events = [status(1, 'a'), status(2, 'b'), one(3, 'task.started'), status(4, 'a'), one(5, 'task.completed')];
    expect(mergeEvents(events).map(({ offset }) => offset)).toEqual([2, 3, 4, 5]);
    expect(events[0]!.offset).toBe(1);
  });
});
