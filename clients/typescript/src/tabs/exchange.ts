import type { TabChannel } from './platform';
import { isFromLeader, type FromLeader, type ToLeader } from './words';

/** One end of what a tab hears and says. */
export interface End<Says, Hears> {
  /** To the other end, if it is in this tab. */
  toOwn(word: Says): void;
  toOthers(word: Says): void;
  onmessage: ((word: Hears) => void) | null;
}

/** A tab's place among the others. What its own line and its own leader have to say to each other takes no way through the
 *  browser, which copies all of it. */
export class Exchange {
  readonly line: End<ToLeader, FromLeader>;
  readonly leader: End<FromLeader, ToLeader>;
  private readonly channel: TabChannel;

  constructor(channel: TabChannel) {
    this.channel = channel;
    const toOthers = (word: object) => channel.post(word);
    this.line = { toOwn: (word) => soon(() => this.leader.onmessage?.(word)), toOthers, onmessage: null };
    this.leader = { toOwn: (word) => soon(() => this.line.onmessage?.(word)), toOthers, onmessage: null };
    channel.onmessage = (message) => {
      const word = message as ToLeader | FromLeader;
      if (isFromLeader(word)) this.line.onmessage?.(word);
      else this.leader.onmessage?.(word);
    };
  }

  close(): void {
    this.channel.close();
  }
}

const soon = (run: () => void): void => queueMicrotask(run);
