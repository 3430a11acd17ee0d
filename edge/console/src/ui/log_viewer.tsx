import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Level, LogLine } from '../model/lines';
import type { Tail } from '../model/task_detail';
import { Empty, Icon, Json } from './bits';
import { clockTimeMs, count, dateTime, plural } from './format';
import { VirtualList, type VirtualListHandle } from './virtual_list';

export const kLinePx = 22;

type LevelChoice = 'all' | 'output' | 'warn' | 'error';

const kChoices: [LevelChoice, string][] = [
  ['all', 'Everything'],
  ['output', 'Output only'],
  ['warn', 'Warnings and errors'],
  ['error', 'Errors'],
];

const kShown: Record<LevelChoice, (level: Level) => boolean> = {
  all: () => true,
  output: (level) => level === 'debug' || level === 'info' || level === 'warn' || level === 'error',
  warn: (level) => level === 'warn' || level === 'error',
  error: (level) => level === 'error',
};

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
export function Rows<T>({ tail, version, test, row, inspect, label, empty, tools, live }: RowsProps<T>) {
  const [follow, setFollow] = useState(true);
  const [left_at, setLeftAt] = useState(0);
  const [chosen, setChosen] = useState<T | null>(null);
  const chosen_index = useRef(0);
  const list = useRef<VirtualListHandle>(null);
  const found = useMatches(tail, version, test);
  const size = found?.length ?? tail.items.length;
  const at = (i: number): T => tail.items[found === null ? i : found[i]!]!;

  const onFollow = (next: boolean) => {
    setFollow(next);
    if (!next) setLeftAt(size);
  };
  const move = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setChosen(null);
    if (event.key === 'Enter' && chosen === null && size > 0) choose(size - 1);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (chosen === null || step === 0) return;
    event.preventDefault();
    for (let i = 0; i < size; i++) if (at(i) === chosen) return choose(Math.min(size - 1, Math.max(0, i + step)));
  };
  const choose = (index: number) => {
    if (follow) onFollow(false); // what is read stays where it is
    setChosen(at(index));
    chosen_index.current = index;
  };
  // The row opens below the list and makes it shorter: what was chosen stays in sight.
  useLayoutEffect(() => {
    if (chosen !== null) list.current?.toIndex(chosen_index.current);
  }, [chosen]);
  const unseen = follow ? 0 : Math.max(0, size - left_at);

  return (
    <div className="viewer">
      <div className="viewer-tools">
        {tools}
        <span className="viewer-count muted number">
          {found === null ? '' : `${count(size)} of `}
          {count(tail.items.length)}
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
          <Empty title={tail.items.length === 0 ? empty : 'Nothing matches'} />
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
              const item = at(i);
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
          <button type="button" className="button button-quiet button-icon" aria-label="Close the row" onClick={() => setChosen(null)}>
            <Icon name="close" />
          </button>
          {inspect(chosen)}
        </div>
      )}
    </div>
  );
}

export function SearchField({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  return (
    <label className="search">
      <Icon name="search" />
      <input type="search" aria-label={label} placeholder={label} value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

function Marked({ text, words }: { text: string; words: string }) {
  if (words === '') return <>{text}</>;
  const at = text.toLowerCase().indexOf(words);
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + words.length)}</mark>
      {text.slice(at + words.length)}
    </>
  );
}

export function LogViewer({ task, lines, version, live }: { task: string; lines: Tail<LogLine>; version: number; live: boolean }) {
  const [text, setText] = useState('');
  const [choice, setChoice] = useState<LevelChoice>('all');
  const words = text.toLowerCase();
  const test = useMemo(() => {
    if (words === '' && choice === 'all') return null;
    const shown = kShown[choice];
    return (line: LogLine) => shown(line.level) && (words === '' || `${line.who} ${line.message}`.toLowerCase().includes(words));
  }, [words, choice]);
  return (
    <Rows
      tail={lines}
      version={version}
      test={test}
      live={live}
      label="Log"
      empty={live ? 'No output yet' : 'This task has written nothing'}
      tools={
        <>
          <SearchField label="Search the log" value={text} onChange={setText} />
          <select aria-label="Which lines" value={choice} onChange={(event) => setChoice(event.target.value as LevelChoice)}>
            {kChoices.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
          <SaveButton name={`${task}.log`} text={() => lines.items.map(asText).join('\n')} />
        </>
      }
      row={(line) => ({
        key: line.offset,
        className: 'log-line',
        level: line.level,
        cells: (
          <>
            <time className="log-time">{clockTimeMs(line.time_us)}</time>
            <span className="log-level">{line.level}</span>
            <span className="log-text">
              {line.who !== '' && <span className="log-who">{line.who}</span>}
              <Marked text={line.message} words={words} />
            </span>
          </>
        ),
      })}
      inspect={(line) => (
        <>
          <p className="inspector-head muted">
            {line.level} · offset {line.offset} · {dateTime(line.time_us)}
          </p>
          <pre className="inspector-text">{line.message}</pre>
          {line.details != null && <Json value={line.details} label="Details" />}
        </>
      )}
    />
  );
}

const asText = (line: LogLine): string =>
  `${new Date(line.time_us / 1000).toISOString()} ${line.level.padEnd(5)} ${line.who === '' ? '' : `[${line.who}] `}${line.message}`;

function SaveButton({ name, text }: { name: string; text: () => string }) {
  const [url, setUrl] = useState<string | null>(null);
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (url === null) return;
    link.current!.click();
    return () => URL.revokeObjectURL(url);
  }, [url]);
  return (
    <>
      <button
        type="button"
        className="button button-small button-icon"
        aria-label="Save the log as a file"
        title="Save the log as a file"
        onClick={() => setUrl(URL.createObjectURL(new Blob([text()], { type: 'text/plain' })))}
      >
        <Icon name="save" />
      </button>
      <a ref={link} hidden href={url ?? undefined} download={name} aria-hidden="true" tabIndex={-1} />
    </>
  );
}
