import type { Event } from '@longwire/client';
import { describe, expect, it } from 'vitest';
import { artifactsAt, attemptAt, attemptsAt, endOf, isOpen, lanesAt, standingOf, statusAt, talkAt, textsAt } from './moment';
import { emptyStory, tell, type Story } from './story';
import { eventOf } from './testing';

type Part = [type: string, data?: Record<string, unknown>];

const eventsOf = (...parts: Part[]): Event[] => parts.map(([type, data], i) => eventOf(i + 1, type, data));

function storyOf(events: readonly Event[]): Story {
  const story = emptyStory();
  for (const event of events) tell(story, event);
  return story;
}

const kTeam = eventsOf(
  ['task.queued'],
  ['task.started', { run: 1, attempt: 1, worker: 'w-1' }],
  ['agent.status', { agent: 'Ann', status: 'ANALYZING', emoji: '🧭' }],
  ['agent.step', { agent: 'Ann', status: 'working', message: 'reads' }],
  ['tool.call', { agent: 'Ann', tool: 'find', call_id: 'c1', arguments: { q: 1 } }],
  ['text.delta', { agent: 'Ann', stream: 's', index: 0, text: 'Hel' }],
  ['tool.result', { agent: 'Ann', tool: 'find', call_id: 'c1', result: 2, ok: false }],
  ['text.delta', { agent: 'Ann', stream: 's', index: 1, text: 'lo' }],
  ['agent.step', { agent: 'Ann', status: 'completed', message: 'reads' }],
  ['artifact', { id: 'a', name: 'draft' }],
  ['agent.handoff', { agent: 'Ann', to: 'Bob', reason: 'done' }],
  ['task.retrying', { reason: 'the worker was lost' }],
  ['task.started', { run: 1, attempt: 2, worker: 'w-2', supersedes: 1 }],
  ['agent.status', { agent: 'Bob', status: 'PROCESSING' }],
  ['text.delta', { agent: 'Bob', stream: 's', index: 0, text: 'Hallo' }],
  ['text.done', { agent: 'Bob', stream: 's', index: 1, text: 'Hallo!' }],
  ['artifact', { id: 'a', name: 'one' }],
  ['artifact', { id: 'a', name: 'two' }],
  ['task.waiting', { prompt: 'Go on?' }],
  ['task.input', { data: 'yes' }],
  ['task.completed', { result: 1 }],
  ['task.queued', { run: 2 }],
  ['task.started', { run: 2, attempt: 3, worker: 'w-1' }],
  ['text.delta', { stream: 's', index: 0, text: 'Again' }],
);

/** All that a page shows at a moment. */
function shown(story: Story, at: number) {
  return {
    attempts: attemptsAt(story, at).map((one, i) => [one.run, one.attempt, one.worker, endOf(story, i, at), standingOf(story, i, at)]),
    present: attemptAt(story, at),
    lanes: lanesAt(story, at).map((lane) => ({
      agent: lane.agent,
      status: statusAt(lane, at)?.status,
      items: lane.items.filter((one) => one.from <= at).map((one) => [one.kind, one.label, isOpen(one, at)]),
    })),
    texts: textsAt(story, at).map((one) => [one.words, one.is_growing, one.is_discarded, one.standing]),
    artifacts: artifactsAt(story, at).map(({ artifact, standing }) => [artifact.data.name, standing]),
    talk: talkAt(story, at).map(({ kind, data }) => [kind, data]),
  };
}

describe('a story', () => {
  it('shows of each earlier moment what it showed then', () => {
    const whole = storyOf(kTeam);
    for (let at = 0; at <= kTeam.length; at++) expect([at, shown(whole, at)]).toEqual([at, shown(storyOf(kTeam.slice(0, at)), at)]);
  });

  it('has what an agent did in its lane, from its beginning to its end', () => {
    const [ann, task, bob] = storyOf(kTeam).lanes;
    expect([ann!.agent, ann!.emoji, task!.agent, bob!.agent]).toEqual(['Ann', '🧭', '', 'Bob']);
    expect(ann!.items.map((one) => [one.kind, one.label, one.from, one.to])).toEqual([
      ['step', 'reads', 4, 9],
      ['tool', 'find', 5, 7],
      ['text', 's', 6, 12],
      ['handoff', 'Bob', 11, 11],
    ]);
    expect(ann!.items[1]).toMatchObject({ ok: false, outcome: 2 });
    expect(ann!.open).toEqual([]);
  });

  it('marks what an attempt put out as rolled back when the next one of its run begins', () => {
    const story = storyOf(kTeam);
    expect(shown(story, 12).texts).toEqual([['Hello', false, false, 'present']]);
    expect(shown(story, 13).texts).toEqual([['Hello', false, false, 'rolled back']]);
    expect(shown(story, 21).artifacts).toEqual([
      ['draft', 'rolled back'],
      ['two', 'present'],
    ]);
    expect(shown(story, 24).texts.map(([, , , standing]) => standing)).toEqual(['rolled back', 'earlier run', 'present']);
  });

  it('ends what is open with its attempt', () => {
    const story = storyOf(kTeam.slice(0, 12));
    expect(story.attempts).toMatchObject([{ to: 12, end: 'task.retrying', message: 'the worker was lost' }]);
    expect(story.lanes.flatMap((lane) => [...lane.items, ...lane.states]).every(({ to }) => to !== null)).toBe(true);
  });

  it('keeps what was asked and answered', () => {
    expect(shown(storyOf(kTeam), 20).talk).toEqual([
      ['question', 'Go on?'],
      ['answer', 'yes'],
    ]);
  });

  it('takes a text that broke off as discarded, and a result without its call for both', () => {
    const story = storyOf(
      eventsOf(
        ['task.started', {}],
        ['text.delta', { stream: 'a', text: 'Hel' }],
        ['text.done', { stream: 'a', text: '', discarded: true }],
        ['tool.result', { tool: 'find', result: 1 }],
      ),
    );
    expect(textsAt(story, 3)).toMatchObject([{ words: 'Hel', is_discarded: true }]);
    expect(story.lanes[0]!.items[1]).toMatchObject({ kind: 'tool', from: 4, to: 4, ok: true });
  });

  it('takes 100,000 pieces of a text and reads it as it was after any of them', () => {
    const story = emptyStory();
    tell(story, eventOf(1, 'task.started'));
    for (let i = 0; i < 100_000; i++) tell(story, eventOf(2 + i, 'text.delta', { stream: 's', text: 'ab' }));
    expect(textsAt(story, 50_001)[0]!.words.length).toBe(100_000);
    expect(textsAt(story, 1_000_000)[0]!.words.length).toBe(200_000);
  });
});
