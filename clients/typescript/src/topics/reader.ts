import type { LongwireError } from '../errors';
import type { Push, Subscribed } from '../protocol';

/** Someone who follows one topic from a place of its own. */
export interface Reader {
  readonly topic: string;
  /** How the topic's events may be merged (protocol/spec/client.md); the first reader of a topic decides. */
  readonly conflate_ms: number | undefined;

  /** What is pushed from now on follows this answer's place. Pushes from before it may still come, too. */
  answered(reply: Subscribed): void;
  /** It will be pushed nothing. */
  refused(error: LongwireError): void;
  pushed(push: Push): void;
}
