import { ofSnapshot } from '@longwire/client/task';
import { expect, it } from 'vitest';
import type { StateFilter } from '../model/task_list';
import { snapshotOf } from '../model/testing';
import { selectRows } from './select_rows';

const rows = [
  ofSnapshot(snapshotOf('a1', { kind: 'exec', message: 'Building', state: 'RUNNING' })),
  ofSnapshot(snapshotOf('b2', { kind: 'exec', worker: 'exec-1', state: 'FAILED' })),
  ofSnapshot(snapshotOf('c3', { kind: 'agent.chat', user: 'ann', state: 'FAILED', parent: 'a1' })),
];
const selected = (state: StateFilter, text: string, parent: string | null = null) => selectRows(rows, { state, text, parent });
const names = (...filter: Parameters<typeof selected>) => selected(...filter).rows.map(({ task }) => task);

it('filters by state and by words, all of which have to be there', () => {
  expect(names('ALL', '')).toEqual(['a1', 'b2', 'c3']);
  expect(names('FAILED', '')).toEqual(['b2', 'c3']);
  expect(names('ALL', 'EXEC build')).toEqual(['a1']);
  expect(names('FAILED', 'ann')).toEqual(['c3']);
  expect(names('ALL', 'exec ann')).toEqual([]);
});

it('counts the states of all', () => {
  expect([...selected('RUNNING', 'x').counts]).toEqual([
    ['RUNNING', 1],
    ['FAILED', 2],
  ]);
});

it('knows the children of a task, and counts them alone', () => {
  expect(names('ALL', '', 'a1')).toEqual(['c3']);
  expect([...selected('ALL', '', 'a1').counts]).toEqual([['FAILED', 1]]);
});
