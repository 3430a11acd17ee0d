import type { ProductConnection } from '@longwire/client/dialects';
import type { Transcript } from './transcript';

export type AnyConnection = Pick<ProductConnection<never, { type: string }>, 'state' | 'onState' | 'retry' | 'close'>;

/** A conversation that has begun. */
export interface Opened {
  /** The one whose state is shown; null where there is none yet. */
  connection(): AnyConnection | null;
  say(text: string): Promise<void>;
  /** What else a frontend of this product can say. */
  more: { words: string; run: () => Promise<void> }[];
  close(): void;
}

export interface Opening {
  transcript: Transcript;
  token: () => string | undefined;
  /** There is another connection, or its state is another. */
  changed: () => void;
}

export interface Dialect {
  id: string;
  title: string;
  path: string;
  about: string;
  /** What the field is called, and what stands in it at first. */
  asks: string;
  first: string;
  button: string;
  open(opening: Opening): Opened;
}

interface Speaker<In extends object> {
  onMessage(listener: (message: { type: string }) => void): () => void;
  onState(listener: () => void): () => void;
  send(message: In): Promise<void>;
}

/** Writes down what is heard, and gives what says something and writes that down, too. */
export function listen<In extends object>(one: Speaker<In>, { transcript, changed }: Opening, who = '') {
  one.onMessage((message) => transcript.add(who, false, message.type, message));
  one.onState(changed);
  return (message: In): Promise<void> => {
    transcript.add(who, true, String((message as { type?: unknown }).type), message);
    return one.send(message);
  };
}
