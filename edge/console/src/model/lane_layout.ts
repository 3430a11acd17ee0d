import { isOpen } from './moment';
import type { Item, Lane, Status } from './story';

/** What a part of a time line shows, and how wide it is. */
export interface Scale {
  from_us: number;
  to_us: number;
  width_px: number;
  /** How far it has come: what is open ends there. */
  now_us: number;
  /** What is seen of it. */
  window_px: { from: number; to: number };
  /** What is narrower and nearer to each other than this is drawn as one. */
  apart_px: number;
}

/** Bars that a time line may have in sight; with more it would take too long to draw. */
const kBarsMax = 500;
const kRows = 4;

/** How near bars may come with so many lanes. */
export function apartPx(seen_px: number, lanes: number): number {
  return Math.max(kNarrowPx, (seen_px * lanes * kRows) / kBarsMax);
}

export interface Bar<T> {
  span: T;
  left_px: number;
  width_px: number;
  is_open: boolean;
  /** How many it stands for, where several would be drawn in one place. */
  count: number;
}

/** Rows of a lane, top to bottom: what takes long, the tools it takes, what is written meanwhile, and moments. */
export const kRowOf: Record<Item['kind'], 0 | 1 | 2 | 3> = { step: 0, wait: 0, tool: 1, text: 2, handoff: 3, message: 3, artifact: 3 };

const kNarrowPx = 3;

export function xOf(scale: Scale, time_us: number): number {
  return ((time_us - scale.from_us) / Math.max(1, scale.to_us - scale.from_us)) * scale.width_px;
}

export function timeOf(scale: Scale, x_px: number): number {
  return scale.from_us + (x_px / Math.max(1, scale.width_px)) * (scale.to_us - scale.from_us);
}

/** The bars of what went on within what is seen of the time line, up to an event. Those that are too narrow to be told
 *  apart become one, so there are never more than there is room for. */
export function barsOf<T extends Item | Status>(spans: readonly T[], scale: Scale, at: number, row: (span: T) => number): Bar<T>[] {
  const { window_px, apart_px } = scale;
  const bars: Bar<T>[] = [];
  const last = new Map<number, Bar<T>>();
  for (const span of spans) {
    const left_px = xOf(scale, span.from_us);
    if (span.from > at || left_px > window_px.to) break;
    const is_open = isOpen(span, at);
    const to_us = is_open || span.to_us === null ? Math.min(scale.now_us, scale.to_us) : Math.min(span.to_us, scale.to_us);
    const right_px = xOf(scale, to_us);
    if (right_px < window_px.from) continue;
    const bar = { span, left_px, width_px: Math.max(kNarrowPx, right_px - left_px), is_open, count: 1 };
    const before = last.get(row(span));
    if (before !== undefined && bar.width_px < apart_px && left_px - before.left_px < apart_px && before.width_px < 2 * apart_px) {
      before.width_px = Math.max(before.width_px, left_px + bar.width_px - before.left_px);
      before.is_open ||= is_open;
      before.count += 1;
      continue;
    }
    last.set(row(span), bar);
    bars.push(bar);
  }
  return bars;
}

export interface Handover {
  from: string;
  to: string;
  x_px: number;
  key: number;
}

/** Handoffs between lanes, as lines from one to the other. */
export function handoversOf(lanes: readonly Lane[], scale: Scale, at: number): Handover[] {
  const known = new Set(lanes.map(({ agent }) => agent));
  return lanes.flatMap((lane) =>
    barsOf(lane.items, scale, at, (item) => kRowOf[item.kind])
      .filter(({ span }) => span.kind === 'handoff' && known.has(span.label) && span.label !== lane.agent)
      .map(({ span, left_px }) => ({ from: lane.agent, to: span.label, x_px: left_px, key: span.from })),
  );
}

/** Round times for the marks of an axis, in microseconds since its beginning. */
export function ticksOf(length_us: number, marks: number): number[] {
  const wanted = length_us / Math.max(1, marks);
  const steps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400].map((s) => s * 1_000_000);
  const fine = [1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1_000);
  const step = [...fine, ...steps].find((one) => one >= wanted) ?? 86_400_000_000 * Math.ceil(wanted / 86_400_000_000);
  const ticks: number[] = [];
  for (let time = 0; time <= length_us; time += step) ticks.push(time);
  return ticks;
}
