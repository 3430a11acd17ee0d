import { isOpen } from '../model/moment';
import type { Item } from '../model/story';
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
  const end = is_open ? ', goes on' : `${took}${item.ok === false ? ', failed' : ''}`;
  return `${kKinds[item.kind]} ${item.label}${end}`;
}

export function ItemDetails({ item, offset, onClose }: { item: Item; offset: number; onClose: () => void }) {
  const is_open = isOpen(item, offset);
  const said = item.kind === 'tool' ? (item.data as { arguments?: unknown }).arguments : item.data;
  return (
    <div className="inspector">
      <button type="button" className="button button-quiet button-icon" aria-label="Close the details" onClick={onClose}>
        <Icon name="close" />
      </button>
      <p>{itemWords(item, is_open)}</p>
      <div className="inspector-values">
        <JsonView value={said ?? null} label={item.kind === 'tool' ? 'Arguments' : 'Event'} />
        {item.kind === 'tool' && !is_open && <JsonView value={item.outcome ?? null} label="Result" />}
      </div>
    </div>
  );
}
