import type { TaskView } from '@longwire/client/task';
import { stateWords } from '../model/words';

export function StateBadge({ view, large = false }: { view: TaskView; large?: boolean }) {
  const words = stateWords(view);
  return (
    <span className={`badge ${large ? 'badge-large' : ''}`} data-state={words.toLowerCase()}>
      <span className="badge-dot" aria-hidden="true" />
      {words}
    </span>
  );
}

export function Progress({ view, label }: { view: TaskView; label: string }) {
  const running = view.state === 'RUNNING';
  const value = view.progress ?? 0;
  const percent = Math.round(value * 100);
  const unknown = running && value === 0 && !view.waiting && !view.cancelling;
  return (
    <span className="progress" data-state={stateWords(view).toLowerCase()}>
      <span
        className="progress-track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(unknown ? {} : { 'aria-valuenow': percent })}
      >
        <span
          className={unknown ? 'progress-fill progress-unknown' : 'progress-fill'}
          style={unknown ? {} : { transform: `scaleX(${value})` }}
        />
      </span>
      <span className="progress-words">{value > 0 ? `${percent}%` : ''}</span>
    </span>
  );
}
