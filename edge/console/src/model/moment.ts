import type { Artifact, Attempt, Lane, Said, Span, Status, Story, Text } from './story';

// What a story told up to an offset: the same as if it had ended there.

export const hasBegun = (span: Span, at: number): boolean => span.from <= at;

export const isOpen = (span: Span, at: number): boolean => span.from <= at && (span.to === null || span.to > at);

/** The ordinal of the attempt under way, or of the last one; -1 before the first. */
export function attemptAt({ attempts, gone }: Story, at: number): number {
  let index = attempts.length - 1;
  while (index >= 0 && !hasBegun(attempts[index]!, at)) index -= 1;
  return gone.attempts + index;
}

export type Standing = 'present' | 'rolled back' | 'earlier run';

/** What became of what an attempt has put out: the next attempt of its run begins anew, so it does not count any more.
 *  Null: no attempt has put it out. */
export function standingOf({ attempts, gone }: Story, ordinal: number | null, at: number): Standing {
  if (ordinal === null) return 'present';
  if (ordinal >= 0 && ordinal < gone.attempts) return 'earlier run';
  const next = attempts[ordinal - gone.attempts + 1];
  if (next === undefined || next.from > at) return 'present';
  return next.run === attempts[Math.max(ordinal - gone.attempts, 0)]!.run ? 'rolled back' : 'earlier run';
}

export function attemptsAt({ attempts }: Story, at: number): Attempt[] {
  return attempts.filter((one) => hasBegun(one, at));
}

/** How an attempt has ended, or null. */
export function endOf(attempt: Attempt, at: number): string | null {
  return attempt.to !== null && attempt.to <= at ? attempt.end : null;
}

export function lanesAt({ lanes }: Story, at: number): Lane[] {
  return lanes.filter((lane) => lane.items.some((one) => hasBegun(one, at)) || lane.states.some((one) => hasBegun(one, at)));
}

export const laneName = ({ agent, is_shared }: Lane): string => (is_shared ? 'Further agents' : agent || 'Task');

/** An agent's newest status. */
export function statusAt({ states }: Lane, at: number): Status | undefined {
  let index = states.length - 1;
  while (index >= 0 && states[index]!.from > at) index -= 1;
  return states[index];
}

export interface ShownText {
  text: Text;
  words: string;
  /** Characters before these words that are not kept. */
  gone: number;
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
      const { text: words, gone } = text.body.at(at);
      return { text, words, gone, is_growing, is_discarded, standing: standingOf(story, text.attempt, at) };
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
