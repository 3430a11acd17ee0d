import { describe, expect, it } from 'vitest';
import { LongwireError, type Event, type FilterListener, type Snapshot } from '../client';
import { settled } from '../client/fakes';
import { TaskList } from './task_list';

class FakeClient {
  listener: FilterListener | null = null;
  readonly known = new Map<string, Snapshot>();
  readonly asked: string[] = [];
  page = 2;

  put(task: string, created_us: number, more: Partial<Snapshot> = {}): void {
    this.known.set(task, {
      task,
      kind: 'demo.count',
      state: 'RUNNING',
      created_us,
      topic: `task/${task}`,
      epoch: 'e',
      offset: 1,
      ...more,
    });
  }

  tasks = async ({ after, state }: { after?: unknown; state?: string } = {}) => {
    const all = [...this.known.values()]
      .filter((s) => state === undefined || s.state === state)
      .sort((a, b) => b.created_us! - a.created_us!);
    const begin = typeof after === 'number' ? after : 0;
    const end = begin + this.page;
    return { tasks: all.slice(begin, end), ...(end < all.length ? { next: end } : {}) };
  };

  state = async (task: string) => {
    this.asked.push(task);
    const found = this.known.get(task);
    if (found === undefined) throw new Error('not found');
    return found;
  };

  subscribeFilter = (_filter: string, listener: FilterListener) => {
    this.listener = listener;
    return () => (this.listener = null);
  };

  event(task: string, offset: number, type: string, data = {}): void {
    const event: Event = { topic: `task/${task}`, offset, type, time_us: offset, data };
    this.listener!.onEvent(event);
  }
}

function setup() {
  const client = new FakeClient();
  const list = new TaskList(client, (run) => run());
  const names = () => list.all().map((row) => row.task);
  return { client, list, names };
}

async function live(client: FakeClient, list: TaskList): Promise<void> {
  list.open();
  client.listener!.onSubscribed!();
  await settled();
}

describe('TaskList', () => {
  it('shows the first page newest first and more on demand', async () => {
    const { client, list, names } = setup();
    for (let i = 1; i <= 5; i++) client.put(`t${i}`, i);
    await live(client, list);
    expect(names()).toEqual(['t5', 't4']);
    expect(list.hasMore('ALL')).toBe(true);
    await list.more('ALL');
    await list.more('ALL');
    expect(names()).toEqual(['t5', 't4', 't3', 't2', 't1']);
    expect(list.hasMore('ALL')).toBe(false);
  });

  it('folds live events into rows, each once', async () => {
    const { client, list } = setup();
    client.put('a', 1);
    await live(client, list);
    client.event('a', 2, 'task.progress', { progress: 0.5 });
    client.event('a', 2, 'task.progress', { progress: 0.1 });
    client.event('a', 3, 'log', { message: 'x' });
    expect(list.all()[0]).toMatchObject({ progress: 0.5, offset: 2 });
    client.event('a', 4, 'task.completed', { result: 1 });
    expect(list.all()[0]).toMatchObject({ state: 'COMPLETED', result: undefined });
  });

  it('asks once for a task it has not seen, and loses none of its events', async () => {
    const { client, list } = setup();
    await live(client, list);
    client.put('n', 9, { state: 'PENDING', offset: 1 });
    client.event('n', 1, 'task.queued');
    client.event('n', 2, 'task.started', { attempt: 1 });
    client.event('n', 3, 'task.progress', { progress: 0.25 });
    await settled();
    expect(client.asked).toEqual(['n']);
    expect(list.all()).toMatchObject([{ task: 'n', state: 'RUNNING', progress: 0.25 }]);
  });

  it('asks again for a task when some of its events are gone', async () => {
    const { client, list } = setup();
    client.put('a', 1);
    await live(client, list);
    client.put('a', 1, { state: 'FAILED', offset: 9 });
    client.listener!.onGap!({ topic: 'task/a', from: 2, to: 9, reason: 'slow' });
    await settled();
    expect(list.all()[0]!.state).toBe('FAILED');
  });

  it('lists again after a reconnect: what ended meanwhile has ended, what is gone is gone', async () => {
    const { client, list, names } = setup();
    for (let i = 1; i <= 5; i++) client.put(`t${i}`, i);
    await live(client, list);
    await list.more('ALL');
    client.put('t4', 4, { state: 'COMPLETED', offset: 7 });
    client.known.delete('t5');
    client.put('t6', 6);
    client.listener!.onSubscribed!();
    await settled();
    expect(names()).toEqual(['t6', 't4', 't3', 't2']);
    expect(list.all()[1]!.state).toBe('COMPLETED');
  });

  it('lists again when it is told that events are missing and not which', async () => {
    const { client, list } = setup();
    client.put('a', 1);
    await live(client, list);
    client.put('a', 1, { state: 'COMPLETED', offset: 7 });
    client.listener!.onMissed!({ filter: 'task/+', reason: 'link_lost' });
    await settled();
    expect(list.all()[0]!.state).toBe('COMPLETED');
  });

  it('lists without live events where those are not allowed, and says so', async () => {
    const { client, list, names } = setup();
    client.put('a', 1);
    list.open();
    client.listener!.onError!(new LongwireError('forbidden', 'not yours'));
    await settled();
    expect([names(), list.error?.code]).toEqual([['a'], 'forbidden']);
  });

  it('finds old tasks of a state beyond the first page', async () => {
    const { client, list, names } = setup();
    client.put('old', 1, { state: 'FAILED' });
    for (let i = 2; i <= 5; i++) client.put(`t${i}`, i);
    await live(client, list);
    expect(names()).not.toContain('old');
    list.want('FAILED');
    await settled();
    expect(names()).toContain('old');
  });
});
