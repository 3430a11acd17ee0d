import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { countUpTo, type Tail } from '../model/tail';
import { Empty } from './empty';
import { count, plural } from './format';
import { Icon } from './icon';
import { VirtualList, type VirtualListHandle } from './virtual_list';

const kLinePx = 22;

/** Which items of a growing list pass a test, found out once for each item. Null when all do. */
function useMatches<T>(tail: Tail<T>, version: number, test: ((item: T) => boolean) | null): number[] | null {
  const state = useRef<{ test: unknown; dropped: number; until: number; found: number[] }>({ test: null, dropped: 0, until: 0, found: [] });
  if (test === null) return null;
  void version; // items are added in place: the version says when
  const s = state.current;
  if (s.test !== test || s.dropped !== tail.dropped || s.until > tail.items.length) {
    state.current = { test, dropped: tail.dropped, until: 0, found: [] };
  }
  const now = state.current;
  for (; now.until < tail.items.length; now.until++) if (test(tail.items[now.until]!)) now.found.push(now.until);
  return now.found;
}

interface RowsProps<T> {
  tail: Tail<T>;
  /** Only what there was up to this event; null: all. */
  at: number | null;
  version: number;
  /** Null: everything. Must be the same function as long as it means the same. */
  test: ((item: T) => boolean) | null;
  row: (item: T, selected: boolean) => { key: number; className: string; level?: string; cells: ReactNode };
  inspect: (item: T) => ReactNode;
  label: string;
  empty: string;
  tools: ReactNode;
  live: boolean;
}

/** Rows of a list that only grows: follows its end until the reader scrolls up; a row opens below when chosen. */
export function Rows<T extends { offset: number }>({ tail, at, version, test, row, inspect, label, empty, tools, live }: RowsProps<T>) {
  const [follow, setFollow] = useState(true);
  const [left_at, setLeftAt] = useState(0);
  const [chosen, setChosen] = useState<T | null>(null);
  const list = useRef<VirtualListHandle>(null);
  const found = useMatches(tail, version, test);
  const offsetOf = (item: T) => item.offset;
  const total = at === null ? tail.items.length : countUpTo(tail.items, at, offsetOf);
  const size = found === null ? total : at === null ? found.length : countUpTo(found, total - 1, (index) => index);
  const itemAt = (i: number): T => tail.items[found === null ? i : found[i]!]!;
  /** Where an item is among the rows, or the one before it where it is not. */
  const indexOf = (item: T): number => {
    const index = countUpTo(tail.items, item.offset, offsetOf) - 1;
    return found === null ? index : countUpTo(found, index, (one) => one) - 1;
  };

  const onFollow = (next: boolean) => {
    setFollow(next);
    if (!next) setLeftAt(size);
  };
  const move = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setChosen(null);
    if (event.key === 'Enter' && chosen === null && size > 0) choose(size - 1);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (chosen === null || step === 0 || size === 0) return;
    event.preventDefault();
    choose(Math.min(size - 1, Math.max(0, indexOf(chosen) + step)));
  };
  const choose = (index: number) => {
    if (follow) onFollow(false); // what is read stays where it is
    setChosen(itemAt(index));
  };
  const close = () => {
    setChosen(null);
    list.current?.focus();
  };
  // The row opens below the list and makes it shorter: what was chosen stays in sight.
  useLayoutEffect(() => {
    if (chosen !== null) list.current?.toIndex(Math.max(0, indexOf(chosen)));
  }, [chosen]);
  const unseen = follow ? 0 : Math.max(0, size - left_at);

  return (
    <div className="viewer">
      <div className="viewer-tools">
        {tools}
        <span className="viewer-count muted number">
          {found === null ? '' : `${count(size)} of `}
          {count(total)}
        </span>
        {live && (
          <button type="button" className="button button-small" aria-pressed={follow} onClick={() => onFollow(!follow)}>
            {follow ? 'Following' : 'Follow'}
          </button>
        )}
      </div>
      {tail.dropped > 0 && <p className="banner">The first {plural(tail.dropped, 'row')} are no longer kept in this page.</p>}
      <div className="viewer-box">
        {size === 0 ? (
          <Empty title={total === 0 ? empty : 'Nothing matches'} />
        ) : (
          <VirtualList
            handle={list}
            className="viewer-rows"
            label={label}
            count={size}
            row_px={kLinePx}
            follow={follow}
            onFollow={onFollow}
            onKeyDown={move}
            render={(i) => {
              const item = itemAt(i);
              const { key, className, level, cells } = row(item, item === chosen);
              return (
                <div
                  key={key}
                  role="listitem"
                  className={`line ${className} ${item === chosen ? 'line-chosen' : ''}`}
                  aria-posinset={i + 1}
                  aria-setsize={size}
                  data-offset={key}
                  data-level={level}
                  onClick={() => (item === chosen ? setChosen(null) : choose(i))}
                >
                  {cells}
                </div>
              );
            }}
          />
        )}
        {!follow && size > 0 && (
          <button
            type="button"
            className="button to-end"
            onClick={() => {
              setFollow(true);
              list.current?.toEnd();
            }}
          >
            <Icon name="down" />
            {unseen > 0 ? `${plural(unseen, 'new row')}` : 'To the end'}
          </button>
        )}
      </div>
      {chosen !== null && (
        <div className="inspector">
          <button type="button" className="button button-quiet button-icon" aria-label="Close the row" onClick={close}>
            <Icon name="close" />
          </button>
          {inspect(chosen)}
        </div>
      )}
    </div>
  );
}
