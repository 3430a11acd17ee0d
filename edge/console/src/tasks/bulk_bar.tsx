import { count, plural } from '../parts/format';
import { Icon } from '../parts/icon';
import { useCancelAll } from '../parts/use_cancel_all';

/** What can be done with all that are selected. */
export function BulkBar({ tasks, onDone }: { tasks: readonly string[]; onDone: () => void }) {
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
