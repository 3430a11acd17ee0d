import { useEffect, useState, type FormEvent } from 'react';
import { useClient, useConnection } from '@longwire/client/react';
import { useNow, useSession } from './session';

export function TopBar() {
  const connection = useConnection();
  const hello = connection.kind === 'connected' ? connection.hello : null;
  return (
    <header className="top">
      <a className="brand" href="#/" aria-label="Longwire, all tasks">
        <svg viewBox="0 0 28 20" aria-hidden="true">
          <path d="M1 11h5l3-8 6 14 4-9 2 3h6" />
        </svg>
        <span className="brand-name">Longwire</span>
      </a>
      <div className="top-space" />
      {hello !== null && (
        <span className="top-who" title={`Served by ${hello.edge}`}>
          {hello.user} @ {hello.realm}
        </span>
      )}
      <ConnectionWords />
    </header>
  );
}

/** The connection in words; what it says is read out when it changes. */
function ConnectionWords() {
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

/** Asks for a token when the edge wants one. */
export function TokenPanel() {
  const { setToken } = useSession();
  const connection = useConnection();
  const [text, setText] = useState('');
  useEffect(() => document.getElementById('token')?.focus(), []);
  if (connection.kind !== 'failed') return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') setToken(text.trim());
  };
  return (
    <form className="token" onSubmit={submit}>
      <h1>Sign in with a token</h1>
      <p className="muted">{connection.reason}</p>
      <label htmlFor="token">Token</label>
      <input
        id="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <p className="hint">
        <code>longwire token</code> prints one. It is kept in this browser.
      </p>
      <button className="button button-primary" disabled={text.trim() === ''}>
        Connect
      </button>
    </form>
  );
}
