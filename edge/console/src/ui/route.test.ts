import { expect, it } from 'vitest';
import { parseRoute, taskHref } from './route';

it('reads pages and the token from the address', () => {
  expect(parseRoute('')).toEqual({ route: { page: 'tasks' }, token: null });
  expect(parseRoute('#/?token=a.b%2Bc')).toEqual({ route: { page: 'tasks' }, token: 'a.b+c' });
  expect(parseRoute('#/tasks/x?token=t')).toEqual({ route: { page: 'task', task: 'x' }, token: 't' });
  expect(parseRoute(taskHref('a/b c?'))).toEqual({ route: { page: 'task', task: 'a/b c?' }, token: null });
  expect(parseRoute('#/tasks/%E0%A4%A').route.page).toBe('unknown');
  expect(parseRoute('#/elsewhere').route.page).toBe('unknown');
});
