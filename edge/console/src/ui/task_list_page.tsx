import { memo, useDeferredValue, useEffect, useMemo, useState } from 'react';
import type { LongwireError } from '@longwire/client';
import { useClient } from '@longwire/client/react';
import { isOver, type TaskView } from '../model/task';
import type { StateFilter } from '../model/task_list';
import { elapsedUs, Empty, Icon, kStates, Progress, StateBadge } from './bits';
import { ago, count, dateTime, duration, plural } from './format';
import { taskHref } from './route';
import { useMedia, useNow, useSession, useSignal, useTitle } from './session';
import { StartDialog } from './start_dialog';
import { VirtualList } from './virtual_list';

const kRowPx = 44;
const kCardPx = 92;

/** What was chosen stays while one looks at a task and comes back. */
const remembered: { state: StateFilter; text: string } = { state: 'ALL', text: '' };

export function TaskListPage() {
  const { list } = useSession();
  const version = useSignal(list.signal);
  const [state, setState] = useState(remembered.state);
  const [text, setText] = useState(remembered.text);
  const [starting, setStarting] = useState(false);
  const narrow = useMedia('(max-width: 760px)');
  const now = useNow();
  const words = useDeferredValue(text).trim().toLowerCase();

  useEffect(() => {
    list.open();
    return () => list.close();
  }, [list]);
  useEffect(() => {
    Object.assign(remembered, { state, text });
    list.want(state);
  }, [list, state, text]);

  const { rows, counts } = useMemo(() => select(list.all(), state, words), [list, version, state, words]);
  const running = counts.get('RUNNING') ?? 0;
  useTitle(running > 0 ? `${running} running` : 'Tasks');

  const more = list.hasMore(state);
  const footer = more ? (
    <div className="list-foot">
      <button type="button" className="button" disabled={list.isLoading(state)} onClick={() => void list.more(state)}>
        {list.isLoading(state) ? 'Loading…' : 'Load older tasks'}
      </button>
    </div>
  ) : null;

  return (
    <section className="page page-list" aria-labelledby="tasks-title">
      <div className="page-head">
        <h1 id="tasks-title">Tasks</h1>
        <p className="muted page-sub" aria-live="off">
          {list.ready && `${plural(list.all().length, 'task')}${list.hasMore('ALL') ? ' so far' : ''}, ${count(running)} running`}
        </p>
        <button type="button" className="button button-primary" onClick={() => setStarting(true)}>
          <Icon name="plus" />
          Start a task
        </button>
      </div>
      <div className="tools">
        <div className="segments" role="group" aria-label="State">
          {(['ALL', ...kStates] as StateFilter[]).map((choice) => (
            <button key={choice} type="button" className="segment" aria-pressed={choice === state} onClick={() => setState(choice)}>
              {choice === 'ALL' ? 'All' : choice.charAt(0) + choice.slice(1).toLowerCase()}
              {choice !== 'ALL' && (counts.get(choice) ?? 0) > 0 && <span className="segment-count">{count(counts.get(choice)!)}</span>}
            </button>
          ))}
        </div>
        <label className="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Filter by kind, id, message or worker"
            placeholder="Filter by kind, id, message…"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
      </div>
      {list.error !== null && (
        <p className="banner banner-error" role="alert">
          The list can’t be shown as it is now: {list.error.message}
          <button type="button" className="button button-small" onClick={() => void list.refresh()}>
            Try again
          </button>
        </p>
      )}
      <div className="table" role="table" aria-label="Tasks" aria-rowcount={rows.length}>
        {!narrow && (
          <div role="rowgroup">
            <div className="row row-head" role="row">
              {['State', 'Kind', 'Id', 'Progress', 'Message', 'Worker', 'Duration', 'Age'].map((name) => (
                <span key={name} role="columnheader" className={name === 'Duration' || name === 'Age' ? 'right' : ''}>
                  {name}
                </span>
              ))}
              <span role="columnheader">
                <span className="hidden">Actions</span>
              </span>
            </div>
          </div>
        )}
        {rows.length === 0 && !more ? (
          <NoRows ready={list.ready} filtered={state !== 'ALL' || words !== ''} onStart={() => setStarting(true)} />
        ) : (
          <VirtualList
            className="table-body"
            role="rowgroup"
            label="Tasks"
            count={rows.length}
            row_px={narrow ? kCardPx : kRowPx}
            footer={footer}
            render={(i) => <Row key={rows[i]!.task} view={rows[i]!} index={i} now_s={tick(rows[i]!, now)} narrow={narrow} />}
          />
        )}
      </div>
      <StartDialog open={starting} onClose={() => setStarting(false)} />
    </section>
  );
}

/** The time a row is drawn for: ages of minutes and more need no drawing every second. */
function tick(row: TaskView, now_ms: number): number {
  const s = Math.floor(now_ms / 1_000);
  const old = row.created_us !== null && now_ms * 1_000 - row.created_us > 60_000_000;
  return isOver(row.state) && old ? s - (s % 30) : s;
}

function select(all: readonly TaskView[], state: StateFilter, words: string) {
  const counts = new Map<string, number>();
  const rows: TaskView[] = [];
  for (const row of all) {
    if (row.state !== null) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
    if (state !== 'ALL' && row.state !== state) continue;
    if (words !== '' && !`${row.task} ${row.kind} ${row.message} ${row.worker}`.toLowerCase().includes(words)) continue;
    rows.push(row);
  }
  return { rows, counts };
}

function NoRows({ ready, filtered, onStart }: { ready: boolean; filtered: boolean; onStart: () => void }) {
  if (!ready) return <Empty title="Listing tasks…" />;
  if (filtered) return <Empty title="No task matches this filter" />;
  return (
    <Empty title="No tasks yet">
      <p className="muted">Start one, and watch every event of it live.</p>
      <button type="button" className="button button-primary" onClick={onStart}>
        <Icon name="plus" />
        Start a task
      </button>
    </Empty>
  );
}

interface RowProps {
  view: TaskView;
  index: number;
  now_s: number;
  narrow: boolean;
}

const Row = memo(function Row({ view, index, now_s, narrow }: RowProps) {
  const now_us = now_s * 1_000_000;
  const elapsed = elapsedUs(view, now_us);
  const age = view.created_us === null ? '' : ago(now_us - view.created_us);
  const message = view.state === 'FAILED' ? (view.error?.message ?? view.message) : (view.waiting ?? view.message);
  const cancel = !isOver(view.state) && <CancelRow view={view} />;
  const created = view.created_us === null ? undefined : dateTime(view.created_us);
  const link = (
    <a className="row-link" href={taskHref(view.task)}>
      {view.task}
    </a>
  );
  const row = { role: 'row', 'aria-rowindex': index + 1, 'data-task': view.task };
  if (narrow) {
    return (
      <div className="card" {...row}>
        <span className="card-line" role="cell">
          <StateBadge view={view} />
          <span className="kind">{view.kind}</span>
          <span className="card-age muted">{age}</span>
        </span>
        <span className="card-line" role="cell">
          {link}
          <span className="cell-message">{message}</span>
        </span>
        <span className="card-line" role="cell">
          <Progress view={view} label={`Progress of ${view.task}`} />
          <span className="card-age muted">{elapsed === null ? '' : duration(elapsed)}</span>
          {cancel}
        </span>
      </div>
    );
  }
  return (
    <div className="row" {...row}>
      <span role="cell">
        <StateBadge view={view} />
      </span>
      <span role="cell" className="kind">
        {view.kind}
      </span>
      <span role="cell" className="cell-id">
        {link}
      </span>
      <span role="cell">
        <Progress view={view} label={`Progress of ${view.task}`} />
      </span>
      <span role="cell" className="cell-message" title={message}>
        {message}
      </span>
      <span role="cell" className="cell-worker muted">
        {view.worker}
      </span>
      <span role="cell" className="right number">
        {elapsed === null ? '' : duration(elapsed)}
      </span>
      <span role="cell" className="right number muted" title={created}>
        {age}
      </span>
      <span role="cell" className="cell-action">
        {cancel}
      </span>
    </div>
  );
});

function CancelRow({ view }: { view: TaskView }) {
  const client = useClient();
  const [asked, setAsked] = useState<'no' | 'yes' | LongwireError>('no');
  const cancel = () => {
    setAsked('yes');
    client.cancel(view.task).catch((error: LongwireError) => setAsked(error));
  };
  const failed = typeof asked === 'object';
  return (
    <button
      type="button"
      className={`button button-small ${failed ? 'button-danger' : 'button-quiet'}`}
      aria-label={`Cancel ${view.task}`}
      title={failed ? asked.message : undefined}
      disabled={asked === 'yes' || view.cancelling}
      onClick={cancel}
    >
      {failed ? 'Not cancelled' : asked === 'yes' || view.cancelling ? 'Cancelling…' : 'Cancel'}
    </button>
  );
}
