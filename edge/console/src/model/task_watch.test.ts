import { describe, expect, it } from 'vitest';
import { LongwireError, type Client, type Snapshot, type StreamCallbacks } from '@longwire/client';
import { kLive, play, seekOffset } from './replay';
import { kKeptMax } from './tail';
import { TaskWatch } from './task_watch';
import { eventOf, settled, snapshotOf } from './testing';

function setup(refusals = 0, known: Partial<Snapshot> = {}, event_bytes_max?: number) {
  let asked = 0;
  let callbacks: StreamCallbacks = {};
  const client = {
    task: async (task: string) => {
      asked += 1;
      if (asked <= refusals) throw new LongwireError('timeout', 'no answer');
      return snapshotOf(task, known);
    },
    subscribe: (_topic: string, given: StreamCallbacks) => {
      callbacks = given;
      return { close: () => undefined };
    },
  } as unknown as Client;
  let frames = 0;
  const due: (() => void)[] = [];
  const watch = new TaskWatch(client, 'a', (run) => due.push(run), event_bytes_max);
  watch.signal.subscribe(() => frames++);
  watch.open();
  return {
    watch,
    listener: callbacks,
    frame: () => due.splice(0).forEach((run) => run()),
    frames: () => frames,
  };
}

const log = (offset: number) => eventOf(offset, 'log', { i: offset, message: `line ${offset}` });

describe('TaskWatch', () => {
  it('takes 100,000 lines in one frame without copying its lists', async () => {
    const { watch, listener, frame, frames } = setup();
    await settled();
    frame();
    const { items } = watch.lines;
    const before = frames();
    for (let i = 1; i <= 100_000; i++) listener.onEvent!(log(i));
    frame();
    expect(frames() - before).toBe(1);
    expect(watch.lines.items).toBe(items);
    expect(items.length).toBe(100_000);
    expect(items[99_999]!.message).toBe('line 100000');
  });

  it('has its kind from the snapshot and keeps what the server could not send', async () => {
    const { watch, listener } = setup();
    await settled();
    listener.onGap!({ topic: 'task/a', from: 1, to: 5, reason: 'trimmed' });
    listener.onMerged!({ topic: 'task/a', from: 6, to: 15, events: 10, left: 3 });
    expect(watch.now.kind).toBe('demo.count');
    expect(watch.gaps.total).toBe(1);
    expect(watch.merged).toBe(7);
  });

  it('asks for its snapshot again after a reconnect if it has none', async () => {
    const { watch, listener } = setup(1);
    await settled();
    expect(watch.problem?.code).toBe('timeout');
    listener.onSubscribed!({ topic: 'task/a', epoch: 'e', offset: 0, head: 0, tail: 0, resumed: true });
    await settled();
    expect([watch.problem, watch.now.kind]).toEqual([null, 'demo.count']);
  });

  it('forgets everything when the log is a new one', async () => {
    const { watch, listener } = setup();
    listener.onEvent!(log(1));
    listener.onReset!('task/a');
    expect([watch.events.items.length, watch.lines.items.length, watch.now.offset]).toEqual([0, 0, 0]);
  });

  it('is told by a snapshot what it is, and turned back by no older event', async () => {
    const { watch, listener } = setup(0, { state: 'RUNNING', progress: 0.6, input: { n: 5 }, offset: 3 });
    await settled();
    listener.onEvent!(eventOf(1, 'task.queued'));
    listener.onEvent!(eventOf(2, 'task.started', { attempt: 1 }));
    listener.onEvent!(eventOf(3, 'task.progress', { progress: 0.1 }));
    expect(watch.now).toMatchObject({ state: 'RUNNING', progress: 0.6, input: { n: 5 }, offset: 3 });
    expect(watch.at(1)).toMatchObject({ state: 'PENDING', progress: null, kind: 'demo.count', input: { n: 5 } });
    listener.onEvent!(eventOf(4, 'task.progress', { progress: 0.7 }));
    expect([watch.now.progress, watch.at(3).progress, watch.head]).toEqual([0.7, 0.1, 4]);
  });

  it('learns from a later snapshot what no event tells, and keeps what no snapshot has', async () => {
    const known = { offset: 1, progress: 0.1 };
    const { watch, listener } = setup(0, known);
    await settled();
    listener.onEvent!(eventOf(2, 'task.progress', { progress: 0.2, turn: 3, max_turns: 6 }));
    Object.assign(known, { offset: 2, progress: 0.5 });
    watch.ask();
    await settled();
    expect(watch.now).toMatchObject({ progress: 0.5, turn: 3, max_turns: 6 });
  });

  it('keeps what newer events have said when an older snapshot comes', async () => {
    const { watch, listener } = setup(0, { state: 'RUNNING', input: { n: 5 }, offset: 2 });
    listener.onEvent!(eventOf(1, 'task.queued'));
    listener.onEvent!(eventOf(2, 'task.started'));
    listener.onEvent!(eventOf(3, 'task.completed', { result: 1 }));
    await settled();
    expect(watch.now).toMatchObject({ state: 'COMPLETED', kind: 'demo.count', input: { n: 5 } });
  });

  it('keeps the newest of 300,000 events, and can show the task after any of them', async () => {
    const { watch, listener } = setup();
    await settled();
    listener.onEvent!(eventOf(1, 'task.started'));
    for (let i = 2; i <= 300_000; i++) {
      listener.onEvent!(i % 2 === 0 ? log(i) : eventOf(i, 'task.progress', { progress: i / 300_000 }));
    }
    const { events, lines, earliest, head } = watch;
    expect([events.items.length <= kKeptMax, events.total, head]).toEqual([true, 300_000, 300_000]);
    expect(earliest).toBe(events.items[0]!.offset);
    expect(lines.items[0]!.offset - earliest).toBeLessThan(2);
    expect(lines.total).toBe(150_001);
    for (const offset of [earliest, earliest + 12_345, head - 1]) {
      expect(watch.at(offset)).toMatchObject({ state: 'RUNNING', progress: (offset % 2 === 0 ? offset - 1 : offset) / 300_000, offset });
    }
    expect(seekOffset(kLive, events.items, earliest + 7)).toMatchObject({ offset: earliest + 7 });
    expect(play(kLive, events.items)).toMatchObject({ offset: 0, is_playing: true });
  });

  it('keeps no more events than there is room for', async () => {
    const { watch, listener } = setup(0, {}, 1_000_000);
    await settled();
    for (let i = 1; i <= 200; i++) listener.onEvent!(eventOf(i, 'log', { message: 'x'.repeat(50_000) }));
    expect(watch.events.items.length).toBeLessThanOrEqual(20);
    expect([watch.events.total, watch.head, watch.earliest]).toEqual([200, 200, watch.lines.items[0]!.offset]);
  });
});
