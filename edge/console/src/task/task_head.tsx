import type { TaskView } from '@longwire/client/task';
import { elapsedUs, stateWords } from '../model/words';
import { duration } from '../parts/format';
import { Icon } from '../parts/icon';
import { Progress, StateBadge } from '../parts/state';
import { useCancel } from '../parts/use_cancel';
import { useNow, useSession } from '../shell/hooks';
import { taskHref } from '../shell/route';
import type { Moment } from './use_moment';

export function TaskHead({ moment }: { moment: Moment }) {
  const { view, watch, is_over, replay } = moment;
  const { list_href } = useSession();
  const now_ms = useNow(!is_over && replay.kind === 'live');
  const elapsed = elapsedUs(view, replay.kind === 'live' ? now_ms * 1_000 : replay.time_us);
  const turns = view.turn !== null ? `turn ${view.turn}${view.max_turns === null ? '' : ` of ${view.max_turns}`}` : null;
  return (
    <header className="task-head" data-state={stateWords(view).toLowerCase()}>
      <div className="task-title">
        <a className="button button-quiet button-icon" href={list_href} aria-label="All tasks">
          <Icon name="back" />
        </a>
        <h1 id="task-title">{view.kind ?? 'Task'}</h1>
        <code className="task-id">{view.task}</code>
        <span role="status" aria-live={replay.kind === 'live' ? 'polite' : 'off'}>
          <StateBadge view={view} large />
        </span>
        <span className="task-space" />
        {!is_over && watch.now.state !== null && <CancelTask view={watch.now} />}
      </div>
      <Progress view={view} label="Progress" />
      <p className="task-line muted">
        {view.parent !== null && (
          <span className="task-parent">
            Part of <a href={taskHref(view.parent)}>{view.parent}</a>
          </span>
        )}
        <span className="task-message">{view.message}</span>
        {[turns, view.attempt > 0 ? `attempt ${view.attempt}` : null, view.worker].map(
          (part) => part !== null && part !== '' && <span key={part}>{part}</span>,
        )}
        {elapsed !== null && <span className="number">{duration(elapsed)}</span>}
      </p>
    </header>
  );
}

function CancelTask({ view }: { view: TaskView }) {
  const { is_asked, error, press } = useCancel(view);
  return (
    <span className="cancel">
      {error !== null && (
        <span className="error" role="alert">
          {error.message}
        </span>
      )}
      <button type="button" className="button button-danger" disabled={is_asked} onClick={press}>
        {is_asked ? <span className="spinner" aria-hidden="true" /> : <Icon name="stop" />}
        {is_asked ? 'Cancelling…' : 'Cancel task'}
      </button>
    </span>
  );
}
