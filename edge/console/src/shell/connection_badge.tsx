import type { ConnectionState } from '@longwire/client';
import { useClient, useConnection } from '@longwire/client/react';
import { useNow } from './hooks';

/** How the page's own connection is doing. */
export function ConnectionBadge() {
  const client = useClient();
  return <ConnectionWords state={useConnection()} onRetry={() => client.retry()} />;
}

/** A connection in words; what it says is read out when it changes. */
export function ConnectionWords({ state, onRetry }: { state: ConnectionState; onRetry: () => void }) {
  const is_waiting = state.kind === 'reconnecting' && state.retry_at_ms !== null;
  const now = useNow(is_waiting);
  const seconds = state.kind === 'reconnecting' && state.retry_at_ms !== null ? Math.ceil((state.retry_at_ms - now) / 1_000) : 0;
  return (
    <div className="connection" data-connection={state.kind}>
      <span className="connection-dot" aria-hidden="true" />
      <span role="status" aria-live="polite">
        {wordsOf(state)}
      </span>
      {/* Not in the live region: a countdown read out every second would be noise. */}
      <span className="connection-more">{seconds > 1 ? ` in ${seconds} s` : ''}</span>
      {(state.kind === 'failed' || is_waiting) && (
        <button type="button" className="button button-small" onClick={onRetry}>
          Retry{is_waiting ? ' now' : ''}
        </button>
      )}
    </div>
  );
}

function wordsOf(state: ConnectionState): string {
  switch (state.kind) {
    case 'connected':
      return 'Connected';
    case 'connecting':
      return 'Connecting…';
    case 'reconnecting':
      return `Reconnecting (attempt ${state.attempt})`;
    case 'failed':
      return state.why === 'unauthorized' ? 'Failed: token needed' : `Failed: ${state.reason}`;
    case 'closed':
      return 'Not connected';
  }
}
