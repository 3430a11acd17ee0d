import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { kStates, type StateFilter } from '../model/task_list';
import { Empty } from '../parts/empty';
import { count, plural } from '../parts/format';
import { Icon } from '../parts/icon';
import { SearchField } from '../parts/search_field';
import { useSession, useSignal, useTitle } from '../shell/hooks';
import { taskHref, tasksHref, type TasksRoute } from '../shell/route';
import { selectRows } from './select_rows';
import { StartDialog } from './start_dialog';
import { TaskTable } from './task_table';
import { useFilterText } from './use_filter_text';

export function TasksPage({ route }: { route: TasksRoute }) {
  const session = useSession();
  const { list } = session;
  const version = useSignal(list.signal);
  const { state, parent } = route;
  const { text, type, rest } = useFilterText(route);
  const words = useDeferredValue(text);
  const [starting, setStarting] = useState(false);

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
  const known = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const running = counts.get('RUNNING') ?? 0;
  useTitle(running > 0 ? `${running} running` : 'Tasks');

  const has_more = list.hasMore(listed);
  const is_loading = list.isLoading(listed);
  const is_filtered = state !== 'ALL' || words !== '' || parent !== null;
  const start = () => setStarting(true);
  return (
    <section className="page page-list" aria-labelledby="tasks-title">
      <div className="page-head">
        <h1 id="tasks-title">Tasks</h1>
        <p className="muted page-sub" aria-live="off">
          {list.ready && `${plural(known, parent === null ? 'task' : 'part')}${list.hasMore({ state: 'ALL', parent }) ? ' so far' : ''}, ${count(running)} running`}
        </p>
        <button type="button" className="button button-primary" onClick={start}>
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
      <TaskTable
        rows={rows}
        empty={
          rows.length === 0 && !has_more ? <NoRows is_ready={list.ready && !is_loading} is_filtered={is_filtered} onStart={start} /> : null
        }
        footer={
          has_more && (
            <div className="list-foot" role="row">
              <span role="cell">
                <button type="button" className="button" disabled={is_loading} onClick={() => void list.more(listed)}>
                  {is_loading ? 'Loading…' : 'Load older tasks'}
                </button>
              </span>
            </div>
          )
        }
      />
      <StartDialog open={starting} onClose={() => setStarting(false)} />
    </section>
  );
}

function NoRows({ is_ready, is_filtered, onStart }: { is_ready: boolean; is_filtered: boolean; onStart: () => void }) {
  if (!is_ready) return <Empty title="Listing tasks…" />;
  if (is_filtered) return <Empty title="No task matches this filter" />;
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
