import { describe, expect, it } from 'vitest';
import { LongwireError, type Client, type Snapshot, type StreamCallbacks, type TasksQuery } from '@longwire/client';
import { TaskList } from './task_list';
import { eventOf, settled, snapshotOf } from './testing';

class FakeClient {
  callbacks: StreamCallbacks = {};
  /** The answer to the subscription. */
  answer!: { resolve: () => void; reject: (error: LongwireError) => void };
  readonly known = new Map<string, Snapshot>();
  readonly asked: string[] = [];
  page = 2;

  put(task: string, created_us: number, more: Partial<Snapshot> = {}): void {
    this.known.set(task, snapshotOf(task, { created_us, offset: 1, ...more }));
  }

  tasks = async ({ after, state, parent }: TasksQuery = {}) => {
    const all = [...this.known.values()]
      .filter((s) => (state === undefined || s.state === state) && (parent === undefined || s.parent === parent))
      .sort((a, b) => b.created_us! - a.created_us!);
    const begin = Number(after ?? 0);
    const end = begin + this.page;
    return { tasks: all.slice(begin, end), ...(end < all.length ? { next: String(end) } : {}) };
  };

  task = async (task: string) => {
    this.asked.push(task);
    const found = this.known.get(task);
    if (found === undefined) throw new LongwireError('not_found', 'not found');
    return found;
  };

  subscribe = ((_filter: string, callbacks: StreamCallbacks) => {
    this.callbacks = callbacks;
    const ready = new Promise<void>((resolve, reject) => (this.answer = { resolve, reject }));
    return { ready, close: () => (this.callbacks = {}) };
  }) as unknown as Client['subscribe'];

  event(task: string, offset: number, type: string, data = {}): void {
    this.callbacks.onEvent!(eventOf(offset, type, data, { topic: `task/${task}` }));
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
  client.answer.resolve();
  await settled();
}

describe('TaskList', () => {
  it('shows a change of any row where the row stands, in the same order', async () => {
    const { client, list, names } = setup();
    client.page = 100;
    const created = [7, 3, 3, 9, 1, 3, 8, 2, 9, 5];
    created.forEach((us, i) => client.put(`t${i}`, us));
    await live(client, list);
    const order = names();
    expect(order).toEqual(['t3', 't8', 't6', 't0', 't9', 't1', 't2', 't5', 't7', 't4']);
    for (const task of order) {
      client.event(task, 2, 'task.progress', { message: `changed ${task}` });
      expect(names()).toEqual(order);
      expect(list.all().find((row) => row.task === task)!.message).toBe(`changed ${task}`);
    }
    client.put('t10', 10);
    client.event('t10', 1, 'task.queued');
    await settled();
    expect(names()).toEqual(['t10', ...order]);
  });

  it('shows the first page newest first and more on demand', async () => {
    const { client, list, names } = setup();
    for (let i = 1; i <= 5; i++) client.put(`t${i}`, i);
    await live(client, list);
    expect(names()).toEqual(['t5', 't4']);
    expect(list.hasMore()).toBe(true);
    await list.more();
    await list.more();
    expect(names()).toEqual(['t5', 't4', 't3', 't2', 't1']);
    expect(list.hasMore()).toBe(false);
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
    expect(list.all()[0]).toMatchObject({ state: 'COMPLETED', result: null });
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
    client.callbacks.onGap!({ topic: 'task/a', from: 2, to: 9, reason: 'slow' });
    await settled();
    expect(list.all()[0]!.state).toBe('FAILED');
  });

  it('lists again after a reconnect: what ended meanwhile has ended, what is gone is gone', async () => {
    const { client, list, names } = setup();
    for (let i = 1; i <= 5; i++) client.put(`t${i}`, i);
    await live(client, list);
    await list.more();
    client.put('t4', 4, { state: 'COMPLETED', offset: 7 });
    client.known.delete('t5');
    client.put('t6', 6);
    client.callbacks.onMissed!({ filter: 'task/+', reason: 'reconnected' });
    await settled();
    expect(names()).toEqual(['t6', 't4', 't3', 't2']);
    expect(list.all()[1]!.state).toBe('COMPLETED');
  });

  it('lists again when it is told that events are missing and not which', async () => {
    const { client, list } = setup();
    client.put('a', 1);
    await live(client, list);
    client.put('a', 1, { state: 'COMPLETED', offset: 7 });
    client.callbacks.onMissed!({ filter: 'task/+', reason: 'link_lost' });
    await settled();
    expect(list.all()[0]!.state).toBe('COMPLETED');
  });

  it('lists without live events where those are not allowed, and says so', async () => {
    const { client, list, names } = setup();
    client.put('a', 1);
    list.open();
    client.answer.reject(new LongwireError('forbidden', 'not yours'));
    await settled();
    expect([names(), list.error?.code]).toEqual([['a'], 'forbidden']);
  });

  it('finds old tasks of a state beyond the first page', async () => {
    const { client, list, names } = setup();
    client.put('old', 1, { state: 'FAILED' });
    for (let i = 2; i <= 5; i++) client.put(`t${i}`, i);
    await live(client, list);
    expect(names()).not.toContain('old');
    list.want({ state: 'FAILED', parent: null });
    await settled();
    expect(names()).toContain('old');
  });

  it('finds the children of a task, page by page', async () => {
    const { client, list, names } = setup();
    for (const i of [1, 2, 3]) client.put(`part${i}`, i, { parent: 'whole' });
    for (let i = 4; i <= 7; i++) client.put(`t${i}`, i);
    await live(client, list);
    const parts = { state: 'ALL', parent: 'whole' } as const;
    list.want(parts);
    await settled();
    expect([names().includes('part3'), names().includes('part1'), list.hasMore(parts)]).toEqual([true, false, true]);
    await list.more(parts);
    expect([names().includes('part1'), list.hasMore(parts), list.hasMore()]).toEqual([true, false, true]);
  });
});
