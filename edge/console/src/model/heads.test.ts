import { emptyTask, foldTask } from '@longwire/client/task';
import { expect, it } from 'vitest';
import { Heads } from './heads';
import { eventOf } from './testing';

it('finds the view after any event', () => {
  const types = ['task.started', 'task.progress', 'log', 'agent.status', 'text.delta', 'task.waiting', 'task.input'];
  const events = Array.from({ length: 1_500 }, (_, i) =>
    eventOf(2 * i + 1, types[(i * 5 + (i >> 3)) % types.length]!, { agent: 'a', stream: 's', text: 'x', progress: i / 1_500, message: String(i) }),
  );
  const heads = new Heads('a');
  events.forEach((event) => heads.add(event));
  let view = emptyTask('a');
  expect(heads.at(0, events)).toEqual(view);
  for (const event of events) {
    view = foldTask(view, event);
    if (event.offset % 7 === 0 || event.offset > 2_900) expect(heads.at(event.offset + 1, events)).toEqual(view);
  }
});
