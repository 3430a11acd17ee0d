import type { Event } from '@longwire/client';
import { describe, expect, it } from 'vitest';
import { artifactsAt, attemptAt, attemptsAt, endOf, isOpen, laneName, lanesAt, standingOf, statusAt, talkAt, textsAt } from './moment';
import { kTextMax } from './growing_text';
import { emptyStory, kArtifactsMax, kAttemptsMax, kLanesMax, kSpansMax, kTalkMax, kTextsMax, kWordsMax, type Story } from './story';
import { forgetBefore, tell } from './tell';
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
    attempts: attemptsAt(story, at).map((one) => [one.run, one.attempt, one.worker, endOf(one, at), standingOf(story, one.ordinal, at)]),
    present: attemptAt(story, at),
    lanes: lanesAt(story, at).map((lane) => ({
      agent: lane.agent,
      status: statusAt(lane, at)?.status,
      items: lane.items.filter((one) => one.from <= at).map((one) => [one.kind, one.label, isOpen(one, at)]),
    })),
    texts: textsAt(story, at).map((one) => [one.words, one.is_growing, one.is_discarded, one.standing]),
    artifacts: artifactsAt(story, at).map(({ artifact, standing }) => [artifact.name, standing]),
    talk: talkAt(story, at).map(({ kind, words }) => [kind, words]),
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
    expect(ann!.items[1]).toMatchObject({ ok: false, call_id: 'c1' });
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
});

describe('a story without end', () => {
  /** So many events after an attempt has begun, of offsets from 2. */
  function long(n: number, event: (i: number) => Part): Story {
    const story = emptyStory();
    tell(story, eventOf(1, 'task.started'));
    for (let i = 0; i < n; i++) tell(story, eventOf(2 + i, ...event(i)));
    return story;
  }

  it('gives 10,000 agents a hundred lanes and one for all others', () => {
    const story = long(40_000, (i) => {
      const agent = `a${i >> 2}`;
      return ([
        ['agent.status', { agent, status: 'WORKING' }],
        ['agent.step', { agent, status: 'working', message: 'reads' }],
        ['tool.call', { agent, tool: 'find' }],
        ['tool.result', { agent, tool: 'find' }],
      ] as Part[])[i % 4]!;
    });
    expect(story.lanes.length).toBe(kLanesMax + 1);
    expect(story.crowded_from).toBe(2 + 4 * kLanesMax);
    const shared = story.lanes[kLanesMax]!;
    expect(story.lanes.map((lane) => lane.is_shared)).toEqual([...new Array(kLanesMax).fill(false), true]);
    expect([shared.states.length, shared.items.length <= kSpansMax]).toEqual([0, true]);
    expect(shared.items.length + story.gone.items).toBe(2 * (10_000 - kLanesMax));
    expect(shared.items.slice(-2)).toMatchObject([
      { by: 'a9999', kind: 'step', to: null },
      { by: 'a9999', kind: 'tool', ok: true },
    ]);
    expect(lanesAt(story, 400).map(laneName)).not.toContain('Further agents');
    expect(lanesAt(story, Infinity).map(laneName)[kLanesMax]).toBe('Further agents');
  });

  it('keeps what an agent did last, of 100,000 calls that are never answered', () => {
    const story = long(100_000, (i) => ['tool.call', { agent: 'Ann', tool: 't', call_id: i }]);
    const [lane] = story.lanes;
    expect(lane!.items.length + story.gone.items).toBe(100_000);
    expect([lane!.items.length <= kSpansMax, lane!.open.length]).toEqual([true, lane!.items.length]);
    tell(story, eventOf(200_000, 'tool.result', { agent: 'Ann', tool: 't', call_id: 99_999 }));
    expect(lane!.items[lane!.items.length - 1]).toMatchObject({ call_id: '99999', to: 200_000, ok: true });
  });

  it('keeps the end of a text of 1,000,000 pieces, and reads it as it was after any event that is kept', () => {
    const story = long(1_000_000, (i) => ['text.delta', { stream: 's', text: `${i} ` }]);
    const last = textsAt(story, Infinity)[0]!;
    expect(last.words.length).toBeLessThanOrEqual(kTextMax);
    expect(last.words.endsWith('999998 999999 ')).toBe(true);
    expect(last.gone + last.words.length).toBe(Array.from({ length: 1_000_000 }, (_, i) => String(i).length + 1).reduce((a, b) => a + b));
    forgetBefore(story, 900_002);
    const before = textsAt(story, 999_002)[0]!;
    expect([before.gone, before.words.endsWith(' 999000 ')]).toEqual([last.gone, true]);
    expect(textsAt(story, 900_002)[0]!.words).toBe('');
  });

  it('keeps the newest of 10,000 texts, and takes what still comes of others for no new ones', () => {
    const story = long(10_000, (i) => ['text.delta', { stream: `s${i}`, text: `text ${i}` }]);
    expect(story.texts.length).toBeLessThanOrEqual(kTextsMax);
    expect(story.texts.length + story.gone.texts).toBe(10_000);
    const kept = story.texts.length;
    tell(story, eventOf(20_000, 'text.delta', { stream: 's9999', text: '!' }));
    tell(story, eventOf(20_001, 'text.delta', { stream: 's5000', text: '!' }));
    expect(story.texts.length).toBe(kept);
    expect(textsAt(story, Infinity)[kept - 1]!.words).toBe('text 9999!');
    tell(story, eventOf(20_002, 'task.started', { attempt: 2 }));
    tell(story, eventOf(20_003, 'text.delta', { stream: 's5000', text: 'anew' }));
    expect(story.texts[story.texts.length - 1]!.stream).toBe('s5000');
  });

  it('keeps so many words of all texts together', () => {
    const piece = 'x'.repeat(kTextMax);
    const story = long(20, (i) => ['text.delta', { stream: `s${i}`, text: piece }]);
    expect([story.texts.length, story.gone.texts]).toEqual([kWordsMax / kTextMax, 20 - kWordsMax / kTextMax]);
  });

  it('keeps the newest attempts, questions and artifacts', () => {
    const story = long(9_000, (i) =>
      ([
        ['task.started', { run: 1 + Math.floor(i / 6), attempt: 1 + i }],
        ['task.waiting', { prompt: 'x'.repeat(100_000) }],
        ['artifact', { id: i, name: 'draft', meta: { all: 'x'.repeat(100_000) } }],
      ] as Part[])[i % 3]!,
    );
    const { attempts, talk, artifacts, gone } = story;
    expect([attempts.length <= kAttemptsMax, talk.length <= kTalkMax, artifacts.length <= kArtifactsMax]).toEqual([true, true, true]);
    expect([attempts.length + gone.attempts, talk.length + gone.talk, artifacts.length + gone.artifacts]).toEqual([3_001, 3_000, 3_000]);
    expect(attempts[attempts.length - 1]).toMatchObject({ ordinal: 3_000 });
    expect([standingOf(story, 3, 9_001), standingOf(story, 2_999, 9_001), standingOf(story, 3_000, 9_001)]).toEqual([
      'earlier run',
      'rolled back',
      'present',
    ]);
    expect(artifacts[0]!.meta).toMatch(/too large/i);
    expect(talk[0]!.words.length).toBeLessThan(5_000);
  });
});
