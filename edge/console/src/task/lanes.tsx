import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { apartPx, barsOf, handoversOf, kRowOf, ticksOf, timeOf, xOf, type Bar, type Scale } from '../model/lane_layout';
import { attemptsAt, laneName, lanesAt, standingOf } from '../model/moment';
import { kLanesMax, type Item, type Lane } from '../model/story';
import { duration } from '../parts/format';
import { LeftOut } from '../parts/left_out';
import { useNow } from '../shell/hooks';
import { ItemDetails, itemWords } from './item_details';
import type { Moment } from './use_moment';

const kZoomMax = 64;
const kLanePx = 72;

/** What is drawn beyond what is seen, so that not each step of a scroll draws anew. */
const kBeyondPx = 200;
const stepped = (px: number) => Math.round(px / kBeyondPx) * kBeyondPx;

/** Who did what when: a lane for each agent, with its steps, tools, texts and handoffs along the time. */
export function Lanes({ moment, onSeek }: { moment: Moment; onSeek: (time_us: number) => void }) {
  const { watch, version, offset, replay, is_over } = moment;
  const { story } = watch;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [zoom, setZoom] = useState(1);
  const [left_px, setLeft] = useState(0);
  const [chosen, setChosen] = useState<Item | null>(null);
  const now_ms = useNow(!is_over);
  useLayoutEffect(() => {
    const measure = () => setWidth(box.current!.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);

  const from_us = story.first_us ?? 0;
  const last_us = story.last_us ?? 0;
  const to_us = Math.max(is_over ? last_us : Math.max(last_us, now_ms * 1_000), from_us + 1_000);
  const now_us = replay.kind === 'past' ? replay.time_us : to_us;
  const lanes = useMemo(() => lanesAt(story, offset), [story, version, offset]);
  const window_px = { from: left_px - kBeyondPx, to: left_px + width + kBeyondPx };
  const seen_px = Math.min(width * zoom, width + 2 * kBeyondPx);
  const scale: Scale = { from_us, to_us, now_us, width_px: width * zoom, window_px, apart_px: apartPx(seen_px, lanes.length) };
  const hand_px = replay.kind === 'past' ? xOf(scale, now_us) : null;

  const seek = (event: MouseEvent<HTMLDivElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    onSeek(timeOf(scale, event.clientX - left));
  };
  const close = () => {
    box.current?.querySelector<HTMLElement>('.bar[aria-pressed="true"]')?.focus();
    setChosen(null);
  };
  return (
    <>
      <section className="lanes" aria-label="Time line">
        <div className="lanes-tools">
          <div className="lanes-notes">
            <LeftOut n={story.gone.items} what="bar" />
            {story.crowded_from !== null && story.crowded_from <= offset && (
              <p className="left-out muted">Agents after the first {kLanesMax} share the last lane, without their states.</p>
            )}
          </div>
          <span className="muted">{duration(to_us - from_us)}</span>
          <button type="button" className="button button-small" disabled={zoom <= 1} aria-label="Show more of the time" onClick={() => setZoom(zoom / 2)}>
            −
          </button>
          <button type="button" className="button button-small" disabled={zoom >= kZoomMax} aria-label="Show the time closer" onClick={() => setZoom(zoom * 2)}>
            +
          </button>
        </div>
        <div className="lanes-rows">
          <ul className="lane-names" aria-hidden="true">
            {lanes.map((lane) => (
              <li key={lane.agent} className="lane-name" title={laneName(lane)}>
                <span>{lane.emoji}</span>
                {laneName(lane)}
              </li>
            ))}
          </ul>
          <div className="lanes-box" ref={box} onScroll={({ currentTarget }) => setLeft(stepped(currentTarget.scrollLeft))}>
            <div className="lanes-space" style={{ width: scale.width_px }} onClick={seek} onKeyDown={moveFocus}>
              <Axis scale={scale} />
              <Superseded moment={moment} scale={scale} />
              {width > 0 && lanes.map((lane) => <LaneRow key={lane.agent} lane={lane} scale={scale} offset={offset} chosen={chosen} onChoose={setChosen} />)}
              <Handovers lanes={lanes} scale={scale} offset={offset} />
              {hand_px !== null && <div className="lanes-hand" style={{ left: hand_px }} />}
            </div>
          </div>
        </div>
      </section>
      {chosen !== null && chosen.from <= offset && <ItemDetails item={chosen} offset={offset} events={watch.events.items} onClose={close} />}
    </>
  );
}

/** Arrows lead from one thing to the next of its lane, or to the next lane. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const { activeElement } = document;
  const lanes = [...event.currentTarget.querySelectorAll('.lane')].map((lane) => [...lane.querySelectorAll<HTMLElement>('.bar')]);
  const lane = lanes.findIndex((bars) => bars.some((bar) => bar === activeElement));
  if (lane < 0) return;
  const at = lanes[lane]!.findIndex((bar) => bar === activeElement);
  const near = (bars: HTMLElement[] | undefined) => {
    const x = (bar: Element) => bar.getBoundingClientRect().left;
    return bars?.reduce<HTMLElement | undefined>(
      (best, bar) => (best === undefined || Math.abs(x(bar) - x(activeElement!)) < Math.abs(x(best) - x(activeElement!)) ? bar : best),
      undefined,
    );
  };
  const next =
    event.key === 'ArrowRight' ? lanes[lane]![at + 1]
    : event.key === 'ArrowLeft' ? lanes[lane]![at - 1]
    : event.key === 'ArrowDown' ? near(lanes[lane + 1])
    : event.key === 'ArrowUp' ? near(lanes[lane - 1])
    : undefined;
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

const kTickPx = 110;

function Axis({ scale }: { scale: Scale }) {
  const length = scale.to_us - scale.from_us;
  return (
    <div className="lanes-axis" aria-hidden="true">
      {ticksOf(length, scale.width_px / kTickPx).map((time) => (
        <span key={time} className="tick" style={{ left: xOf(scale, scale.from_us + time) }}>
          {time === 0 ? '0' : duration(time)}
        </span>
      ))}
    </div>
  );
}

/** The time of attempts whose work does not count any more. */
function Superseded({ moment: { watch, offset }, scale }: { moment: Moment; scale: Scale }) {
  const { story } = watch;
  return attemptsAt(story, offset).map((one, i) => {
    const left = xOf(scale, one.from_us);
    const next = story.attempts[i + 1];
    const right = next === undefined || next.from > offset ? scale.width_px : xOf(scale, next.from_us);
    const standing = standingOf(story, one.ordinal, offset);
    const words = `attempt ${one.attempt}${standing === 'present' ? '' : ` · ${standing}`}`;
    return (
      <div key={one.from} className="attempt-band" data-standing={standing} style={{ left, width: Math.max(0, right - left) }}>
        {(one.ordinal > 0 || standing !== 'present') && <span className="attempt-words">{words}</span>}
      </div>
    );
  });
}

interface LaneRowProps {
  lane: Lane;
  scale: Scale;
  offset: number;
  chosen: Item | null;
  onChoose: (item: Item) => void;
}

function LaneRow({ lane, scale, offset, chosen, onChoose }: LaneRowProps) {
  const bars = barsOf(lane.items, scale, offset, (item) => kRowOf[item.kind]);
  const states = barsOf(lane.states, scale, offset, () => 0);
  return (
    <div className="lane" role="group" aria-label={laneName(lane)} style={{ height: kLanePx }}>
      {states.map(({ span, left_px, width_px }) => (
        <span
          key={span.from}
          className="lane-state"
          data-status={span.status.toLowerCase()}
          title={[span.status.toLowerCase(), span.message].filter((part) => part !== '').join(': ')}
          style={{ left: left_px, width: width_px }}
        />
      ))}
      {bars.map((bar, i) => (
        <BarButton key={bar.span.from} bar={bar} is_chosen={bar.span === chosen} is_first={i === 0} onChoose={onChoose} />
      ))}
    </div>
  );
}

/** A bar narrower than this has no room for words. */
const kWordsPx = 34;

function BarButton({ bar, is_chosen, is_first, onChoose }: { bar: Bar<Item>; is_chosen: boolean; is_first: boolean; onChoose: (item: Item) => void }) {
  const { span, left_px, width_px, is_open, count } = bar;
  const words = count > 1 ? `${count} of these` : itemWords(span, is_open);
  return (
    <button
      type="button"
      className="bar"
      data-kind={span.kind}
      data-row={kRowOf[span.kind]}
      data-failed={span.ok === false && !is_open ? '' : undefined}
      data-open={is_open ? '' : undefined}
      aria-label={words}
      aria-pressed={is_chosen}
      tabIndex={is_chosen || is_first ? 0 : -1}
      title={words}
      style={{ left: left_px, width: width_px }}
      onClick={(event) => {
        event.stopPropagation();
        onChoose(span);
      }}
    >
      {width_px >= kWordsPx && span.kind !== 'text' ? span.label : ''}
    </button>
  );
}

function Handovers({ lanes, scale, offset }: { lanes: readonly Lane[]; scale: Scale; offset: number }) {
  const row = (agent: string) => lanes.findIndex((lane) => lane.agent === agent);
  const handovers = handoversOf(lanes, scale, offset);
  return (
    <svg className="handovers" width={scale.width_px} height={lanes.length * kLanePx} aria-hidden="true">
      {handovers.map(({ from, to, x_px, key }) => {
        const is_down = row(to) > row(from);
        const begin = row(from) * kLanePx + kLanePx - 12;
        const end = row(to) * kLanePx + (is_down ? 8 : kLanePx - 6);
        const head = is_down ? -5 : 5;
        return <path key={key} d={`M${x_px} ${begin}V${end}m-3.5 ${head}l3.5 ${-head}l3.5 ${head}`} />;
      })}
    </svg>
  );
}
