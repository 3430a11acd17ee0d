import { useClient } from '@longwire/client/react';
import { isOver } from '@longwire/client/task';
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { kStates, type StateFilter } from '../model/task_list';
import { Empty } from '../parts/empty';
import { count, plural } from '../parts/format';
import { Icon } from '../parts/icon';
import { SearchField } from '../parts/search_field';
import { VirtualList } from '../parts/virtual_list';
import { useMedia, useNow, useSession, useSignal, useTitle } from '../shell/hooks';
import { replaceAddress, tasksHref, type Route } from '../shell/route';
import { cancelAll, type BulkCancel } from './bulk_cancel';
import { selectRows } from './select_rows';
import { StartDialog } from './start_dialog';
import { Row, tick } from './task_row';

const kRowPx = 44;
const kCardPx = 92;
const kColumns = ['State', 'Kind', 'Id', 'Progress', 'Message', 'Worker', 'Duration', 'Age'];

export function TasksPage({ route }: { route: Extract<Route, { page: 'tasks' }> }) {
  const session = useSession();
  const { list } = session;
  const version = useSignal(list.signal);
  const { state } = route;
  const [text, setText] = useState(route.text);
  const [starting, setStarting] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const narrow = useMedia('(max-width: 760px)');
  const now = useNow();
  const words = useDeferredValue(text);

  useEffect(() => {
    list.open();
    return () => list.close();
  }, [list]);
  useEffect(() => list.want(state), [list, state]);
  useEffect(() => {
    session.list_href = tasksHref(state, text);
    replaceAddress(session.list_href);
  }, [session, state, text]);

  const { rows, counts } = useMemo(() => selectRows(list.all(), state, words), [list, version, state, words]);
  const going = useMemo(() => rows.filter((row) => !isOver(row.state)).map(({ task }) => task), [rows]);
  const picked = useMemo(() => going.filter((task) => chosen.has(task)), [going, chosen]);
  const running = counts.get('RUNNING') ?? 0;
  useTitle(running > 0 ? `${running} running` : 'Tasks');

  const choose = useCallback((task: string, is_chosen: boolean) => {
    setChosen((before) => {
      const next = new Set(before);
      if (is_chosen) next.add(task);
      else next.delete(task);
      return next;
    });
  }, []);
  const more = list.hasMore(state);
  const footer = more ? (
    <div className="list-foot" role="row">
      <span role="cell">
        <button type="button" className="button" disabled={list.isLoading(state)} onClick={() => void list.more(state)}>
          {list.isLoading(state) ? 'Loading…' : 'Load older tasks'}
        </button>
      </span>
    </div>
  ) : null;
  const all_box = (
    <input
      type="checkbox"
      aria-label="Select all that have not ended"
      disabled={going.length === 0}
      checked={picked.length > 0 && picked.length === going.length}
      ref={(box) => {
        if (box !== null) box.indeterminate = picked.length > 0 && picked.length < going.length;
      }}
      onChange={(event) => setChosen(new Set(event.target.checked ? going : []))}
    />
  );

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
        <nav className="segments" aria-label="State">
          {(['ALL', ...kStates] as StateFilter[]).map((choice) => (
            <a key={choice} className="segment" href={tasksHref(choice, text)} aria-current={choice === state ? 'true' : undefined}>
              {choice === 'ALL' ? 'All' : choice.charAt(0) + choice.slice(1).toLowerCase()}
              {choice !== 'ALL' && (counts.get(choice) ?? 0) > 0 && <span className="segment-count">{count(counts.get(choice)!)}</span>}
            </a>
          ))}
        </nav>
        <SearchField label="Filter by kind, id, message…" value={text} onChange={setText} />
      </div>
      {list.error !== null && (
        <p className="banner banner-error" role="alert">
          The list can’t be shown as it is now: {list.error.message}
          <button type="button" className="button button-small" onClick={() => void list.refresh()}>
            Try again
          </button>
        </p>
      )}
      <div className="table">
        {/* Without rows, of which the head is one, it is no table. */}
        <div className="table-rows" {...(rows.length > 0 || !narrow ? { role: 'table', 'aria-label': 'Tasks', 'aria-rowcount': rows.length } : {})}>
          {!narrow && (
            <div role="rowgroup">
              <div className="row row-head" role="row">
                <span role="columnheader" className="cell-choice">
                  {all_box}
                </span>
                {kColumns.map((name) => (
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
              render={(i) => {
                const row = rows[i]!;
                return (
                  <Row
                    key={row.task}
                    view={row}
                    index={i}
                    now_s={tick(row, now)}
                    narrow={narrow}
                    is_chosen={chosen.has(row.task) && !isOver(row.state)}
                    onChoose={choose}
                  />
                );
              }}
            />
          )}
        </div>
        {picked.length > 0 && <BulkBar tasks={picked} onDone={() => setChosen(new Set())} />}
      </div>
      <StartDialog open={starting} onClose={() => setStarting(false)} />
    </section>
  );
}

/** What can be done with all that are selected. Asks once more, since many tasks are not brought back. */
function BulkBar({ tasks, onDone }: { tasks: readonly string[]; onDone: () => void }) {
  const client = useClient();
  const [sure, setSure] = useState(false);
  const [state, setState] = useState<BulkCancel | null>(null);
  const cancel = async () => {
    const end = await cancelAll(client, tasks, setState);
    if (end.refused === 0) onDone();
  };
  const is_busy = state !== null && state.done < state.asked;
  return (
    <div className="bulk" role="region" aria-label="Selected tasks">
      <span role="status">
        {state === null ? `${plural(tasks.length, 'task')} selected` : `${count(state.done)} of ${count(state.asked)} asked to end`}
        {state !== null && state.refused > 0 && <span className="error"> · {plural(state.refused, 'refusal')}: {state.why}</span>}
      </span>
      <button type="button" className="button button-quiet" onClick={onDone}>
        Clear
      </button>
      <button type="button" className="button button-danger" disabled={is_busy} onClick={() => (sure ? void cancel() : setSure(true))}>
        <Icon name="stop" />
        {sure ? `Really cancel ${plural(tasks.length, 'task')}` : 'Cancel tasks'}
      </button>
    </div>
  );
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
