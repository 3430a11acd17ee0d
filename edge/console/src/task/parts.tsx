import type { Snapshot } from '@longwire/client';
import { useClient } from '@longwire/client/react';
import { isOver, ofSnapshot, type TaskView } from '@longwire/client/task';
import { useCallback, useMemo } from 'react';
import { partsAt } from '../model/parts';
import { count, plural } from '../parts/format';
import { Icon } from '../parts/icon';
import { Panel } from '../parts/panel';
import { Progress, StateBadge } from '../parts/state';
import { useCancelAll } from '../parts/use_cancel_all';
import { taskHref, tasksHref } from '../shell/route';
import { usePolled } from '../shell/use_polled';
import type { Moment } from './use_moment';

/** The newest parts that are shown; the list of tasks has them all. */
const kShownMax = 100;

/** No event of a task tells of its children, so they are asked for: often while some go on, less often before any is there
 *  and where they are too many for one answer. */
const kOftenMs = 1_000;
const kSeldomMs = 3_000;

interface Page {
  tasks: Snapshot[];
  next?: string;
}

/** The tasks that this one has started. */
export function Parts({ moment: { watch, replay, is_over } }: { moment: Moment }) {
  const { task } = watch;
  const client = useClient();
  const ask = useCallback(async (): Promise<Page> => {
    const page = await client.tasks({ parent: task, limit: kShownMax });
    if (page.tasks.length > 0) watch.ask();
    return page;
  }, [client, watch, task]);
  const pause = useCallback(
    (newest: Page | null) => {
      const any_goes_on = newest === null || newest.tasks.some(({ state }) => !isOver(state));
      if (is_over && !any_goes_on) return null;
      return newest === null || (newest.tasks.length > 0 && newest.next === undefined) ? kOftenMs : kSeldomMs;
    },
    [is_over],
  );
  const { value } = usePolled(ask, pause);
  const now = useMemo(() => (value?.tasks ?? []).map(ofSnapshot), [value]);
  const parts = partsAt(now, replay.kind === 'live' ? null : replay.time_us);
  if (parts.length === 0) return null;
  const ended = parts.filter(({ state }) => isOver(state)).length;
  return (
    <Panel title="Parts">
      <p className="parts-sum muted">
        {ended === parts.length ? 'All have ended' : `${count(ended)} of ${count(parts.length)} ended`}
        {value?.next !== undefined && `, of the newest ${count(now.length)}`}
        <a href={tasksHref({ parent: task })}>In the list</a>
      </p>
      <ul className="parts" aria-label="Parts" tabIndex={0}>
        {parts.map((part) => (
          <Part key={part.task} part={part} />
        ))}
      </ul>
      {replay.kind === 'live' && <CancelParts parts={parts} />}
    </Panel>
  );
}

function Part({ part }: { part: TaskView }) {
  const { task, kind, state } = part;
  const message = state === 'FAILED' ? (part.error?.message ?? part.message) : null;
  return (
    <li data-task={task}>
      <a className="part-link" href={taskHref(task)}>
        {kind} <code className="muted">{task}</code>
      </a>
      <StateBadge view={part} />
      {state === 'RUNNING' && <Progress view={part} label={`Progress of ${task}`} />}
      {message !== null && <p className="part-message muted">{message}</p>}
    </li>
  );
}

function CancelParts({ parts }: { parts: readonly TaskView[] }) {
  const going = useMemo(() => parts.filter(({ state }) => !isOver(state)).map(({ task }) => task), [parts]);
  const { is_sure, is_busy, state, press } = useCancelAll(going, () => undefined);
  if (going.length === 0) return null;
  return (
    <div className="parts-cancel">
      {state !== null && (
        <span role="status" className={state.refused > 0 ? 'error' : 'muted'}>
          {count(state.done)} of {count(state.asked)} asked to end
          {state.refused > 0 && ` · ${plural(state.refused, 'refusal')}: ${state.why}`}
        </span>
      )}
      <button type="button" className="button button-small button-danger" disabled={is_busy} onClick={press}>
        <Icon name="stop" />
        {is_sure ? `Really cancel ${plural(going.length, 'part')}` : `Cancel ${plural(going.length, 'part')}`}
      </button>
    </div>
  );
}
