import { emptyTask, foldTask } from '@longwire/client/task';
import { expect, it } from 'vitest';
import { Heads } from './heads';
import { eventOf } from './testing';

/** What a story tells instead. */
const kUntold = { texts: [], logs: [], artifacts: [], questions: [], agents: [] };

function setup() {
  const types = ['task.started', 'task.progress', 'log', 'agent.status', 'text.delta', 'task.waiting', 'task.input'];
  const events = Array.from({ length: 1_500 }, (_, i) =>
    eventOf(2 * i + 1, types[(i * 5 + (i >> 3)) % types.length]!, { agent: 'a', stream: 's', text: 'x', progress: i / 1_500, message: String(i) }),
  );
  const heads = new Heads('a');
  events.forEach((event) => heads.add(event));
  return { events, heads };
}

it('finds the view after any event', () => {
  const { events, heads } = setup();
  let view = emptyTask('a');
  expect(heads.at(0, events)).toEqual(view);
  for (const event of events) {
    view = foldTask(view, event);
    if (event.offset % 7 === 0 || event.offset > 2_900) expect(heads.at(event.offset + 1, events)).toEqual({ ...view, ...kUntold });
  }
});

it('still finds all those whose events are kept', () => {
  const { events, heads } = setup();
  const views = events.map((event) => heads.at(event.offset, events));
  for (const [begin, end] of [[0, 300], [300, 310], [310, 1_200]]) {
    heads.forget(events.slice(begin, end));
    const kept = events.slice(end);
    kept.forEach((event, i) => expect(heads.at(event.offset, kept)).toEqual(views[end! + i]));
  }
});
