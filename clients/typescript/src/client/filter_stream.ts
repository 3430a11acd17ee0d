import type { FilterReader, Filters } from '../topics/filters';
import { Stream, type StreamCallbacks } from './stream';

export interface FilterStreamOptions extends StreamCallbacks {
  /** Of an iterated stream: pushes that may wait for the loop; 10,000. */
  buffer_max?: number;
}

export interface FilterOwner {
  filters: Filters;
  closed(stream: Stream): void;
}

/** A stream over all topics that match, live. What it misses can't be had later: where a loop is too slow for it, events
 *  are left out until the loop has had the others, and that is told as `missed`. */
export function filterStream(filter: string, options: FilterStreamOptions, owner: FilterOwner): Stream {
  let is_full = false;
  const reader: FilterReader = {
    filter,
    event: (event) => is_full || stream.take({ event }),
    gap: (gap) => is_full || stream.take({ gap }),
    missed: (missed) => is_full || stream.take({ missed }),
    subscribed: () => stream.opened(),
    failed: (error) => {
      owner.closed(stream);
      stream.failed(error);
    },
  };
  const stream: Stream = new Stream(
    options,
    {
      pause: () => (is_full = true),
      resume: () => {
        is_full = false;
        stream.take({ missed: { filter, reason: 'slow' } });
      },
      close: () => {
        owner.filters.remove(reader);
        owner.closed(stream);
      },
      place: () => null,
    },
    options.buffer_max ?? 10_000,
  );
  owner.filters.add(reader);
  return stream;
}
