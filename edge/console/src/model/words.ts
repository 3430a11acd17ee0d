import type { TaskView } from '@longwire/client/task';

/** A task's state in the one word that says most of it. */
export function stateWords(view: Pick<TaskView, 'state' | 'cancelling' | 'waiting' | 'held'>): string {
  if (view.state === null) return '…';
  if (view.cancelling) return 'CANCELLING';
  if (view.waiting && view.state === 'RUNNING') return 'WAITING';
  if (view.held && view.state === 'PENDING') return 'HELD';
  return view.state;
}

/** What a task asks, as its user reads it. */
export function questionWords(prompt: unknown): string {
  if (typeof prompt === 'string' && prompt !== '') return prompt;
  return prompt == null || prompt === '' ? 'The task waits for input.' : JSON.stringify(prompt);
}

/** Any value within a sentence. */
export function say(value: unknown): string {
  return typeof value === 'string' ? value : value == null ? '' : JSON.stringify(value);
}

/** How long a task has run, or took, in microseconds; null where it has not begun. */
export function elapsedUs(view: Pick<TaskView, 'state' | 'started_us' | 'ended_us'>, now_us: number): number | null {
  if (view.started_us === null) return null;
  if (view.ended_us !== null) return view.ended_us - view.started_us;
  return view.state === 'RUNNING' ? now_us - view.started_us : null;
}

/** The beginning of what is too long. As a copy: a slice would keep all of it in memory. */
export function cut(words: string, max: number): string {
  return words.length > max ? `${Array.from(words.slice(0, max)).join('')}…` : words;
}
