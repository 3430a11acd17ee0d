import { isOver, type TaskView } from '@longwire/client/task';
import { memo } from 'react';
import { elapsedUs, questionWords } from '../model/words';
import { ago, dateTime, duration } from '../parts/format';
import { Progress, StateBadge } from '../parts/state';
import { useCancel } from '../parts/use_cancel';
import { taskHref } from '../shell/route';

/** The time a row is drawn for: ages of minutes and more need no drawing every second. */
export function tick(row: TaskView, now_ms: number): number {
  const s = Math.floor(now_ms / 1_000);
  const old = row.created_us !== null && now_ms * 1_000 - row.created_us > 60_000_000;
  return isOver(row.state) && old ? s - (s % 30) : s;
}

interface RowProps {
  view: TaskView;
  index: number;
  now_s: number;
  narrow: boolean;
  is_chosen: boolean;
  onChoose: (task: string, is_chosen: boolean) => void;
}

export const Row = memo(function Row({ view, index, now_s, narrow, is_chosen, onChoose }: RowProps) {
  const now_us = now_s * 1_000_000;
  const elapsed = elapsedUs(view, now_us);
  const age = view.created_us === null ? '' : ago(now_us - view.created_us);
  const message = view.state === 'FAILED' ? (view.error?.message ?? view.message) : view.waiting ? questionWords(view.prompt) : view.message;
  const cancel = !isOver(view.state) && <CancelRow view={view} />;
  const created = view.created_us === null ? undefined : dateTime(view.created_us);
  const link = (
    <a className="row-link" href={taskHref(view.task)}>
      {view.task}
    </a>
  );
  const choice = (
    <input
      type="checkbox"
      aria-label={`Select ${view.task}`}
      checked={is_chosen}
      disabled={isOver(view.state)}
      onChange={(event) => onChoose(view.task, event.target.checked)}
    />
  );
  const row = { role: 'row', 'aria-selected': is_chosen, 'aria-rowindex': index + 1, 'data-task': view.task };
  if (narrow) {
    return (
      <div className="card" {...row}>
        <span className="card-line" role="cell">
          {choice}
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
      <span role="cell" className="cell-choice">
        {choice}
      </span>
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
      <span role="cell" className="cell-message" title={message ?? undefined}>
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
  const { is_asked, error, press } = useCancel(view);
  return (
    <button
      type="button"
      className={`button button-small ${error === null ? 'button-quiet' : 'button-danger'}`}
      aria-label={`Cancel ${view.task}`}
      title={error?.message}
      disabled={is_asked}
      onClick={press}
    >
      {is_asked ? 'Cancelling…' : error === null ? 'Cancel' : 'Not cancelled'}
    </button>
  );
}
