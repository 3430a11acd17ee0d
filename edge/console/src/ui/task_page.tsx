import { useEffect, useMemo, useRef, useState, type FormEvent, type ReactNode } from 'react';
import type { Gap, LongwireError } from '@longwire/client';
import { useClient } from '@longwire/client/react';
import { parseJson } from '../model/json';
import { isOver, type AgentView, type StreamView, type TaskView } from '../model/task';
import { TaskDetail } from '../model/task_detail';
import { elapsedUs, Empty, Icon, Json, Progress, StateBadge, stateWords } from './bits';
import { EventViewer } from './event_viewer';
import { clockTime, count, dateTime, duration, plural } from './format';
import { LogViewer } from './log_viewer';
import { taskHref } from './route';
import { useNow, useSignal, useTitle } from './session';

type Tab = 'log' | 'text' | 'events';

export function TaskPage({ task }: { task: string }) {
  const client = useClient();
  const detail = useMemo(() => new TaskDetail(client, task), [client, task]);
  const version = useSignal(detail.signal);
  const [picked, setPicked] = useState<Tab | null>(null);
  useEffect(() => {
    detail.open();
    return () => detail.close();
  }, [detail]);

  const { view } = detail;
  const live = !isOver(view.state);
  const percent = view.progress !== null && view.state === 'RUNNING' ? `${Math.round(view.progress * 100)}% · ` : '';
  const gone = detail.problem !== null && view.state === null;
  useTitle(gone ? 'No task' : `${percent}${view.state === null ? '' : `${stateWords(view).toLowerCase()} · `}${view.kind ?? task}`);

  if (detail.problem !== null && gone) return <Problem task={task} error={detail.problem} />;

  const tab = picked ?? (view.streams.length > 0 && detail.logs === 0 ? 'text' : 'log');
  const tabs: [Tab, string, number][] = [
    ['log', 'Log', detail.lines.items.length + detail.lines.dropped],
    ['text', 'Text', view.streams.length],
    ['events', 'Events', detail.events.items.length + detail.events.dropped],
  ];
  return (
    <article className="page page-task" aria-labelledby="task-title">
      <TaskHead view={view} />
      <Missing gaps={detail.gaps} merged={detail.merged} />
      <div className="task-body">
        <section className="task-main" aria-label="What the task does">
          <Tabs tabs={tabs} tab={tab} onTab={setPicked} />
          <div className="tab-panel" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`}>
            {tab === 'log' && <LogViewer task={task} lines={detail.lines} version={version} live={live} />}
            {tab === 'text' && <Streams streams={view.streams} live={live} />}
            {tab === 'events' && <EventViewer events={detail.events} version={version} live={live} />}
          </div>
          {view.state === 'RUNNING' && !view.cancelling && <InputBox view={view} />}
        </section>
        <aside className="task-side" aria-label="About the task">
          <Outcome view={view} />
          {view.agents.length > 0 && <Agents agents={view.agents} />}
          <Artifacts view={view} />
          <Facts view={view} />
        </aside>
      </div>
    </article>
  );
}

function Problem({ task, error }: { task: string; error: LongwireError }) {
  const unknown = error.code === 'not_found';
  return (
    <Empty title={unknown ? 'There is no such task' : 'This task can’t be shown'}>
      <p className="muted">{unknown ? <code>{task}</code> : error.message}</p>
      <a className="button" href="#/">
        All tasks
      </a>
    </Empty>
  );
}

function TaskHead({ view }: { view: TaskView }) {
  const now = useNow(!isOver(view.state));
  const elapsed = elapsedUs(view, now * 1_000);
  const turns = view.turn !== null ? `turn ${view.turn}${view.max_turns === null ? '' : ` of ${view.max_turns}`}` : null;
  return (
    <header className="task-head" data-state={stateWords(view).toLowerCase()}>
      <div className="task-title">
        <a className="button button-quiet button-icon" href="#/" aria-label="All tasks">
          <Icon name="back" />
        </a>
        <h1 id="task-title">{view.kind ?? 'Task'}</h1>
        <code className="task-id">{view.task}</code>
        <span role="status" aria-live="polite">
          <StateBadge view={view} large />
        </span>
        <span className="task-space" />
        {!isOver(view.state) && view.state !== null && <CancelTask view={view} />}
      </div>
      <Progress view={view} label="Progress" />
      <p className="task-line muted">
        <span className="task-message">{view.message}</span>
        {[turns, view.attempt > 0 ? `attempt ${view.attempt}` : null, view.worker].map(
          (part) => part !== null && <span key={part}>{part}</span>,
        )}
        {elapsed !== null && <span className="number">{duration(elapsed)}</span>}
      </p>
    </header>
  );
}

function CancelTask({ view }: { view: TaskView }) {
  const client = useClient();
  const [asked, setAsked] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const cancel = () => {
    setAsked(true);
    setError(null);
    client.cancel(view.task).catch((thrown: LongwireError) => {
      setAsked(false);
      setError(thrown.message);
    });
  };
  const cancelling = asked || view.cancelling;
  return (
    <span className="cancel">
      {error !== null && (
        <span className="error" role="alert">
          {error}
        </span>
      )}
      <button type="button" className="button button-danger" disabled={cancelling} onClick={cancel}>
        {cancelling ? <span className="spinner" aria-hidden="true" /> : <Icon name="stop" />}
        {cancelling ? 'Cancelling…' : 'Cancel task'}
      </button>
    </span>
  );
}

const kWhy: Record<Gap['reason'], string> = {
  trimmed: 'they are no longer kept',
  slow: 'this page was too slow',
  epoch_changed: 'the task’s log began anew',
  missing: 'they never came',
};

/** What the page could not get. Nothing is left out in silence. */
function Missing({ gaps, merged }: { gaps: Gap[]; merged: number }) {
  const last = gaps[gaps.length - 1];
  return (
    <>
      {last !== undefined && (
        <p className="banner banner-warn" role="status">
          {last.from === last.to ? `Event ${count(last.from)} is` : `Events ${count(last.from)} to ${count(last.to)} are`} not shown:{' '}
          {kWhy[last.reason]}.{gaps.length > 1 && ` And ${plural(gaps.length - 1, 'gap')} before.`}
        </p>
      )}
      {merged > 0 && (
        <p className="banner" role="status">
          {plural(merged, 'event')} were joined with later ones because this page was slow.
        </p>
      )}
    </>
  );
}

function Tabs({ tabs, tab, onTab }: { tabs: [Tab, string, number][]; tab: Tab; onTab: (tab: Tab) => void }) {
  return (
    <div
      className="tabs"
      role="tablist"
      aria-label="Views"
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
        if (step === 0) return;
        const at = tabs.findIndex(([name]) => name === tab);
        const next = tabs[(at + step + tabs.length) % tabs.length]![0];
        onTab(next);
        document.getElementById(`tab-${next}`)?.focus();
      }}
    >
      {tabs.map(([name, words, n]) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          className="tab"
          aria-selected={name === tab}
          aria-controls={name === tab ? `panel-${name}` : undefined}
          tabIndex={name === tab ? 0 : -1}
          onClick={() => onTab(name)}
        >
          {words}
          {n > 0 && <span className="tab-count number">{count(n)}</span>}
        </button>
      ))}
    </div>
  );
}

function Streams({ streams, live }: { streams: readonly StreamView[]; live: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  useEffect(() => {
    if (follow.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [streams]);
  if (streams.length === 0) return <Empty title={live ? 'No text yet' : 'This task has streamed no text'} />;
  return (
    <div
      className="streams"
      ref={box}
      tabIndex={0}
      aria-label="Text"
      onScroll={(event) => {
        const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
        follow.current = scrollTop + clientHeight >= scrollHeight - 40;
      }}
    >
      {streams.map((stream) => (
        <section key={stream.id} className="stream">
          <h3>
            {stream.agent || stream.stream}
            <span className="muted">
              {stream.agent !== '' && ` ${stream.stream}`}
              {stream.attempt > 1 && ` · attempt ${stream.attempt}`}
            </span>
          </h3>
          <p className={live && !stream.done ? 'stream-text stream-live' : 'stream-text'}>{stream.text}</p>
        </section>
      ))}
    </div>
  );
}

function InputBox({ view }: { view: TaskView }) {
  const client = useClient();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const trimmed = text.trim();
  const json = /^[[{"]/.test(trimmed) ? parseJson(trimmed) : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await client.input(view.task, json?.ok ? json.value : text);
      setText('');
    } catch (thrown) {
      setProblem((thrown as LongwireError).message);
    }
    setBusy(false);
  };
  return (
    <form className={`input-box ${view.waiting === null ? '' : 'input-box-waiting'}`} onSubmit={submit}>
      <label htmlFor="task-input">{view.waiting ?? 'Send input to this task'}</label>
      <div className="input-row">
        <input id="task-input" value={text} autoComplete="off" aria-describedby="task-input-hint" onChange={(event) => setText(event.target.value)} />
        <button className="button button-primary" disabled={busy || trimmed === ''}>
          Send
        </button>
      </div>
      <p className={problem === null ? 'hint' : 'error'} id="task-input-hint" role="status">
        {problem ?? (trimmed === '' ? '' : json?.ok ? 'Will be sent as JSON' : 'Will be sent as text')}
      </p>
    </form>
  );
}

function Panel({ title, children, tone }: { title: string; children: ReactNode; tone?: 'good' | 'bad' }) {
  return (
    <section className="panel" data-tone={tone}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Outcome({ view }: { view: TaskView }) {
  if (view.state === 'FAILED' || (view.state === 'EXPIRED' && view.error !== null)) {
    return (
      <Panel title="Error" tone="bad">
        <p className="outcome-message">{view.error?.message ?? 'The task failed.'}</p>
        {view.error?.code != null && <code className="muted">{view.error.code}</code>}
        {view.error?.details != null && <Json value={view.error.details} label="Error details" />}
      </Panel>
    );
  }
  if (view.state !== 'COMPLETED') return null;
  return (
    <Panel title="Result" tone="good">
      {view.result == null ? <p className="muted">Completed without a result.</p> : <Json value={view.result} label="Result" />}
    </Panel>
  );
}

function Agents({ agents }: { agents: readonly AgentView[] }) {
  return (
    <Panel title="Agents">
      <ul className="agents">
        {agents.map((agent) => (
          <li key={agent.agent}>
            <span className="agent-mark" aria-hidden="true">
              {agent.emoji || agent.agent.charAt(0).toUpperCase()}
            </span>
            <span className="agent-name">{agent.agent}</span>
            <span className="agent-status" data-status={agent.status.toLowerCase()}>
              {agent.status.toLowerCase()}
            </span>
            <span className="agent-message muted">{agent.message}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Artifacts({ view }: { view: TaskView }) {
  if (view.artifacts.length === 0) return null;
  return (
    <Panel title="Artifacts">
      <ul className="artifacts">
        {view.artifacts.map((artifact, i) => {
          const name = String(artifact.name ?? artifact.id ?? artifact.kind ?? 'artifact');
          const url = typeof artifact.url === 'string' && /^(https?:\/\/|\/(?!\/))/.test(artifact.url) ? artifact.url : null;
          return (
            <li key={i}>
              {url === null ? name : <a href={url} rel="noreferrer" target="_blank">{name}</a>}{' '}
              <span className="muted">{String(artifact.kind ?? '')}</span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Facts({ view }: { view: TaskView }) {
  const time = (us: number | null) => us !== null && <time title={dateTime(us)}>{clockTime(us)}</time>;
  const facts: [string, ReactNode][] = [
    ['Kind', view.kind],
    ['Worker', view.worker],
    ['Run', view.run > 1 && view.run],
    ['Attempt', view.attempt > 0 && view.attempt],
    ['Queued', time(view.created_us)],
    ['Started', time(view.started_us)],
    ['Ended', time(view.ended_us)],
    ['Waited', view.created_us !== null && view.started_us !== null && view.run === 1 && view.attempt <= 1 && duration(view.started_us - view.created_us)],
    ['Parent', view.parent !== null && <a href={taskHref(view.parent)}>{view.parent}</a>],
  ];
  return (
    <Panel title="Details">
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== null && value !== false)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {view.input !== undefined && view.input !== null && (
        <>
          <h3>Input</h3>
          <Json value={view.input} label="Input" />
        </>
      )}
    </Panel>
  );
}
