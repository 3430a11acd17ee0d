import type { LongwireError } from '../errors';
import { guarded } from '../listeners';
import type { Event, FilterGap, Gap, Merged, Place, Push, Snapshot, Subscribed } from '../protocol';
import { PushQueue } from './push_queue';

/** What a stream tells besides pushes: what a filter has missed, and that a topic's log is a new one, so that what was
 *  seen of it no longer counts. */
export type StreamPush = Push | { missed: FilterGap } | { reset: string };

export interface StreamCallbacks {
  /** Each event once, in the order of its topic. */
  onEvent?(event: Event): void;
  /** These offsets will not come. */
  onGap?(gap: Gap): void;
  /** Of a filter: nobody knows what was missed. Ask `tasks`, `state` or `history`. */
  onMissed?(gap: FilterGap): void;
  /** The edge joins or thins out what follows, because this client is slow or has asked for it. */
  onMerged?(merged: Merged): void;
  /** The one snapshot of `from: "snapshot"`. */
  onSnapshot?(snapshot: Snapshot): void;
  /** The topic's log is a new one: what was seen before no longer counts. */
  onReset?(topic: string): void;
  /** After each successful subscribe, so after each reconnect too. Nothing of a filter. */
  onSubscribed?(reply: Subscribed): void;
  /** It has ended: the edge refuses it. */
  onError?(error: LongwireError): void;
}

export interface StreamOwner {
  /** Reads no more until `resume`. */
  pause(): void;
  resume(): void;
  close(): void;
  place(topic: string): Place | null;
}

/** A subscription as the application has it: by callbacks, or `for await (const event of stream)`. Where it is iterated
 *  and the loop is slower than the events, the stream pauses and goes on from the log, so that nothing is lost. */
export class Stream implements AsyncIterable<Event> {
  /** When the edge has answered for each topic. Rejects when it refuses one. */
  readonly ready: Promise<void>;
  private readonly callbacks: StreamCallbacks;
  private readonly owner: StreamOwner;
  private readonly queue: PushQueue | null;
  private settle!: { resolve: () => void; reject: (error: LongwireError) => void };

  constructor(callbacks: StreamCallbacks, owner: StreamOwner, buffer_max: number) {
    this.callbacks = callbacks;
    this.owner = owner;
    this.queue =
      callbacks.onEvent === undefined
        ? new PushQueue(buffer_max, { full: () => owner.pause(), empty: () => owner.resume() })
        : null;
    this.ready = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    this.ready.catch(() => undefined); // also told by onError and to who iterates
  }

  /** Ends it; a loop over it ends when it has had what came before. */
  close(): void {
    this.owner.close();
    this.queue?.end(null);
    this.settle.resolve();
  }

  /** The place behind the last event of a topic: for `from` of a later subscribe. Null before the first answer. */
  place(topic: string): Place | null {
    return this.owner.place(topic);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void, undefined> {
    for await (const push of this.pushes()) if ('event' in push) yield push.event;
  }

  /** Everything in its order: events, and what lies between them. Leaving the loop ends the subscription. */
  async *pushes(): AsyncGenerator<StreamPush, void, undefined> {
    if (this.queue === null) throw new TypeError('a stream with onEvent is not iterated');
    try {
      for (;;) {
        const push = await this.queue.next();
        if (push === null) return;
        yield push;
      }
    } finally {
      this.close();
    }
  }

  /** For the client: one more push. */
  take(push: StreamPush): void {
    this.queue?.push(push);
    guarded(() => this.callBack(push));
  }

  opened(): void {
    this.settle.resolve();
  }

  subscribed(reply: Subscribed): void {
    guarded(() => this.callbacks.onSubscribed?.(reply));
  }

  failed(error: LongwireError): void {
    this.settle.reject(error);
    this.queue?.end(error);
    guarded(() => this.callbacks.onError?.(error));
  }

  private callBack(push: StreamPush): void {
    const to = this.callbacks;
    if ('event' in push) to.onEvent?.(push.event);
    else if ('gap' in push) to.onGap?.(push.gap);
    else if ('merged' in push) to.onMerged?.(push.merged);
    else if ('snapshot' in push) to.onSnapshot?.(push.snapshot);
    else if ('reset' in push) to.onReset?.(push.reset);
    else to.onMissed?.(push.missed);
  }
}
