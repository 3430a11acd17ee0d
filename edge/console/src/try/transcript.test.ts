import { expect, it } from 'vitest';
import { Transcript } from './transcript';

const transcript = () => new Transcript((run) => run(), () => 7);

it('puts neighbouring pieces of one text together', () => {
  const { entries } = ((t: Transcript) => {
    t.add('edge', false, 'token', { type: 'token', stream: 'a', index: 0, text: 'Hel' });
    t.add('edge', false, 'token', { type: 'token', stream: 'a', index: 1, text: 'lo' });
    t.add('edge', false, 'token', { type: 'token', stream: 'b', index: 0, text: 'x' });
    t.add('edge', false, 'agent_streaming', { message: 'y' });
    t.add('edge', false, 'TEXT_MESSAGE_CONTENT', { messageId: 'm1', delta: 'p' });
    t.add('edge', false, 'TEXT_MESSAGE_CONTENT', { messageId: 'm1', delta: 'q' });
    t.add('edge', false, 'TEXT_MESSAGE_CONTENT', { messageId: 'm2', delta: 'r' });
    t.add('edge', false, 'event', { data: { event_type: 'TEXT_DELTA', payload: { stream: 'a', text: 'z' } } });
    return t;
  })(transcript());
  expect(entries.items.map(({ offset, type, text, pieces }) => [offset, type, text, pieces])).toEqual([
    [1, 'token', 'Hello', 2],
    [2, 'token', 'x', 1],
    [3, 'agent_streaming', 'y', 1],
    [4, 'TEXT_MESSAGE_CONTENT', 'pq', 2],
    [5, 'TEXT_MESSAGE_CONTENT', 'r', 1],
    [6, 'event', 'z', 1],
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

it('keeps the end of a text that is very long', () => {
  const t = transcript();
  for (let i = 0; i < 100_000; i++) t.add('', false, 'token', { stream: 'a', text: `${i} ` });
  const [entry] = t.entries.items;
  expect([entry!.pieces, entry!.text!.length < 70_000, entry!.text!.endsWith('99998 99999 ')]).toEqual([100_000, true, true]);
});
