import type { LongwireError } from '../errors';
import type { Event, From, Gap } from '../protocol';
import { inFrames } from '../ui/in_frames';
import { useStore } from './provider';
import type { StoreOf } from './shared_stores';

export interface TopicView {
  /** The newest, in their order. */
  events: readonly Event[];
  /** Whether the edge has answered. */
  is_live: boolean;
  gaps: readonly Gap[];
  error: LongwireError | null;
}

export interface UseTopicOptions {
  from?: From;
  /** How many events are kept; 1,000. */
  keep?: number;
}

const kNothing: TopicView = { events: [], is_live: false, gaps: [], error: null };
const kGapsMax = 100;

/** The events of a topic, at most once per frame; null follows none. */
export function useTopic(topic: string | null, { from = 'now', keep = 1_000 }: UseTopicOptions = {}): TopicView {
  return useStore(topicStore(topic ?? '', from, keep), topic !== null);
}

function topicStore(topic: string, from: From, keep: number): StoreOf<TopicView> {
  return {
    key: JSON.stringify(['topic', topic, from, keep]),
    initial: kNothing,
    open: (client, set) => {
      const batch = inFrames((events) => {
        set((view) => ({ ...view, events: [...view.events, ...events].slice(-keep) }));
      });
      const stream = client.subscribe(topic, {
        from,
        onEvent: batch,
        onGap: (gap) => set((view) => ({ ...view, gaps: [...view.gaps, gap].slice(-kGapsMax) })),
        onReset: () => {
          batch.stop();
          set((view) => ({ ...view, events: [], gaps: [] }));
        },
        onSubscribed: () => set((view) => (view.is_live ? view : { ...view, is_live: true })),
        onError: (error) => set((view) => ({ ...view, error, is_live: false })),
      });
      return () => {
        stream.close();
        batch.stop();
      };
    },
  };
}
