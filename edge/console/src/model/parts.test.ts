import { ofSnapshot } from '@longwire/client/task';
import { expect, it } from 'vitest';
import { partsAt } from './parts';
import { snapshotOf } from './testing';

const part = (task: string, more: Parameters<typeof snapshotOf>[1]) => ofSnapshot(snapshotOf(task, more));

const kParts = [
  part('waits', { state: 'PENDING', created_us: 30 }),
  part('runs', { state: 'RUNNING', created_us: 20, started_us: 25, progress: 0.7, cancelling: true }),
  part('ended', { state: 'FAILED', created_us: 10, started_us: 15, ended_us: 40, error: { message: 'no' } }),
  part('never ran', { state: 'CANCELLED', created_us: 5, ended_us: 12 }),
];
const statesAt = (time_us: number | null) => partsAt(kParts, time_us).map(({ task, state }) => [task, state]);

it('shows now what there is now', () => {
  expect(partsAt(kParts, null)).toEqual(kParts);
});

it('shows of an earlier time the children that there were, in their states', () => {
  expect(statesAt(4)).toEqual([]);
  expect(statesAt(11)).toEqual([
    ['ended', 'PENDING'],
    ['never ran', 'PENDING'],
  ]);
  expect(statesAt(25)).toEqual([
    ['runs', 'RUNNING'],
    ['ended', 'RUNNING'],
    ['never ran', 'CANCELLED'],
  ]);
  expect(statesAt(40)).toEqual([
    ['waits', 'PENDING'],
    ['runs', 'RUNNING'],
    ['ended', 'FAILED'],
    ['never ran', 'CANCELLED'],
  ]);
});

it('says nothing of an earlier time that only holds now', () => {
  expect(partsAt(kParts, 30)[1]).toMatchObject({ task: 'runs', progress: null, cancelling: false });
  expect(partsAt(kParts, 30)[2]).toMatchObject({ task: 'ended', error: null });
});
