import { describe, expect, it } from 'vitest';
import { LongwireError, type Client, type StreamCallbacks } from '@longwire/client';
import { Tail, TaskDetail } from './task_detail';
import { eventOf, settled, snapshotOf } from './testing';

function setup(refusals = 0) {
  let asked = 0;
  let callbacks: StreamCallbacks = {};
  const client = {
    task: async (task: string) => {
      asked += 1;
      if (asked <= refusals) throw new LongwireError('timeout', 'no answer');
      return snapshotOf(task);
    },
    subscribe: (_topic: string, given: StreamCallbacks) => {
      callbacks = given;
      return { close: () => undefined };
    },
  } as unknown as Client;
  let frames = 0;
  const due: (() => void)[] = [];
  const detail = new TaskDetail(client, 'a', (run) => due.push(run));
  detail.signal.subscribe(() => frames++);
  detail.open();
  return {
    detail,
    listener: callbacks,
    frame: () => due.splice(0).forEach((run) => run()),
    frames: () => frames,
  };
}

const log = (offset: number) => eventOf(offset, 'log', { i: offset, message: `line ${offset}` });

describe('TaskDetail', () => {
  it('takes 100,000 lines in one frame without copying its lists', async () => {
    const { detail, listener, frame, frames } = setup();
    await settled();
    frame();
    const { items } = detail.lines;
    const before = frames();
    for (let i = 1; i <= 100_000; i++) listener.onEvent!(log(i));
    frame();
    expect(frames() - before).toBe(1);
    expect(detail.lines.items).toBe(items);
    expect(items.length).toBe(100_000);
    expect(items[99_999]!.message).toBe('line 100000');
  });

  it('has its kind from the snapshot and keeps what the server could not send', async () => {
    const { detail, listener } = setup();
    await settled();
    listener.onGap!({ topic: 'task/a', from: 1, to: 5, reason: 'trimmed' });
    listener.onMerged!({ topic: 'task/a', from: 6, to: 15, events: 10, left: 3 });
    expect(detail.view.kind).toBe('demo.count');
    expect(detail.gaps.length).toBe(1);
    expect(detail.merged).toBe(7);
  });

  it('asks for its snapshot again after a reconnect if it has none', async () => {
    const { detail, listener } = setup(1);
    await settled();
    expect(detail.problem?.code).toBe('timeout');
    listener.onSubscribed!({ topic: 'task/a', epoch: 'e', offset: 0, head: 0, tail: 0, resumed: true });
    await settled();
    expect([detail.problem, detail.view.kind]).toEqual([null, 'demo.count']);
  });

  it('forgets everything when the log is a new one', async () => {
    const { detail, listener } = setup();
    listener.onEvent!(log(1));
    listener.onReset!('task/a');
    expect([detail.events.items.length, detail.lines.items.length, detail.view.offset]).toEqual([0, 0, 0]);
  });
});

describe('Tail', () => {
  it('loses its oldest quarter when full, and counts it', () => {
    const tail = new Tail<number>(8);
    for (let i = 1; i <= 9; i++) tail.push(i);
    expect(tail.items).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(tail.dropped).toBe(2);
  });
});
