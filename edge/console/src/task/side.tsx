import type { TaskView } from '@longwire/client/task';
import type { ReactNode } from 'react';
import { artifactsAt, attemptsAt, endOf, lanesAt, standingOf, statusAt, talkAt } from '../model/moment';
import { kLanesMax } from '../model/story';
import { clockTime, dateTime, duration } from '../parts/format';
import { JsonView } from '../parts/json_view';
import { LeftOut } from '../parts/left_out';
import { Panel } from '../parts/panel';
import { Parts } from './parts';
import { StandingMark } from './standing_mark';
import type { Moment } from './use_moment';

/** What there is to know of a task beside what it does. */
export function Side({ moment }: { moment: Moment }) {
  return (
    <aside className="task-side" aria-label="About the task">
      <Outcome view={moment.view} />
      <Parts moment={moment} />
      <Agents moment={moment} />
      <Talk moment={moment} />
      <Artifacts moment={moment} />
      <Attempts moment={moment} />
      <Facts view={moment.view} />
    </aside>
  );
}

function Outcome({ view }: { view: TaskView }) {
  if (view.state === 'FAILED' || (view.state === 'EXPIRED' && view.error !== null)) {
    return (
      <Panel title="Error" tone="bad">
        <p className="outcome-message">{view.error?.message ?? 'The task failed.'}</p>
        {view.error?.code != null && <code className="muted">{view.error.code}</code>}
        {view.error?.details != null && <JsonView value={view.error.details} label="Error details" />}
      </Panel>
    );
  }
  if (view.state !== 'COMPLETED') return null;
  return (
    <Panel title="Result" tone="good">
      {view.result === null ? <p className="muted">Completed without a result.</p> : <Result value={view.result} />}
    </Panel>
  );
}

/** An answer reads better as the text that it is, with the rest of the result behind it. */
function Result({ value }: { value: unknown }) {
  const { content, ...rest } = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (typeof content !== 'string') return <JsonView value={value} label="Result" />;
  return (
    <>
      <p className="outcome-content">{content}</p>
      {Object.keys(rest).length > 0 && (
        <details>
          <summary className="muted">More of it</summary>
          <JsonView value={rest} label="Rest of the result" />
        </details>
      )}
    </>
  );
}

function Agents({ moment: { watch, offset } }: { moment: Moment }) {
  const lanes = lanesAt(watch.story, offset).filter(({ agent, is_shared }) => agent !== '' && !is_shared);
  const { crowded_from } = watch.story;
  if (lanes.length === 0) return null;
  return (
    <Panel title="Agents">
      <ul className="agents">
        {lanes.map((lane) => {
          const now = statusAt(lane, offset);
          const status = now?.status.toLowerCase() ?? '';
          return (
            <li key={lane.agent}>
              <span className="agent-mark" aria-hidden="true">
                {lane.emoji || lane.agent.charAt(0).toUpperCase()}
              </span>
              <span className="agent-name">{lane.agent}</span>
              <span className="agent-status" data-status={status}>
                {status}
              </span>
              <span className="agent-message muted">{now?.message}</span>
            </li>
          );
        })}
      </ul>
      {crowded_from !== null && crowded_from <= offset && <p className="muted">Only the first {kLanesMax} agents are shown.</p>}
    </Panel>
  );
}

function Talk({ moment: { watch, offset } }: { moment: Moment }) {
  const talk = talkAt(watch.story, offset);
  if (talk.length === 0) return null;
  return (
    <Panel title="Questions and inputs">
      <LeftOut n={watch.story.gone.talk} what="message" />
      <ol className="talk">
        {talk.map((said) => (
          <li key={said.offset} data-kind={said.kind}>
            <span className="hidden">{said.kind === 'question' ? 'The task asks: ' : 'Input: '}</span>
            {said.words}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** Only what leads to a page of this or another site. */
const hrefOf = (url: unknown): string | null => (typeof url === 'string' && /^(https?:\/\/|\/(?!\/))/.test(url) ? url : null);

function Artifacts({ moment: { watch, offset } }: { moment: Moment }) {
  const artifacts = artifactsAt(watch.story, offset);
  if (artifacts.length === 0) return null;
  return (
    <Panel title="Artifacts">
      <LeftOut n={watch.story.gone.artifacts} what="artifact" />
      <ul className="artifacts">
        {artifacts.map(({ artifact, standing }) => {
          const name = artifact.name || 'artifact';
          const href = hrefOf(artifact.url);
          return (
            <li key={artifact.offset} className={standing === 'present' ? '' : 'superseded'}>
              <span>
                {href === null ? (
                  name
                ) : (
                  <a href={href} rel="noreferrer" target="_blank">
                    {name}
                  </a>
                )}{' '}
                <span className="muted">{artifact.kind}</span> <StandingMark standing={standing} />
              </span>
              {artifact.meta != null && (
                <details>
                  <summary className="muted">Details</summary>
                  <JsonView value={artifact.meta} label={`Details of ${name}`} />
                </details>
              )}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

const kEnds: Record<string, string> = {
  'task.retrying': 'broke off',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.cancelled': 'cancelled',
  'task.expired': 'expired',
  'task.started': 'lost',
};

function Attempts({ moment: { watch, offset } }: { moment: Moment }) {
  const { story } = watch;
  const attempts = attemptsAt(story, offset);
  if (attempts.length < 2) return null;
  return (
    <Panel title="Attempts">
      <LeftOut n={story.gone.attempts} what="attempt" />
      <ol className="attempts">
        {attempts.map((one) => {
          const end = endOf(one, offset);
          return (
            <li key={one.from}>
              <span className="attempt-line">
                <strong>
                  {attempts.some(({ run }) => run > 1) && `Run ${one.run}, `}attempt {one.attempt}
                </strong>
                <span className="muted">{one.worker}</span>
                <span className="attempt-end" data-end={end ?? 'running'}>
                  {end === null ? 'running' : (kEnds[end] ?? end)}
                </span>
              </span>
              {end !== null && one.message !== '' && <span className="muted attempt-why">{one.message}</span>}
              <StandingMark standing={standingOf(story, one.ordinal, offset)} />
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}

function Facts({ view }: { view: TaskView }) {
  const time = (us: number | null) => us !== null && <time title={dateTime(us)}>{clockTime(us)}</time>;
  const facts: [string, ReactNode][] = [
    ['Kind', view.kind],
    ['Worker', view.worker],
    ['Started by', view.user],
    ['Queued', time(view.created_us)],
    ['Started', time(view.started_us)],
    ['Ended', time(view.ended_us)],
    ['Waited', view.created_us !== null && view.started_us !== null && view.run === 1 && view.attempt <= 1 && duration(view.started_us - view.created_us)],
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
      {view.input !== null && (
        <>
          <h3>Input</h3>
          <JsonView value={view.input} label="Input" />
        </>
      )}
    </Panel>
  );
}
