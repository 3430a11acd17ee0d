import type { Event } from '@longwire/client';
import { useDeferredValue, useMemo, useState } from 'react';
import { clockTimeMs, dateTime } from '../parts/format';
import { JsonView } from '../parts/json_view';
import { Rows } from '../parts/rows';
import { SearchField } from '../parts/search_field';
import type { Moment } from './use_moment';

/** The events as they came. */
export function EventsView({ moment, onSeek }: { moment: Moment; onSeek: (offset: number) => void }) {
  const { watch, version, at, is_over } = moment;
  const [text, setText] = useState('');
  const words = useDeferredValue(text.toLowerCase());
  const test = useMemo(
    () => (words === '' ? null : (event: Event) => `${event.type} ${JSON.stringify(event.data)}`.toLowerCase().includes(words)),
    [words],
  );
  return (
    <Rows
      tail={watch.events}
      at={at}
      version={version}
      test={test}
      live={!is_over || at !== null}
      label="Events"
      empty="No events yet"
      tools={<SearchField label="Search types and data" value={text} onChange={setText} />}
      row={(event) => ({
        key: event.offset,
        className: 'event-line',
        cells: (
          <>
            <span className="event-offset number">{event.offset}</span>
            <span className="event-type" data-group={event.type.split('.')[0]}>
              {event.type}
            </span>
            <time className="log-time">{clockTimeMs(event.time_us)}</time>
            <code className="event-data">{JSON.stringify(event.data)}</code>
          </>
        ),
      })}
      inspect={(event) => (
        <>
          <p className="inspector-head muted">
            {event.type} · offset {event.offset} · {dateTime(event.time_us)}
          </p>
          <button type="button" className="button button-small" onClick={() => onSeek(event.offset)}>
            Show the task at this moment
          </button>
          <JsonView value={event} label="Event" />
        </>
      )}
    />
  );
}
