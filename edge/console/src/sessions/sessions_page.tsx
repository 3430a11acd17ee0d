import { connectTracking, type TrackingOutput, type TrackingSession } from '@longwire/client/dialects';
import { useCallback, useEffect } from 'react';
import { SessionsWatch } from '../model/sessions_watch';
import { say } from '../model/words';
import { Empty } from '../parts/empty';
import { clockTimeMs, plural } from '../parts/format';
import { JsonView } from '../parts/json_view';
import { Rows } from '../parts/rows';
import { ConnectionWords } from '../shell/connection_badge';
import { useSession, useSignal, useTitle } from '../shell/hooks';
import { sessionHref, taskHref } from '../shell/route';
import { useOpened } from '../shell/use_opened';

/** What is asked of the agents now: each tree of tasks, as a dashboard of the product `tracking` sees it. */
export function SessionsPage({ chosen }: { chosen: string | null }) {
  const { token } = useSession();
  const watch = useOpened(useCallback(() => new SessionsWatch(connectTracking('/', { token })), [token]));
  useTitle('Sessions');
  useEffect(() => watch?.choose(chosen), [watch, chosen]);
  return (
    <section className="page page-sessions" aria-labelledby="sessions-title">
      {watch === null ? <Empty title="One moment…" /> : <Board watch={watch} chosen={chosen} />}
    </section>
  );
}

function Board({ watch, chosen }: { watch: SessionsWatch; chosen: string | null }) {
  const version = useSignal(watch.signal);
  const { sessions } = watch;
  return (
    <>
      <div className="page-head">
        <h1 id="sessions-title">Sessions</h1>
        <p className="muted page-sub">{plural(sessions.length, 'session')} going on or just over</p>
        <ConnectionWords state={watch.tracking.state} onRetry={() => watch.tracking.retry()} />
      </div>
      <div className="sessions">
        <nav className="session-list table" aria-label="Sessions">
          {sessions.length === 0 && <Empty title="No session goes on" />}
          {sessions.map((one) => (
            <Entry key={one.session_id} session={one} is_chosen={one.session_id === chosen} />
          ))}
        </nav>
        {chosen === null ? (
          <div className="session table">
            <Empty title="Choose a session to look at" />
          </div>
        ) : (
          <Session watch={watch} version={version} session_id={chosen} />
        )}
      </div>
    </>
  );
}

function Entry({ session: { session_id, query, status, agents_active }, is_chosen }: { session: TrackingSession; is_chosen: boolean }) {
  return (
    <a className="session-entry" href={sessionHref(session_id)} aria-current={is_chosen ? 'true' : undefined}>
      <span className="session-query">{query}</span>
      <span className="session-line">
        <Phase phase={status} />
        <span className="muted">{agents_active > 0 && plural(agents_active, 'agent')}</span>
        <code className="muted">{session_id}</code>
      </span>
    </a>
  );
}

const kStateOf: Record<TrackingSession['status'], string> = {
  pending: 'pending',
  processing: 'running',
  completed: 'completed',
  error: 'failed',
  cancelled: 'cancelled',
};

function Phase({ phase }: { phase: TrackingSession['status'] }) {
  return (
    <span className="badge" data-state={kStateOf[phase]}>
      <span className="badge-dot" aria-hidden="true" />
      {phase.toUpperCase()}
    </span>
  );
}

function Session({ watch, version, session_id }: { watch: SessionsWatch; version: number; session_id: string }) {
  const { state, problem } = watch;
  if (state === null) {
    return (
      <div className="session table">
        <Empty title={problem ?? 'Asking for its state…'} />
      </div>
    );
  }
  return (
    <article className="session table" aria-labelledby="session-title">
      <header className="session-head">
        <h2 id="session-title">{state.query}</h2>
        <Phase phase={state.current_phase} />
        <progress max={100} value={state.overall_progress} aria-label="Progress of the session" />
        <a className="button button-small" href={taskHref(session_id)}>
          Its task
        </a>
      </header>
      <div className="session-parts">
        <ul className="agents" aria-label="Agents">
          {state.active_agents.map(({ agent_name, status, current_task, details }) => (
            <li key={`${details.task_id} ${agent_name}`}>
              <span className="agent-mark" aria-hidden="true">
                {agent_name.charAt(0).toUpperCase()}
              </span>
              <span className="agent-name">{agent_name}</span>
              <span className="agent-status" data-status={status.toLowerCase()}>
                {status.toLowerCase()}
              </span>
              <span className="agent-message muted">{current_task}</span>
            </li>
          ))}
        </ul>
        <div className="session-output" role="group" aria-label="Output" tabIndex={0}>
          {state.crew_output.map((output, i) => (
            <Output key={i} output={output} />
          ))}
        </div>
      </div>
      <div className="session-logs">
        <Rows
          tail={watch.logs}
          at={null}
          version={version}
          test={null}
          live
          label="Logs"
          empty="No logs since you look"
          tools={
            <>
              <h3>Logs</h3>
              <span className="task-space" />
            </>
          }
          row={(log) => ({
            key: log.offset,
            className: 'log-line',
            level: log.level,
            cells: (
              <>
                <time className="log-time">{clockTimeMs(Date.parse(log.timestamp) * 1_000)}</time>
                <span className="log-text">
                  <span className="log-who">{log.agent}</span>
                  {log.message}
                </span>
              </>
            ),
          })}
          inspect={(log) => (
            <>
              <p className="inspector-text">{log.message}</p>
              <JsonView value={log.details} label="Details" />
            </>
          )}
        />
      </div>
    </article>
  );
}

function Output({ output: { agent, type, content } }: { output: TrackingOutput }) {
  const value = content as unknown;
  return (
    <section className="stream">
      <h3>
        {agent} <span className="muted">{type}</span>
      </h3>
      {typeof value === 'string' ? <p className="stream-text">{value}</p> : <p className="muted">{say((value as Record<string, unknown> | null)?.content ?? value)}</p>}
    </section>
  );
}
