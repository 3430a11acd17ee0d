import type { Clock } from '../clock';
import type { LongwireError } from '../errors';
import type { Event, From, Gap, Merged, Snapshot, Subscribed } from '../protocol';
import { Subscription } from '../topics/subscription';
import { Stream, type StreamCallbacks } from './stream';

export interface TopicStreamOptions extends StreamCallbacks {
  /** Where to begin; "now". */
  from?: From;
  /** How events may be merged: absent, while this client is slow; 0, never; n, all the time, at most every n ms. The
   *  first subscription of a client to a topic decides. */
  conflate_ms?: number;
  /** Of an iterated stream: pushes that may wait for the loop; 10,000. */
  buffer_max?: number;
}

/** Who lets subscriptions begin and end. */
export interface SubscriptionOwner {
  clock: Clock;
  add(subscription: Subscription): void;
  remove(subscription: Subscription): void;
  again(subscription: Subscription): void;
  closed(stream: Stream): void;
}

const kBufferMax = 10_000;

/** A stream over one topic or several. */
export function topicStream(topics: readonly string[], options: TopicStreamOptions, owner: SubscriptionOwner): Stream {
  const { from = 'now', conflate_ms } = options;
  const unanswered = new Set(topics);
  const subscriptions = new Map<string, Subscription>();
  const each = (act: (subscription: Subscription) => void) => () => subscriptions.forEach(act);
  const stream: Stream = new Stream(
    options,
    {
      pause: each((one) => owner.remove(one)),
      resume: each((one) => owner.add(one)),
      close: () => {
        subscriptions.forEach((one) => owner.remove(one));
        subscriptions.clear();
        owner.closed(stream);
      },
      place: (topic) => subscriptions.get(topic)?.place ?? null,
    },
    options.buffer_max ?? kBufferMax,
  );
  const sink = {
    event: (event: Event) => stream.take({ event }),
    gap: (gap: Gap) => stream.take({ gap }),
    merged: (merged: Merged) => stream.take({ merged }),
    snapshot: (snapshot: Snapshot) =>
      stream.take({ snapshot, place: { epoch: snapshot.epoch, offset: snapshot.offset } }),
    reset: (topic: string) => stream.take({ reset: topic }),
    subscribed: (reply: Subscribed) => {
      stream.subscribed(reply);
      unanswered.delete(reply.topic);
      if (unanswered.size === 0) stream.opened();
    },
  };
  for (const topic of new Set(topics)) {
    const failed = (error: LongwireError) => {
      const refused = subscriptions.get(topic);
      subscriptions.delete(topic);
      if (refused !== undefined) owner.remove(refused);
      if (subscriptions.size === 0) owner.closed(stream);
      stream.failed(error);
    };
    const again = (one: Subscription) => owner.again(one);
    const options_of = { topic, from, conflate_ms, clock: owner.clock, again };
    subscriptions.set(topic, new Subscription(options_of, { ...sink, failed }));
  }
  for (const subscription of subscriptions.values()) owner.add(subscription);
  return stream;
}
