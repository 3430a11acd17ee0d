import { useEffect, useState, type FormEvent } from 'react';
import { useConnection, useNow, useSession } from './session';

export function TopBar() {
  const connection = useConnection();
  const info = connection.kind === 'connected' ? connection.info : null;
  return (
    <header className="top">
      <a className="brand" href="#/" aria-label="Longwire, all tasks">
        <svg viewBox="0 0 28 20" aria-hidden="true">
          <path d="M1 11h5l3-8 6 14 4-9 2 3h6" />
        </svg>
        <span className="brand-name">Longwire</span>
      </a>
      <div className="top-space" />
      {info !== null && (
        <span className="top-who" title={info.edge === undefined ? undefined : `Served by ${info.edge}`}>
          {[info.user, info.realm].filter((part) => part !== undefined).join(' @ ')}
        </span>
      )}
      <ConnectionWords />
    </header>
  );
}

/** The connection in words; what it says is read out when it changes. */
function ConnectionWords() {
  const { client } = useSession();
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
    case 'idle':
    case 'connecting':
      words = 'Connecting…';
      break;
    case 'reconnecting': {
      words = `Reconnecting (attempt ${connection.attempt})`;
      const seconds = connection.retry_at_ms === null ? 0 : Math.ceil((connection.retry_at_ms - now) / 1_000);
      if (seconds > 1) more = ` in ${seconds} s`;
      break;
    }
    case 'failed':
      words = `Failed: ${connection.reason}`;
      break;
    case 'unauthorized':
      words = 'Token needed';
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
  const open = connection.kind === 'unauthorized';
  useEffect(() => {
    if (open) document.getElementById('token')?.focus();
  }, [open]);
  if (connection.kind !== 'unauthorized') return null;
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
