import { ofSnapshot } from '@longwire/client/task';
import { expect, it } from 'vitest';
import { snapshotOf } from '../model/testing';
import { selectRows } from './select_rows';

const rows = [
  ofSnapshot(snapshotOf('a1', { kind: 'exec', message: 'Building', state: 'RUNNING' })),
  ofSnapshot(snapshotOf('b2', { kind: 'exec', worker: 'exec-1', state: 'FAILED' })),
  ofSnapshot(snapshotOf('c3', { kind: 'agent.chat', user: 'ann', state: 'FAILED' })),
];
const names = (...how: [Parameters<typeof selectRows>[1], string]) => selectRows(rows, ...how).rows.map(({ task }) => task);

it('filters by state and by words, all of which have to be there', () => {
  expect(names('ALL', '')).toEqual(['a1', 'b2', 'c3']);
  expect(names('FAILED', '')).toEqual(['b2', 'c3']);
  expect(names('ALL', 'EXEC build')).toEqual(['a1']);
  expect(names('FAILED', 'ann')).toEqual(['c3']);
  expect(names('ALL', 'exec ann')).toEqual([]);
});

it('counts the states of all', () => {
  expect([...selectRows(rows, 'RUNNING', 'x').counts]).toEqual([
    ['RUNNING', 1],
    ['FAILED', 2],
  ]);
});
