import type { Event } from '@longwire/client';
import { isOpen } from '../model/moment';
import type { Item } from '../model/story';
import { countUpTo } from '../model/tail';
import { duration } from '../parts/format';
import { Icon } from '../parts/icon';
import { JsonView } from '../parts/json_view';

const kKinds: Record<Item['kind'], string> = {
  step: 'Step',
  tool: 'Tool',
  text: 'Text',
  wait: 'Waiting',
  handoff: 'Handoff to',
  message: 'Message',
  artifact: 'Artifact',
};

/** What something on the time line is, in a sentence. */
export function itemWords(item: Item, is_open: boolean): string {
  const took = item.to_us === null || item.to_us === item.from_us ? '' : `, ${duration(item.to_us - item.from_us)}`;
  const by = item.by === '' ? '' : `${item.by}: `;
  const end = is_open ? ', goes on' : `${took}${item.ok === false ? ', failed' : ''}`;
  return `${by}${kKinds[item.kind]} ${item.label}${end}`;
}

interface Props {
  item: Item;
  offset: number;
  /** All that are kept, in their order. */
  events: readonly Event[];
  onClose: () => void;
}

export function ItemDetails({ item, offset, events, onClose }: Props) {
  const is_open = isOpen(item, offset);
  const is_tool = item.kind === 'tool';
  const begin = eventAt(events, item.from);
  const end = is_tool && !is_open && item.to !== null ? eventAt(events, item.to) : undefined;
  return (
    <div className="inspector">
      <button type="button" className="button button-quiet button-icon" aria-label="Close the details" onClick={onClose}>
        <Icon name="close" />
      </button>
      <p>{itemWords(item, is_open)}</p>
      <div className="inspector-values">
        {begin === undefined ? (
          <p className="muted">Its event is no longer kept in this page.</p>
        ) : (
          <JsonView value={(is_tool ? begin.arguments : begin) ?? null} label={is_tool ? 'Arguments' : 'Event'} />
        )}
        {end !== undefined && <JsonView value={end.result ?? null} label="Result" />}
      </div>
    </div>
  );
}

function eventAt(events: readonly Event[], offset: number): Record<string, unknown> | undefined {
  const event = events[countUpTo(events, offset, (one) => one.offset) - 1];
  return event?.offset === offset ? ((event.data ?? {}) as Record<string, unknown>) : undefined;
}
