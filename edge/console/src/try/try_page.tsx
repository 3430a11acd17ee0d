import type { ConnectionState, LongwireError } from '@longwire/client';
import { useCallback, useMemo, useState, type FormEvent } from 'react';
import { clockTimeMs } from '../parts/format';
import { Icon } from '../parts/icon';
import { JsonView } from '../parts/json_view';
import { Rows } from '../parts/rows';
import { ConnectionWords } from '../shell/connection_badge';
import { useSession, useSignal, useTitle } from '../shell/hooks';
import { tryHref } from '../shell/route';
import { useOpened } from '../shell/use_opened';
import type { Dialect } from './dialect';
import { kDialects } from './dialects';
import { Transcript, type Entry } from './transcript';

/** The conversation of each product's frontend, as it is spoken. */
export function TryPage({ id }: { id: string | null }) {
  const dialect = kDialects.find((one) => one.id === id) ?? kDialects[0]!;
  useTitle(`Try ${dialect.title}`);
  return (
    <section className="page page-try" aria-labelledby="try-title">
      <div className="page-head">
        <h1 id="try-title">Try it</h1>
        <p className="muted page-sub">Each product’s own protocol, live on this cluster</p>
      </div>
      <nav className="segments" aria-label="Products">
        {kDialects.map((one) => (
          <a key={one.id} className="segment" href={tryHref(one.id)} aria-current={one === dialect ? 'true' : undefined}>
            {one.title}
          </a>
        ))}
      </nav>
      <Conversation key={dialect.id} dialect={dialect} />
    </section>
  );
}

function Conversation({ dialect }: { dialect: Dialect }) {
  const { token } = useSession();
  const transcript = useMemo(() => new Transcript(), []);
  const version = useSignal(transcript.signal);
  const opened = useOpened(
    useCallback(() => dialect.open({ transcript, token, changed: () => transcript.signal.touch() }), [dialect, transcript, token]),
  );
  const [text, setText] = useState(dialect.first);
  const [problem, setProblem] = useState<string | null>(null);

  const run = (what: () => Promise<void>) => {
    setProblem(null);
    what().catch((error: LongwireError) => setProblem(error.message));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (opened !== null) run(() => opened.say(text));
  };
  const connection = opened?.connection() ?? null;
  const state: ConnectionState = connection?.state ?? { kind: 'closed' };
  return (
    <div className="try">
      <div className="try-head">
        <p>
          {dialect.about} <code className="muted">{dialect.path}</code>
        </p>
        <ConnectionWords state={state} onRetry={() => connection?.retry()} />
      </div>
      <div className="try-rows">
        <Rows
          tail={transcript.entries}
          at={null}
          version={version}
          test={null}
          live
          label="Conversation"
          empty="Nothing has been said yet"
          tools={<span className="task-space" />}
          row={(entry) => ({ key: entry.offset, className: entry.is_ours ? 'said said-ours' : 'said', cells: <EntryCells entry={entry} /> })}
          inspect={(entry) => (
            <>
              <p className="inspector-head muted">
                {entry.is_ours ? 'Said' : 'Heard'} · {entry.type}
                {entry.pieces > 1 && ` · ${entry.pieces} pieces, the last of them:`}
              </p>
              {entry.text !== null && <p className="inspector-text">{entry.text}</p>}
              <JsonView value={entry.body} label="Message" />
            </>
          )}
        />
      </div>
      <form className="try-say" onSubmit={submit}>
        <label htmlFor="try-text">{dialect.asks}</label>
        <input id="try-text" value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
        <button className="button button-primary" disabled={opened === null}>
          {dialect.button}
        </button>
        {opened?.more.map((one) => (
          <button key={one.words} type="button" className="button" onClick={() => run(one.run)}>
            {one.words}
          </button>
        ))}
      </form>
      {problem !== null && (
        <p className="error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function EntryCells({ entry }: { entry: Entry }) {
  const { at_ms, is_ours, who, type, text, pieces, body } = entry;
  return (
    <>
      <time className="log-time">{clockTimeMs(at_ms * 1_000)}</time>
      <span className="said-way" role="img" aria-label={is_ours ? 'said' : 'heard'}>
        <Icon name={is_ours ? 'up' : 'down'} />
      </span>
      {who !== '' && <span className="said-who muted">{who}</span>}
      <span className="said-type">{type}</span>
      <span className="log-text">
        {text === null ? JSON.stringify(body) : <span className="said-text">{text}</span>}
        {pieces > 1 && <span className="muted"> · {pieces} pieces</span>}
      </span>
    </>
  );
}
