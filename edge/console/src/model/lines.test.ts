import { describe, expect, it } from 'vitest';
import { logLine } from './lines';
import { eventOf } from './testing';

const line = (type: string, data: Record<string, unknown>) => logLine(eventOf(7, type, data), 0);

describe('logLine', () => {
  it('reads a log event with its level, whatever its case', () => {
    expect(line('log', { level: 'WARNING', message: 'careful', agent: 'A' })).toMatchObject({
      offset: 7,
      level: 'warn',
      who: 'A',
      message: 'careful',
    });
    expect([line('log', {})!.attempt, line('task.retrying', {})!.attempt]).toEqual([0, null]);
    expect(line('log', { i: 3 })).toMatchObject({ level: 'info', message: '{"i":3}' });
  });

  it('leaves out what is shown elsewhere and never drops a type it does not know', () => {
    expect(line('task.progress', { progress: 1 })).toBeNull();
    expect(line('text.delta', { text: 'x' })).toBeNull();
    expect(line('bench.mark', { n: 1 })).toMatchObject({ level: 'other', message: 'bench.mark {"n":1}' });
  });

  it('tells tools, handoffs and failures in words', () => {
    expect(line('tool.call', { tool: 'find', arguments: { q: 1 } })!.message).toBe('find({"q":1})');
    expect(line('tool.result', { tool: 'find', result: 2, ok: false })!.level).toBe('error');
    expect(line('agent.handoff', { agent: 'A', to: 'B', reason: 'done' })).toMatchObject({ who: 'A', message: '→ B done' });
    expect(line('task.failed', { error: { message: 'boom' } })).toMatchObject({ level: 'error', message: 'Failed: boom' });
    expect(line('task.started', { attempt: 2, run: 3, worker: 'w' })!.message).toBe('Started, run 3, attempt 2 on w');
  });
});

it('cuts what is composed of large data, but no log', () => {
  const long = 'x'.repeat(100_000);
  expect(logLine(eventOf(1, 'tool.call', { tool: 't', arguments: { long } }), 0)!.message.length).toBeLessThan(3_000);
  expect(logLine(eventOf(1, 'log', { message: long }), 0)!.message).toBe(long);
});
