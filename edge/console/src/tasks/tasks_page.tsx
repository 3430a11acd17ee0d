import { isOver } from '@longwire/client/task';
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { kStates, type StateFilter } from '../model/task_list';
import { Empty } from '../parts/empty';
import { count, plural } from '../parts/format';
import { Icon } from '../parts/icon';
import { SearchField } from '../parts/search_field';
import { useCancelAll } from '../parts/use_cancel_all';
import { VirtualList } from '../parts/virtual_list';
import { useMedia, useNow, useSession, useSignal, useTitle } from '../shell/hooks';
import { taskHref, tasksHref, type TasksRoute } from '../shell/route';
import { selectRows } from './select_rows';
import { StartDialog } from './start_dialog';
import { Row, tick } from './task_row';
import { useFilterText } from './use_filter_text';

const kRowPx = 44;
const kCardPx = 92;
const kColumns = ['State', 'Kind', 'Id', 'Progress', 'Message', 'Worker', 'Duration', 'Age'];

export function TasksPage({ route }: { route: TasksRoute }) {
  const session = useSession();
  const { list } = session;
  const version = useSignal(list.signal);
  const { state, parent } = route;
  const { text, type, rest } = useFilterText(route);
  const [starting, setStarting] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const narrow = useMedia('(max-width: 760px)');
  const now = useNow();
  const words = useDeferredValue(text);

  useEffect(() => {
    list.open();
    return () => list.close();
  }, [list]);
  const listed = useMemo(() => ({ state, parent }), [state, parent]);
  useEffect(() => list.want(listed), [list, listed]);
  useEffect(() => {
    session.list_href = tasksHref({ ...listed, text });
  }, [session, listed, text]);

  const { rows, counts } = useMemo(() => selectRows(list.all(), { ...listed, text: words }), [list, version, listed, words]);
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
  const in_all = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const more = list.hasMore(listed);
  const footer = more ? (
    <div className="list-foot">
      <button type="button" className="button" disabled={list.isLoading(listed)} onClick={() => void list.more(listed)}>
        {list.isLoading(listed) ? 'Loading…' : 'Load older tasks'}
      </button>
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
          {list.ready && `${plural(in_all, parent === null ? 'task' : 'part')}${list.hasMore({ state: 'ALL', parent }) ? ' so far' : ''}, ${count(running)} running`}
        </p>
        <button type="button" className="button button-primary" onClick={() => setStarting(true)}>
          <Icon name="plus" />
          Start a task
        </button>
      </div>
      <div className="tools">
        <nav className="segments" aria-label="State">
          {(['ALL', ...kStates] as StateFilter[]).map((choice) => (
            <a key={choice} className="segment" href={tasksHref({ state: choice, text, parent })} aria-current={choice === state ? 'true' : undefined}>
              {choice === 'ALL' ? 'All' : choice.charAt(0) + choice.slice(1).toLowerCase()}
              {choice !== 'ALL' && (counts.get(choice) ?? 0) > 0 && <span className="segment-count">{count(counts.get(choice)!)}</span>}
            </a>
          ))}
        </nav>
        <SearchField label="Filter by kind, id, message…" value={text} onChange={type} onRest={rest} />
      </div>
      {parent !== null && (
        <p className="banner">
          <span>
            Only the parts of <a href={taskHref(parent)}>{parent}</a>
          </span>
          <a className="button button-small" href={tasksHref({ state, text })}>
            All tasks
          </a>
        </p>
      )}
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
          <NoRows ready={list.ready} filtered={state !== 'ALL' || words !== '' || parent !== null} onStart={() => setStarting(true)} />
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
        {picked.length > 0 && <BulkBar tasks={picked} onDone={() => setChosen(new Set())} />}
      </div>
      <StartDialog open={starting} onClose={() => setStarting(false)} />
    </section>
  );
}

/** What can be done with all that are selected. */
function BulkBar({ tasks, onDone }: { tasks: readonly string[]; onDone: () => void }) {
  const { is_sure, is_busy, state, press } = useCancelAll(tasks, onDone);
  return (
    <div className="bulk" role="region" aria-label="Selected tasks">
      <span role="status">
        {state === null ? `${plural(tasks.length, 'task')} selected` : `${count(state.done)} of ${count(state.asked)} asked to end`}
        {state !== null && state.refused > 0 && <span className="error"> · {plural(state.refused, 'refusal')}: {state.why}</span>}
      </span>
      <button type="button" className="button button-quiet" onClick={onDone}>
        Clear
      </button>
      <button type="button" className="button button-danger" disabled={is_busy} onClick={press}>
        <Icon name="stop" />
        {is_sure ? `Really cancel ${plural(tasks.length, 'task')}` : 'Cancel tasks'}
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
