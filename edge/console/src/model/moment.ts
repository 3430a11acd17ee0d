import type { Artifact, Attempt, Lane, Said, Span, Status, Story, Text } from './story';

// What a story told up to an offset: the same as if it had ended there.

export const hasBegun = (span: Span, at: number): boolean => span.from <= at;

export const isOpen = (span: Span, at: number): boolean => span.from <= at && (span.to === null || span.to > at);

/** The attempt under way, or the last one; -1 before the first. */
export function attemptAt({ attempts }: Story, at: number): number {
  let index = attempts.length - 1;
  while (index >= 0 && !hasBegun(attempts[index]!, at)) index -= 1;
  return index;
}

export type Standing = 'present' | 'rolled back' | 'earlier run';

/** What became of what an attempt has put out: the next attempt of its run begins anew, so it does not count any more. */
export function standingOf({ attempts }: Story, index: number | null, at: number): Standing {
  if (index === null) return 'present';
  const next = attempts[index + 1];
  if (next === undefined || next.from > at) return 'present';
  return next.run === attempts[Math.max(index, 0)]!.run ? 'rolled back' : 'earlier run';
}

export function attemptsAt({ attempts }: Story, at: number): Attempt[] {
  return attempts.filter((one) => hasBegun(one, at));
}

/** How an attempt has ended, or null. */
export function endOf(story: Story, index: number, at: number): string | null {
  const attempt = story.attempts[index]!;
  return attempt.to !== null && attempt.to <= at ? attempt.end : null;
}

export function lanesAt({ lanes }: Story, at: number): Lane[] {
  return lanes.filter((lane) => lane.items.some((one) => hasBegun(one, at)) || lane.states.some((one) => hasBegun(one, at)));
}

/** An agent's newest status. */
export function statusAt({ states }: Lane, at: number): Status | undefined {
  let index = states.length - 1;
  while (index >= 0 && states[index]!.from > at) index -= 1;
  return states[index];
}

export interface ShownText {
  text: Text;
  words: string;
  is_growing: boolean;
  is_discarded: boolean;
  standing: Standing;
}

export function textsAt(story: Story, at: number): ShownText[] {
  return story.texts
    .filter((one) => hasBegun(one, at))
    .map((text) => {
      const is_growing = isOpen(text, at);
      const is_discarded = text.discarded && !is_growing;
      return { text, words: text.body.at(at), is_growing, is_discarded, standing: standingOf(story, text.attempt, at) };
    });
}

export interface ShownArtifact {
  artifact: Artifact;
  standing: Standing;
}

export function artifactsAt(story: Story, at: number): ShownArtifact[] {
  return story.artifacts
    .filter(({ offset, replaced }) => offset <= at && (replaced === null || replaced > at))
    .map((artifact) => ({ artifact, standing: standingOf(story, artifact.attempt, at) }));
}

export function talkAt({ talk }: Story, at: number): Said[] {
  return talk.filter(({ offset }) => offset <= at);
}
