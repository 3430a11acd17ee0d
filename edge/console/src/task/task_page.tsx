import type { LongwireError } from '@longwire/client';
import { useEffect, useState } from 'react';
import { lanesAt } from '../model/moment';
import { stateWords } from '../model/words';
import { Empty } from '../parts/empty';
import { count } from '../parts/format';
import { useTitle } from '../shell/hooks';
import { kTabs, parseRoute, replaceAddress, taskHref, type Tab, type TaskRoute } from '../shell/route';
import { AnswerBox } from './answer_box';
import { EventsView } from './events_view';
import { Lanes } from './lanes';
import { LogView } from './log_view';
import { Missing } from './missing';
import { ScrubBar } from './scrub_bar';
import { Side } from './side';
import { TaskHead } from './task_head';
import { Texts } from './texts';
import { useMoment } from './use_moment';

export function TaskPage({ route }: { route: TaskRoute }) {
  const { task } = route;
  const [moment, controls] = useMoment(task, route.at);
  const [picked, setPicked] = useState<Tab | null>(route.tab);
  const { view, watch, replay } = moment;

  // The address leads to what is looked at, but does not change with each frame of a replay.
  const said_at = replay.kind === 'past' && !replay.is_playing && watch.head > 0 ? moment.at : null;
  const is_said = replay.kind === 'live' || said_at !== null;
  useEffect(() => {
    if (is_said) replaceAddress(taskHref(task, { tab: picked, at: said_at }));
  }, [task, picked, is_said, said_at]);

  // A link, or a hand, leads elsewhere in the same task. What the page says in the address itself is no such change.
  useEffect(() => {
    const went = () => {
      const { route: next } = parseRoute(window.location.hash);
      if (next.page !== 'task' || next.task !== task) return;
      setPicked(next.tab);
      controls.follow(next.at);
    };
    window.addEventListener('hashchange', went);
    return () => window.removeEventListener('hashchange', went);
  }, [task, controls]);

  const percent = view.progress !== null && view.state === 'RUNNING' ? `${Math.round(view.progress * 100)}% · ` : '';
  const gone = watch.problem !== null && watch.now.state === null;
  useTitle(gone ? 'No task' : `${percent}${view.state === null ? '' : `${stateWords(view).toLowerCase()} · `}${view.kind ?? task}`);
  if (watch.problem !== null && gone) return <Problem task={task} error={watch.problem} />;

  const has_lanes = watch.story.lanes.some(({ agent, items }) => agent !== '' || items.some(({ kind }) => kind !== 'wait'));
  const tab = picked ?? (has_lanes ? 'overview' : 'log');
  const counts: Record<Tab, number> = { overview: 0, log: watch.lines.total, events: watch.events.total };
  return (
    <article className="page page-task" aria-labelledby="task-title">
      <TaskHead moment={moment} />
      <ScrubBar moment={moment} controls={controls} tab={picked} />
      <Missing gaps={watch.gaps} merged={watch.merged} />
      <div className="task-body">
        <section className="task-main" aria-label="What the task does">
          <Tabs counts={counts} tab={tab} onTab={setPicked} />
          <div className="tab-panel" role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`}>
            {tab === 'overview' && (
              <div className="overview">
                {(lanesAt(watch.story, moment.offset).length > 0 || watch.story.gone.items > 0) && <Lanes moment={moment} onSeek={controls.seekTime} />}
                <Texts moment={moment} />
              </div>
            )}
            {tab === 'log' && <LogView moment={moment} />}
            {tab === 'events' && <EventsView moment={moment} onSeek={controls.seekOffset} />}
          </div>
          {replay.kind === 'live' && view.state === 'RUNNING' && !view.cancelling && <AnswerBox view={view} />}
        </section>
        <Side moment={moment} />
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

const kTabWords: Record<Tab, string> = { overview: 'Overview', log: 'Log', events: 'Events' };

function Tabs({ counts, tab, onTab }: { counts: Record<Tab, number>; tab: Tab; onTab: (tab: Tab) => void }) {
  return (
    <div
      className="tabs"
      role="tablist"
      aria-label="Views"
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
        if (step === 0) return;
        const next = kTabs[(kTabs.indexOf(tab) + step + kTabs.length) % kTabs.length]!;
        onTab(next);
        document.getElementById(`tab-${next}`)?.focus();
      }}
    >
      {kTabs.map((name) => (
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
          {kTabWords[name]}
          {counts[name] > 0 && <span className="tab-count number">{count(counts[name])}</span>}
        </button>
      ))}
    </div>
  );
}
