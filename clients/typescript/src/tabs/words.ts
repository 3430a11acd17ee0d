import type { ConnectionState } from '../connection/state';
import type { Message } from '../protocol';

/** A line is one tab's connection to the tab that leads, as a socket would be to an edge. */
export type LineId = string;

export type ToLeader =
  | { line: LineId; tab: string; open: true }
  | { line: LineId; say: Message[] }
  | { line: LineId; close: true }
  /** Someone wants a connection now. */
  | { line: LineId; hurry: true }
  /** The network may have changed: look whether the connection still lives. */
  | { line: LineId; doubt: true };

/** One thing for one line, or for all where none is named. */
export type FromLeaderItem = { line?: LineId } & (
  | { opened: true }
  | { hear: Message }
  | { state: ConnectionState }
  | { closed: string }
);

export type FromLeader = { leader: string; items: FromLeaderItem[] };

export const isFromLeader = (word: ToLeader | FromLeader): word is FromLeader => 'leader' in word;
