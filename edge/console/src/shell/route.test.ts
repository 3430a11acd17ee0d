import { expect, it } from 'vitest';
import { parseRoute, sessionHref, taskHref, tasksHref, tryHref } from './route';

const route = (hash: string) => parseRoute(hash).route;

it('finds each page at the address that leads to it', () => {
  expect(route('')).toEqual({ page: 'tasks', state: 'ALL', text: '', parent: null });
  const filtered = { page: 'tasks', state: 'FAILED', text: 'a b&c', parent: 'x/y' } as const;
  expect(route(tasksHref(filtered))).toEqual(filtered);
  expect(route(taskHref('a/b c'))).toEqual({ page: 'task', task: 'a/b c', tab: null, at: null });
  expect(route(taskHref('t', { tab: 'log', at: 42 }))).toEqual({ page: 'task', task: 't', tab: 'log', at: 42 });
  expect([route('#/agents'), route('#/cluster')]).toEqual([{ page: 'agents' }, { page: 'cluster' }]);
  expect([route('#/sessions'), route(sessionHref('a/b'))]).toEqual([
    { page: 'sessions', session: null },
    { page: 'sessions', session: 'a/b' },
  ]);
  expect([route(tryHref()), route(tryHref('stream'))]).toEqual([
    { page: 'try', dialect: null },
    { page: 'try', dialect: 'stream' },
  ]);
  expect(tasksHref()).toBe('#/');
});

it('passes over what it does not know', () => {
  expect(route('#/?state=odd')).toMatchObject({ state: 'ALL' });
  expect(route('#/tasks/t?tab=odd&at=-1')).toMatchObject({ tab: null, at: null });
  for (const odd of ['#/x', '#/tasks/a/b', '#/tasks/%E0%A4%A']) expect(route(odd)).toEqual({ page: 'unknown' });
});

it('finds a token', () => {
  expect(parseRoute('#/tasks/t?token=abc')).toMatchObject({ token: 'abc', route: { page: 'task', task: 't' } });
});
