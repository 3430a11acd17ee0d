import { useDeferredValue, useMemo, useState } from 'react';
import type { Level, LogLine } from '../model/lines';
import { standingOf } from '../model/moment';
import { clockTimeMs, dateTime } from '../parts/format';
import { Icon } from '../parts/icon';
import { JsonView } from '../parts/json_view';
import { Rows } from '../parts/rows';
import { saveText } from '../parts/save_text';
import { SearchField } from '../parts/search_field';
import type { Moment } from './use_moment';

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

export function LogView({ moment }: { moment: Moment }) {
  const { watch, version, at, offset, is_over } = moment;
  const { lines, task, story } = watch;
  const [text, setText] = useState('');
  const [choice, setChoice] = useState<LevelChoice>('all');
  const words = useDeferredValue(text.toLowerCase());
  const test = useMemo(() => {
    if (words === '' && choice === 'all') return null;
    const shown = kShown[choice];
    return (line: LogLine) => shown(line.level) && (words === '' || `${line.who} ${line.message}`.toLowerCase().includes(words));
  }, [words, choice]);
  return (
    <Rows
      tail={lines}
      at={at}
      version={version}
      test={test}
      live={!is_over || at !== null}
      label="Log"
      empty={is_over ? 'This task has written nothing' : 'No output yet'}
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
          <button
            type="button"
            className="button button-small button-icon"
            aria-label="Save the log as a file"
            title="Save the log as a file"
            onClick={() => saveText(`${task}.log`, lines.items.map(asText).join('\n'))}
          >
            <Icon name="save" />
          </button>
        </>
      }
      row={(line) => ({
        key: line.offset,
        className: standingOf(story, line.attempt, offset) === 'present' ? 'log-line' : 'log-line line-superseded',
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
            {standingOf(story, line.attempt, offset) === 'rolled back' && ' · rolled back: a later attempt began anew'}
          </p>
          <pre className="inspector-text">{line.message}</pre>
          {line.details != null && <JsonView value={line.details} label="Details" />}
        </>
      )}
    />
  );
}

const asText = (line: LogLine): string =>
  `${new Date(line.time_us / 1000).toISOString()} ${line.level.padEnd(5)} ${line.who === '' ? '' : `[${line.who}] `}${line.message}`;
