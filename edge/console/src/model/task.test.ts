import { describe, expect, it } from 'vitest';
import type { Event, Snapshot } from '@longwire/client';
import { applySnapshot, emptyTask, fold, type Data, type TaskView } from './task';
import { eventOf, snapshotOf } from './testing';

let last = 0;
const at = (type: string, data: Data = {}, more: Partial<Event> = {}): Event => eventOf(++last, type, data, more);

function folded(...events: Event[]): TaskView {
  return events.reduce(fold, emptyTask('a'));
}

function story(...parts: [string, Data?][]): TaskView {
  last = 0;
  return folded(...parts.map(([type, data]) => at(type, data)));
}

const snapshot = (more: Partial<Snapshot>): Snapshot => snapshotOf('a', more);

describe('fold', () => {
  it('takes the worker from a start, not from who announced it', () => {
    last = 0;
    expect(folded(at('task.started', { worker: 'w-1' }, { source: 'broker' })).worker).toBe('w-1');
  });

  it('follows a task from the queue to its result', () => {
    expect(story(['task.queued', { kind: 'exec' }])).toMatchObject({ state: 'PENDING', kind: 'exec', created_us: 1_000 });
    const view = story(
      ['task.queued'],
      ['task.started', { run: 1, attempt: 1, worker: 'w-1' }],
      ['task.progress', { progress: 0.5, message: 'half', turn: 1, max_turns: 4 }],
    );
    expect(view).toMatchObject({ state: 'RUNNING', progress: 0.5, message: 'half', turn: 1, max_turns: 4, worker: 'w-1' });
    expect(fold(view, at('task.completed', { result: { n: 3 } }))).toMatchObject({
      state: 'COMPLETED',
      progress: 1,
      result: { n: 3 },
      started_us: 2_000,
      ended_us: 4_000,
    });
  });

  it('does not touch the view it is given', () => {
    const before = Object.freeze({ ...emptyTask('a'), agents: Object.freeze([]), streams: Object.freeze([]) });
    last = 0;
    fold(before, at('agent.status', { agent: 'x', status: 'busy' }));
    fold(before, at('text.delta', { stream: 's', text: 'x' }));
    expect(before.offset).toBe(0);
  });

  it('keeps the error of a failure, and forgets it when the task runs again', () => {
    const failed = story(['task.started'], ['task.failed', { error: { code: 'boom', message: 'it broke' } }]);
    expect(failed).toMatchObject({ state: 'FAILED', error: { code: 'boom', message: 'it broke' } });
    const again = [at('task.queued'), at('task.started', { run: 2, attempt: 1 })].reduce(fold, failed);
    expect(again).toMatchObject({ state: 'RUNNING', run: 2, attempt: 1, error: null, ended_us: null });
  });

  it('shows the cancel under way until the end', () => {
    expect(story(['task.started'], ['task.cancelling', { by: 'dev' }])).toMatchObject({ state: 'RUNNING', cancelling: true });
    expect(story(['task.started'], ['task.cancelling'], ['task.cancelled', { reason: 'asked' }])).toMatchObject({
      state: 'CANCELLED',
      cancelling: false,
      message: 'asked',
    });
  });

  it('waits for input until it comes', () => {
    expect(story(['task.started'], ['task.waiting', { prompt: 'Go on?' }]).waiting).toBe('Go on?');
    expect(story(['task.started'], ['task.waiting', {}], ['task.input', { data: 'yes' }]).waiting).toBeNull();
  });

  it('takes away a text that broke off', () => {
    const view = story(
      ['task.started', { run: 1, attempt: 1 }],
      ['text.delta', { stream: 'a.1', text: 'Hel' }],
      ['text.done', { stream: 'a.1', text: '', discarded: true }],
      ['text.delta', { stream: 'a.2', text: 'Hello' }],
    );
    expect(view.streams.map((s) => [s.stream, s.text])).toEqual([['a.2', 'Hello']]);
  });

  it('joins text by stream and keeps the attempts apart', () => {
    const view = story(
      ['task.started', { run: 1, attempt: 1 }],
      ['text.delta', { stream: 'a', text: 'Hel', agent: 'Ann' }],
      ['text.delta', { stream: 'b', text: 'other' }],
      ['text.delta', { stream: 'a', text: 'lo' }],
      ['task.retrying', { reason: 'lost' }],
      ['task.started', { run: 1, attempt: 2 }],
      ['text.delta', { stream: 'a', text: 'Hello' }],
      ['text.done', { stream: 'a', text: 'Hello again' }],
    );
    expect(view.streams.map((s) => [s.stream, s.attempt, s.text, s.done])).toEqual([
      ['a', 1, 'Hello', false],
      ['b', 1, 'other', false],
      ['a', 2, 'Hello again', true],
    ]);
    expect(view.streams[0]!.agent).toBe('Ann');
  });

  it('keeps each agent once, with its newest status', () => {
    const view = story(
      ['agent.status', { agent: 'A', status: 'ANALYZING', emoji: '🔎' }],
      ['agent.status', { agent: 'B', status: 'IDLE' }],
      ['agent.status', { agent: 'A', progress: 2, message: 'nearly' }],
    );
    expect(view.agents.map((a) => [a.agent, a.status, a.progress, a.message, a.emoji])).toEqual([
      ['A', 'ANALYZING', 1, 'nearly', '🔎'],
      ['B', 'IDLE', null, '', ''],
    ]);
  });

  it('keeps what an agent has said last, as snapshots do', () => {
    const view = story(
      ['agent.status', { agent: 'A', status: 'ANALYZING', message: 'nearly' }],
      ['agent.message', { agent: 'A', to: 'B', message: 'found it' }],
    );
    expect(view.agents.map((a) => [a.agent, a.status, a.message])).toEqual([['A', 'ANALYZING', 'found it']]);
  });
});

describe('applySnapshot', () => {
  it('has the say about the state until newer events come', () => {
    const view = applySnapshot(emptyTask('a'), snapshot({ state: 'RUNNING', progress: 0.6, offset: 3 }));
    last = 0;
    const replayed = [at('task.queued'), at('task.started', { attempt: 1 }), at('task.progress', { progress: 0.1 })].reduce(
      fold,
      view,
    );
    expect(replayed).toMatchObject({ state: 'RUNNING', progress: 0.6, attempt: 1, offset: 3 });
    expect(fold(replayed, at('task.progress', { progress: 0.7 })).progress).toBe(0.7);
  });

  it('knows what a task that waits has asked', () => {
    const asked = snapshot({ state: 'RUNNING', waiting: true, prompt: 'Go on?', offset: 3 });
    expect(applySnapshot(emptyTask('a'), asked).waiting).toBe('Go on?');
    expect(applySnapshot(emptyTask('a'), { ...asked, prompt: null }).waiting).toBe('The task waits for input.');
    expect(applySnapshot(emptyTask('a'), { ...asked, waiting: false, prompt: null }).waiting).toBeNull();
  });

  it('does not turn back what newer events have said', () => {
    const view = story(['task.queued'], ['task.started'], ['task.completed', { result: 1 }]);
    expect(applySnapshot(view, snapshot({ state: 'RUNNING', offset: 2, input: { n: 5 } }))).toMatchObject({
      state: 'COMPLETED',
      kind: 'demo.count',
      input: { n: 5 },
    });
  });
});
