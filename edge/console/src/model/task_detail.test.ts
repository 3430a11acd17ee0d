import { describe, expect, it } from 'vitest';
import { LongwireError, type Event, type From, type Snapshot, type TopicListener } from '../client';
import { settled } from '../client/fakes';
import { Tail, TaskDetail } from './task_detail';

function setup(refusals = 0) {
  let asked = 0;
  let listener: TopicListener | null = null;
  const client = {
    state: async (task: string): Promise<Snapshot> => {
      asked += 1;
      if (asked <= refusals) throw new LongwireError('timeout', 'no answer');
      return { task, kind: 'demo.count', state: 'RUNNING', topic: `task/${task}`, epoch: 'e', offset: 0 };
    },
    subscribe: (_topic: string, _from: From, l: TopicListener) => {
      listener = l;
      return () => undefined;
    },
  };
  let frames = 0;
  const due: (() => void)[] = [];
  const detail = new TaskDetail(client, 'a', (run) => due.push(run));
  detail.signal.subscribe(() => frames++);
  detail.open();
  return {
    detail,
    listener: listener! as TopicListener,
    frame: () => due.splice(0).forEach((run) => run()),
    frames: () => frames,
  };
}

const log = (offset: number): Event => ({
  topic: 'task/a',
  offset,
  type: 'log',
  time_us: offset,
  data: { i: offset, message: `line ${offset}` },
});

describe('TaskDetail', () => {
  it('takes 100,000 lines in one frame without copying its lists', async () => {
    const { detail, listener, frame, frames } = setup();
    await settled();
    frame();
    const { items } = detail.lines;
    const before = frames();
    for (let i = 1; i <= 100_000; i++) listener.onEvent(log(i));
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
    listener.onEvent(log(1));
    listener.onReset!();
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
