import { LongwireError } from '@longwire/client';
import { expect, it } from 'vitest';
import { cancelAll } from './cancel_all';

function clientThat(refuses: (task: string) => boolean) {
  const seen: string[] = [];
  let now = 0;
  let most = 0;
  return {
    seen,
    most: () => most,
    cancel: async (task: string) => {
      seen.push(task);
      most = Math.max(most, ++now);
      await Promise.resolve();
      now -= 1;
      if (refuses(task)) throw new LongwireError('conflict', 'it has ended');
      return { task, state: 'RUNNING' as const, cancelling: true };
    },
  };
}

it('cancels each task once, some at a time, and counts those that were refused', async () => {
  const tasks = Array.from({ length: 100 }, (_, i) => `t${i}`);
  const client = clientThat((task) => task.endsWith('7'));
  const told: number[] = [];
  const end = await cancelAll(client, tasks, ({ done }) => told.push(done));
  expect(client.seen).toEqual(tasks);
  expect(client.most()).toBe(16);
  expect(end).toEqual({ asked: 100, done: 100, refused: 10, why: 'it has ended' });
  expect(told[0]).toBe(0);
  expect(told[told.length - 1]).toBe(100);
});

it('has nothing to do without tasks', async () => {
  expect(await cancelAll(clientThat(() => false), [], () => undefined)).toMatchObject({ asked: 0, done: 0 });
});
