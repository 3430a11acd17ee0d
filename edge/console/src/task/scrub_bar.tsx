import { useEffect, useMemo, useState, type KeyboardEvent } from 'react';
import { activityOf } from '../model/activity';
import { kSpeeds } from '../model/replay';
import { countUpTo } from '../model/tail';
import { count, stopwatch } from '../parts/format';
import { Icon } from '../parts/icon';
import { replaceAddress, taskHref, type Tab } from '../shell/route';
import type { Moment, MomentControls } from './use_moment';

const kBuckets = 240;
const kPageUs = 10_000_000;

/** Leads through the task's time: by a hand on a bar, by event, or by letting it run again. */
export function ScrubBar({ moment, controls, tab }: { moment: Moment; controls: MomentControls; tab: Tab | null }) {
  const { watch, version, replay, at, is_over } = moment;
  const { items } = watch.events;
  const first_us = items[0]?.time_us ?? 0;
  const last_us = items[items.length - 1]?.time_us ?? 0;
  const length = Math.max(1, last_us - first_us);
  const time_us = replay.kind === 'live' ? last_us : Math.min(Math.max(replay.time_us, first_us), last_us);
  // Of a long task the picture hardly changes by one event.
  const grain = items.length > 4_000 ? Math.floor(items.length / 500) : version;
  const activity = useMemo(() => activityOf(items, kBuckets), [items, grain]);
  useShortcuts(controls);
  if (items.length === 0) return null;

  const is_live = replay.kind === 'live';
  const is_playing = replay.kind === 'past' && replay.is_playing;
  const shown = at === null ? items.length : countUpTo(items, at, (event) => event.offset);
  const moved = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const pages = { PageUp: 1, PageDown: -1 }[event.key];
    if (by === undefined && pages === undefined) return;
    event.preventDefault();
    if (by !== undefined) controls.step(event.shiftKey ? by * 10 : by);
    else controls.seekTime(time_us + pages! * kPageUs);
  };
  return (
    <section className="scrub" aria-label="Replay" data-replay={replay.kind}>
      <button type="button" className="button button-icon" aria-label={is_playing ? 'Pause' : 'Play again'} title="Space" onClick={controls.toggle}>
        <Icon name={is_playing ? 'pause' : 'play'} />
      </button>
      <button type="button" className="button button-quiet button-icon scrub-step" aria-label="One event back" title="," onClick={() => controls.step(-1)}>
        <Icon name="before" />
      </button>
      <button type="button" className="button button-quiet button-icon scrub-step" aria-label="One event on" title="." onClick={() => controls.step(1)}>
        <Icon name="after" />
      </button>
      <div className="scrub-track">
        <svg className="scrub-activity" viewBox={`0 0 ${kBuckets} 1`} preserveAspectRatio="none" aria-hidden="true">
          <path d={activity.map((height, i) => (height === 0 ? '' : `M${i} 1V${1 - height}h1V1Z`)).join('')} />
        </svg>
        <input
          type="range"
          min={0}
          max={length}
          step="any"
          value={time_us - first_us}
          aria-label="Moment of the task"
          aria-valuetext={`${stopwatch(time_us - first_us)}, event ${shown} of ${items.length}${is_live ? ', live' : ''}`}
          onChange={(event) => controls.seekTime(first_us + Number(event.target.value))}
          onKeyDown={moved}
        />
      </div>
      <span className="scrub-time number">
        {stopwatch(time_us - first_us)}
        <span className="muted">
          {' '}
          / {stopwatch(length)}
          <span className="scrub-count">
            {' '}
            · {count(shown)} of {count(items.length)}
          </span>
        </span>
      </span>
      <select
        className="scrub-speed"
        aria-label="Speed"
        value={replay.kind === 'past' ? replay.speed : 1}
        onChange={(event) => controls.speed(Number(event.target.value))}
      >
        {kSpeeds.map((speed) => (
          <option key={speed} value={speed}>
            {speed}×
          </option>
        ))}
      </select>
      <CopyLink href={taskHref(watch.task, { tab, at: at ?? watch.head })} />
      <button type="button" className="button scrub-live" aria-pressed={is_live} disabled={is_live} onClick={controls.live}>
        <span className="live-dot" aria-hidden="true" />
        {is_over ? 'Newest' : 'Live'}
      </button>
    </section>
  );
}

function CopyLink({ href }: { href: string }) {
  const [said, setSaid] = useState<'no' | 'copied' | 'failed'>('no');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(new URL(href, window.location.href).href);
      setSaid('copied');
    } catch {
      // Without the right to write there, the address itself is the link.
      replaceAddress(href);
      setSaid('failed');
    }
  };
  useEffect(() => {
    if (said === 'no') return;
    const timer = setTimeout(() => setSaid('no'), 2_000);
    return () => clearTimeout(timer);
  }, [said]);
  const words = said === 'copied' ? 'Link copied' : said === 'failed' ? 'The address is the link' : 'Copy a link to this moment';
  return (
    <button type="button" className="button button-quiet button-icon" aria-label={words} title={words} onClick={() => void copy()}>
      <Icon name={said === 'no' ? 'link' : 'check'} />
    </button>
  );
}

/** Keys of the whole page, unless one writes or uses something that has keys of its own. */
function useShortcuts(controls: MomentControls): void {
  useEffect(() => {
    const pressed = (event: globalThis.KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest('input, textarea, select, button, a, summary, dialog, .virtual') !== null) return;
      const act = { ' ': controls.toggle, ',': () => controls.step(-1), '.': () => controls.step(1), l: controls.live }[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [controls]);
}
