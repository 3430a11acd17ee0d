import { expect, it } from 'vitest';
import { Transcript } from './transcript';

const transcript = () => new Transcript((run) => run(), () => 7);

it('puts neighbouring pieces of one text together', () => {
  const { entries } = ((t: Transcript) => {
    t.add('edge', false, 'token', { type: 'token', stream: 'a', index: 0, text: 'Hel' });
    t.add('edge', false, 'token', { type: 'token', stream: 'a', index: 1, text: 'lo' });
    t.add('edge', false, 'token', { type: 'token', stream: 'b', index: 0, text: 'x' });
    t.add('edge', false, 'agent_streaming', { message: 'y' });
    t.add('edge', false, 'event', { data: { event_type: 'TEXT_DELTA', payload: { stream: 'a', text: 'z' } } });
    return t;
  })(transcript());
  expect(entries.items.map(({ offset, type, text, pieces }) => [offset, type, text, pieces])).toEqual([
    [1, 'token', 'Hello', 2],
    [2, 'token', 'x', 1],
    [3, 'agent_streaming', 'y', 1],
    [4, 'event', 'z', 1],
  ]);
});

it('keeps all else as it was said', () => {
  const t = transcript();
  t.add('you', true, 'chat', { type: 'chat' });
  t.add('edge', false, 'result', { type: 'result', content: 'c' });
  t.add('edge', false, 'result', { type: 'result', content: 'c' });
  expect(t.entries.items.map(({ who, is_ours, type, text, at_ms }) => [who, is_ours, type, text, at_ms])).toEqual([
    ['you', true, 'chat', null, 7],
    ['edge', false, 'result', null, 7],
    ['edge', false, 'result', null, 7],
  ]);
});
