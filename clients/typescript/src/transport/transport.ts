import type { ConnectionState } from '../connection/state';
import type { Message } from '../protocol';

/** One connection's worth of a way to an edge: opened once, closed once. */
export interface Transport {
  /** What was sent before `opened` is lost. */
  send(objects: readonly object[]): void;
  /** Nothing is told after it. */
  close(code: number, reason: string): void;
  /** Someone wants a connection now. */
  hurry?(): void;
  /** For ways that someone else keeps up: the network may have changed, so that one looks whether it still lives. */
  doubt?(): void;
}

export interface TransportEvents {
  opened(): void;
  received(messages: Message[]): void;
  closed(code: number, reason: string): void;
  /** For ways that someone else keeps up: how that one is doing. */
  progress?(state: ConnectionState): void;
}

export type OpenTransport = (url: string, events: TransportEvents) => Transport;
