import { useClient, useConnection } from '@longwire/client/react';
import { useNow } from './hooks';

/** The connection in words; what it says is read out when it changes. */
export function ConnectionBadge() {
  const client = useClient();
  const connection = useConnection();
  const waiting = connection.kind === 'reconnecting' && connection.retry_at_ms !== null;
  const now = useNow(waiting);
  const retry = (
    <button type="button" className="button button-small" onClick={() => client.retry()}>
      Retry{waiting ? ' now' : ''}
    </button>
  );
  let words: string;
  let more = '';
  switch (connection.kind) {
    case 'connected':
      words = 'Connected';
      break;
    case 'connecting':
    case 'closed':
      words = 'Connecting…';
      break;
    case 'reconnecting': {
      words = `Reconnecting (attempt ${connection.attempt})`;
      const seconds = connection.retry_at_ms === null ? 0 : Math.ceil((connection.retry_at_ms - now) / 1_000);
      if (seconds > 1) more = ` in ${seconds} s`;
      break;
    }
    case 'failed':
      words = connection.why === 'unauthorized' ? 'Failed: token needed' : `Failed: ${connection.reason}`;
      break;
  }
  return (
    <div className="connection" data-connection={connection.kind}>
      <span className="connection-dot" aria-hidden="true" />
      <span role="status" aria-live="polite">
        {words}
      </span>
      {/* Not in the live region: a countdown read out every second would be noise. */}
      <span className="connection-more">{more}</span>
      {(connection.kind === 'failed' || waiting) && retry}
    </div>
  );
}
