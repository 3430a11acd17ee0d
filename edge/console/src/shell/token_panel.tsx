import { useConnection } from '@longwire/client/react';
import { useEffect, useState, type FormEvent } from 'react';
import { useSession } from './hooks';

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
