import type { WorkerInfo } from '@longwire/client';
import { useClient } from '@longwire/client/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { AgentWatch, type AgentNow } from '../model/agent_board';
import { Empty } from '../parts/empty';
import { ago, count, plural } from '../parts/format';
import { SearchField } from '../parts/search_field';
import { VirtualList } from '../parts/virtual_list';
import { useNow, useSignal, useTitle } from '../shell/hooks';
import { taskHref } from '../shell/route';
import { usePolled } from '../shell/use_polled';

const kWorkersMs = 2_000;
const kAgentPx = 52;

/** Who can work, and who does. */
export function AgentsPage() {
  const client = useClient();
  const ask = useCallback(() => client.workers(), [client]);
  const workers = usePolled(ask, kWorkersMs);
  useTitle('Agents and workers');
  return (
    <section className="page page-agents" aria-labelledby="agents-title">
      <div className="page-head">
        <h1 id="agents-title">Agents and workers</h1>
      </div>
      {workers.error !== null && (
        <p className="banner banner-error" role="alert">
          The workers can’t be listed: {workers.error.message}
        </p>
      )}
      <Workers workers={workers.value} />
      <Agents />
    </section>
  );
}

function Workers({ workers }: { workers: WorkerInfo[] | null }) {
  const now_us = useNow() * 1_000;
  if (workers === null) return <p className="muted">Listing workers…</p>;
  if (workers.length === 0) return <p className="banner banner-warn">No worker is here: tasks wait in their queues.</p>;
  return (
    <ul className="workers" aria-label="Workers">
      {workers.map((one) => (
        <li key={one.worker} className="panel worker">
          <p className="worker-head">
            <strong>{one.worker}</strong>
            {one.draining && <span className="mark">draining</span>}
            <span className="muted worker-beat">{ago(now_us - one.heartbeat_us)}</span>
          </p>
          <p className="worker-load">
            <meter min={0} max={one.capacity} value={one.running} aria-label={`${one.running} of ${one.capacity} places taken`} />
            <span className="number">
              {one.running} of {one.capacity}
              {one.waiting > 0 && <span className="muted"> · {one.waiting} wait for input</span>}
            </span>
          </p>
          <p className="chips">
            {one.kinds.map((kind) => (
              <span key={kind} className="chip">
                {kind}
              </span>
            ))}
          </p>
          <p className="muted worker-version">{one.version}</p>
        </li>
      ))}
    </ul>
  );
}

function Agents() {
  const client = useClient();
  const watch = useMemo(() => new AgentWatch(client), [client]);
  const version = useSignal(watch.signal);
  const [text, setText] = useState('');
  useEffect(() => {
    watch.open();
    return () => watch.close();
  }, [watch]);
  const words = text.trim().toLowerCase();
  const all = useMemo(
    () => [...watch.board.values()].flatMap(({ kind, agents }) => [...agents.values()].map((agent) => ({ kind, agent }))).sort(workingFirst),
    [watch, version],
  );
  const shown = all.filter(({ kind, agent }) => `${agent.agent} ${agent.status} ${agent.message} ${agent.task} ${kind}`.toLowerCase().includes(words));
  return (
    <section className="agents-now table" aria-labelledby="agents-now-title">
      <div className="viewer-tools">
        <h2 id="agents-now-title">At work</h2>
        <span className="muted number">{plural(all.length, 'agent')}</span>
        <SearchField label="Filter agents" value={text} onChange={setText} />
      </div>
      {watch.error !== null && <p className="banner banner-error">{watch.error.message}</p>}
      {shown.length === 0 ? (
        <Empty title={all.length === 0 ? 'No agent is at work' : 'No agent matches'} />
      ) : (
        <VirtualList
          className="table-body"
          label={`${count(shown.length)} agents`}
          count={shown.length}
          row_px={kAgentPx}
          render={(i) => <AgentRow key={`${shown[i]!.agent.task} ${shown[i]!.agent.agent}`} kind={shown[i]!.kind} agent={shown[i]!.agent} />}
        />
      )}
    </section>
  );
}

const kResting = new Set(['', 'IDLE', 'COMPLETED']);

function workingFirst({ agent: a }: { agent: AgentNow }, { agent: b }: { agent: AgentNow }): number {
  return Number(kResting.has(a.status)) - Number(kResting.has(b.status));
}

function AgentRow({ kind, agent: { agent, emoji, status, message, task } }: { kind: string; agent: AgentNow }) {
  return (
    <div className="agent-row" role="listitem">
      <span className="agent-mark" aria-hidden="true">
        {emoji || agent.charAt(0).toUpperCase()}
      </span>
      <span className="agent-name">{agent}</span>
      <span className="agent-status" data-status={status.toLowerCase()}>
        {status.toLowerCase()}
      </span>
      <span className="cell-message">{message}</span>
      <span className="agent-task">
        <span className="muted">{kind} </span>
        <a className="row-link" href={taskHref(task)}>
          {task}
        </a>
      </span>
    </div>
  );
}
