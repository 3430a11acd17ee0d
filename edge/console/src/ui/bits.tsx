import type { ReactNode } from 'react';
import type { TaskState } from '@longwire/client';
import { isOver, type TaskView } from '../model/task';
import { pretty } from './format';

export function stateWords(view: Pick<TaskView, 'state' | 'cancelling' | 'waiting' | 'held'>): string {
  if (view.cancelling) return 'CANCELLING';
  if (view.waiting !== null && view.state === 'RUNNING') return 'WAITING';
  if (view.held && view.state === 'PENDING') return 'HELD';
  return view.state ?? '…';
}

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
  const unknown = running && value === 0 && view.waiting === null && !view.cancelling;
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

/** Since when a task waits, how long it has run, or how long it took. */
export function elapsedUs(view: TaskView, now_us: number): number | null {
  if (view.started_us === null) return null;
  if (isOver(view.state)) return view.ended_us === null ? null : view.ended_us - view.started_us;
  return view.state === 'RUNNING' ? now_us - view.started_us : null;
}

export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <pre className="json" tabIndex={0} aria-label={label}>
      {pretty(value)}
    </pre>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

export const kStates: TaskState[] = ['RUNNING', 'PENDING', 'COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED'];

type IconName = 'back' | 'plus' | 'search' | 'stop' | 'close' | 'down' | 'save' | 'copy';

const kPaths: Record<IconName, string> = {
  back: 'M10 3.5 5.5 8l4.5 4.5',
  plus: 'M8 3.5v9M3.5 8h9',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2 3.2 3.2',
  stop: 'M5 5h6v6H5Z',
  close: 'm4.5 4.5 7 7m0-7-7 7',
  down: 'M8 3.5v8.5m-3.5-3.5L8 12l3.5-3.5',
  save: 'M8 2.5V10m-3-3 3 3 3-3M3 13h10',
  copy: 'M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8Z',
};

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={kPaths[name]} />
    </svg>
  );
}
