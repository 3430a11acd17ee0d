// @vitest-environment jsdom
import { act, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LongwireProvider, useConnection, usePresence, useStart, useTask, useTopic, type UsedStart } from '../../src/react/index';
import { Bench, event } from '../support/bench';
import { settled } from '../support/manual_clock';

let bench: Bench;
let shown: Root | undefined;
const page = document.createElement('main');

beforeEach(async () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  bench = await Bench.connected();
  vi.useFakeTimers();
});

afterEach(() => {
  act(() => shown?.unmount());
  shown = undefined;
  vi.useRealTimers();
});

/** Frames, and what lingers. */
const pass = (ms: number) => act(async () => void (await vi.advanceTimersByTimeAsync(ms)));

async function show(...components: (() => unknown)[]): Promise<void> {
  await act(async () => {
    shown = createRoot(page);
    shown.render(
      <StrictMode>
        <LongwireProvider client={bench.client}>
          {components.map((Component, i) => (
            <Shown key={i} of={Component} />
          ))}
        </LongwireProvider>
      </StrictMode>,
    );
    await settled();
  });
  await settled();
}

function Shown({ of }: { of: () => unknown }) {
  return <p>{JSON.stringify(of())}</p>;
}

const texts = () => [...page.children].map(({ textContent }) => JSON.parse(textContent || 'null') as unknown);
const commands = (cmd: string) => bench.socket.sent.filter((sent) => sent.cmd === cmd);

describe('useConnection', () => {
  it('shows how the connection is doing', async () => {
    await show(() => useConnection().kind);
    expect(texts()).toEqual(['connected']);
    await act(async () => bench.socket.hangUp());
    expect(texts()).toEqual(['reconnecting']);
  });
});

describe('useTopic', () => {
  it('shows events once a frame, the same to all, over one subscription', async () => {
    let renders = 0;
    const view = () => {
      renders += 1;
      return useTopic('room/a', { from: 'start', keep: 3 }).events.map(({ offset }) => offset);
    };
    await show(view, view);
    expect(commands('subscribe').length).toBe(1);
    await act(async () => void (await bench.subscribed('room/a', 0)));
    const before = renders;
    await act(async () => bench.socket.push(event(1), event(2), event(3), event(4)));
    expect(texts()).toEqual([[], []]);
    await pass(16);
    expect(texts()).toEqual([
      [2, 3, 4],
      [2, 3, 4],
    ]);
    // Two components, each rendered twice by the strict mode, once.
    expect(renders - before).toBe(4);
  });

  it('ends its subscription when nobody shows it any more, and not before', async () => {
    await show(() => useTopic('room/a').is_live);
    await act(async () => void (await bench.subscribed('room/a', 5)));
    expect(texts()).toEqual([true]);
    await pass(5_000);
    expect(commands('unsubscribe')).toEqual([]);
    act(() => shown!.unmount());
    await pass(999);
    await settled();
    expect(commands('unsubscribe')).toEqual([]);
    await pass(1);
    await settled();
    expect(commands('unsubscribe').length).toBe(1);
  });

  it('shows why there is nothing', async () => {
    await show(() => useTopic('room/a').error?.code);
    const { id } = bench.socket.command('subscribe');
    await act(async () => bench.socket.push({ id, error: { code: 'forbidden', message: 'no' } }));
    expect(texts()).toEqual(['forbidden']);
  });
});

describe('useTask', () => {
  const snapshot = {
    task: 't',
    kind: 'demo',
    state: 'RUNNING',
    topic: 'task/t',
    epoch: 'e1',
    offset: 7,
    agents: [],
    progress: 0.5,
    output: { texts: [{ stream: 's', agent: null, text: 'He', cut: false, done: false, offset: 7 }], logs: [], artifacts: [], questions: [] },
  };
  const of_task = (offset: number, type: string, data: object) => ({ topic: 'task/t', offset, type, time_us: offset, data });

  it('shows a task as it stands and goes on', async () => {
    await show(() => {
      const { state, progress, texts, result } = useTask('t');
      return [state, progress, texts.map(({ text }) => text), result];
    });
    expect(texts()).toEqual([[null, null, [], null]]);
    await act(async () => {
      await bench.subscribed('task/t', 7);
      bench.socket.push({ snapshot, topic: 'task/t', epoch: 'e1', offset: 7 });
    });
    expect(texts()).toEqual([['RUNNING', 0.5, ['He'], null]]);
    await act(async () =>
      bench.socket.push(
        of_task(8, 'text.delta', { stream: 's', index: 1, text: 'llo' }),
        of_task(9, 'task.completed', { result: { n: 1 } }),
      ),
    );
    await pass(16);
    expect(texts()).toEqual([['COMPLETED', 1, ['Hello'], { n: 1 }]]);
  });

  it('asks how the task stands where events are missing', async () => {
    await show(() => useTask('t').progress);
    await act(async () => {
      await bench.subscribed('task/t', 7);
      bench.socket.push({ snapshot, topic: 'task/t', epoch: 'e1', offset: 7 });
      bench.socket.push({ gap: { topic: 'task/t', from: 8, to: 20, reason: 'slow' } });
      await settled();
      bench.socket.ok(bench.socket.command('state'), { ...snapshot, offset: 20, progress: 0.9 });
      await settled();
    });
    expect(texts()).toEqual([0.9]);
  });

  it('follows nothing where there is no task', async () => {
    await show(() => useTask(null).state);
    expect(texts()).toEqual([null]);
    expect(commands('subscribe')).toEqual([]);
  });
});

describe('useStart', () => {
  it('shows how a start goes, and only the newest one', async () => {
    let used: UsedStart | undefined;
    await show(() => {
      used = useStart('demo.count');
      return [used.kind, used.task];
    });
    expect(texts()).toEqual([['idle', null]]);
    await act(async () => {
      void used!.start({ n: 1 });
      void used!.start({ n: 2 });
      await settled();
    });
    expect(texts()).toEqual([['starting', null]]);
    await act(async () => {
      bench.socket.ok(bench.socket.command('start', 1), { task: 'two' });
      bench.socket.ok(bench.socket.command('start', 0), { task: 'one' });
      await settled();
    });
    expect(texts()).toEqual([['started', 'two']]);
    await act(async () => {
      void used!.start();
      await settled();
      bench.socket.push({ id: bench.socket.command('start', 2).id, error: { code: 'forbidden', message: 'no' } });
      await settled();
    });
    expect(texts()).toEqual([['failed', null]]);
    act(() => used!.reset());
    expect(texts()).toEqual([['idle', null]]);
  });
});

describe('usePresence', () => {
  it('joins while it is shown, and shows who is there as they come and go', async () => {
    await show(() => usePresence('room/a', { join: true, info: { a: 1 } }).members.map(({ id }) => id));
    expect(commands('join').length).toBe(1);
    await act(async () => {
      bench.socket.ok(bench.socket.command('join'));
      await bench.subscribed('room/a', 0);
      bench.socket.ok(bench.socket.command('presence'), { members: [{ id: 'ann', info: null, since_us: 1 }] });
      await settled();
    });
    expect(texts()).toEqual([['ann']]);
    await act(async () => {
      bench.socket.push({ ...event(1), type: 'presence.join', data: { member: 'bob' } });
      await settled();
      bench.socket.ok(bench.socket.command('presence', 1), { members: [{ id: 'ann' }, { id: 'bob' }] });
      await settled();
    });
    expect(texts()).toEqual([['ann', 'bob']]);
    act(() => shown!.unmount());
    await settled();
    expect(commands('leave').length).toBe(1);
  });
});
