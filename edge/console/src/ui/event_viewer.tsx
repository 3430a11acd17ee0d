import { useMemo, useState } from 'react';
import type { Event } from '@longwire/client';
import type { Tail } from '../model/task_detail';
import { Json } from './bits';
import { clockTimeMs, dateTime } from './format';
import { Rows, SearchField } from './log_viewer';

/** The events as they came. */
export function EventViewer({ events, version, live }: { events: Tail<Event>; version: number; live: boolean }) {
  const [text, setText] = useState('');
  const words = text.toLowerCase();
  const test = useMemo(
    () => (words === '' ? null : (event: Event) => `${event.type} ${JSON.stringify(event.data)}`.toLowerCase().includes(words)),
    [words],
  );
  return (
    <Rows
      tail={events}
      version={version}
      test={test}
      live={live}
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
          <Json value={event} label="Event" />
        </>
      )}
    />
  );
}
