import { describe, expect, it } from 'vitest';
import type { Event, Snapshot } from '../../src/index';
import { emptyTask, foldTask, isOver, kLogsMax, ofSnapshot } from '../../src/task/index';

let offset = 0;
const one = (type: string, data: object = {}): Event => ({ topic: 'task/t', offset: ++offset, type, time_us: offset, data });
const fold = (...events: Event[]) => events.reduce(foldTask, emptyTask('t'));

describe('a task’s view', () => {
  it('is made of its events', () => {
    const view = fold(
      one('task.queued', { kind: 'k', input: { n: 1 }, run: 1 }),
      one('task.started', { run: 1, attempt: 1, worker: 'w' }),
      one('task.progress', { progress: 0.5, message: 'half', turn: 1, max_turns: 4 }),
      one('agent.status', { agent: 'Ann', status: 'busy', progress: 0.2 }),
      one('agent.status', { agent: 'Ann', progress: 0.4 }),
      one('text.delta', { stream: 's', index: 0, text: 'He' }),
      one('text.delta', { stream: 's', index: 1, text: 'llo' }),
      one('artifact', { id: 'a', name: 'old' }),
      one('artifact', { id: 'a', name: 'new' }),
      one('task.waiting', { prompt: 'and?' }),
    );
    expect(view).toMatchObject({
      kind: 'k',
      input: { n: 1 },
      created_us: 1,
      turn: 1,
      max_turns: 4,
      state: 'RUNNING',
      worker: 'w',
      progress: 0.5,
      message: 'half',
      waiting: true,
      prompt: 'and?',
      agents: [{ agent: 'Ann', status: 'busy', progress: 0.4 }],
      texts: [{ stream: 's', text: 'Hello', done: false }],
      artifacts: [{ data: { name: 'new' } }],
    });
    expect(foldTask(view, one('task.input', {}))).toMatchObject({ waiting: false, prompt: null, questions: [] });
    expect(foldTask(view, one('task.completed', { result: 42 }))).toMatchObject({ state: 'COMPLETED', result: 42, progress: 1 });
  });

  it('begins anew with each attempt, and forgets texts that are taken back', () => {
    const view = fold(
      one('task.started', { run: 1, attempt: 1 }),
      one('text.delta', { stream: 's', index: 0, text: 'x' }),
      one('log', { message: 'm' }),
      one('task.retrying', { reason: 'r' }),
      one('task.started', { run: 1, attempt: 2 }),
      one('text.delta', { stream: 't', index: 0, text: 'y' }),
      one('text.done', { stream: 't', index: 1, text: '', discarded: true }),
    );
    expect(view).toMatchObject({ attempt: 2, texts: [], logs: [], state: 'RUNNING' });
  });

  it.each([
    ['task.completed', 'COMPLETED'],
    ['task.failed', 'FAILED'],
    ['task.cancelled', 'CANCELLED'],
    ['task.expired', 'EXPIRED'],
  ])('ends with %s', (type, state) => {
    const view = fold(one('task.started'), one(type, { error: { code: 'x' } }));
    expect(view.state).toBe(state);
    expect(isOver(view.state)).toBe(true);
  });

  it('keeps the newest logs', () => {
    const view = fold(...Array.from({ length: kLogsMax + 5 }, (_, i) => one('log', { i })));
    expect(view.logs.length).toBe(kLogsMax);
    expect(view.logs.at(-1)!.data).toEqual({ i: kLogsMax + 4 });
  });

  it('of a snapshot goes on with what follows it, and takes nothing twice', () => {
    offset = 0;
    const late = one('text.delta', { stream: 's', index: 0, text: 'twice' });
    const output = { texts: [{ stream: 's', text: 'Hel', done: false, offset: 1 }], logs: [], artifacts: [], questions: [] };
    const view = ofSnapshot({ task: 't', kind: 'k', state: 'RUNNING', offset: 1, agents: [], output } as unknown as Snapshot);
    expect(foldTask(view, late)).toBe(view);
    expect(foldTask(view, one('text.delta', { stream: 's', index: 1, text: 'lo' })).texts).toMatchObject([{ text: 'Hello' }]);
  });
});
