import { expect, it } from 'vitest';
import { apartPx, barsOf, handoversOf, kRowOf, ticksOf, timeOf, xOf } from './lane_layout';
import { emptyStory, type Item } from './story';
import { tell } from './tell';
import { eventOf } from './testing';

const scale = { from_us: 0, to_us: 100_000, now_us: 100_000, width_px: 1_000, window_px: { from: 0, to: 1_000 }, apart_px: 3 };
const row = (item: Item) => kRowOf[item.kind];

function lanes(...events: [offset: number, type: string, data: Record<string, unknown>][]) {
  const story = emptyStory();
  for (const [offset, type, data] of events) tell(story, eventOf(offset, type, data));
  return story.lanes;
}

it('places what went on by its time', () => {
  const [lane] = lanes(
    [10, 'agent.step', { agent: 'A', status: 'working', message: 'x' }],
    [20, 'tool.call', { agent: 'A', tool: 't', call_id: 'c' }],
    [40, 'tool.result', { agent: 'A', tool: 't', call_id: 'c' }],
  );
  expect(barsOf(lane!.items, scale, Infinity, row)).toMatchObject([
    { left_px: 100, width_px: 900, is_open: true },
    { left_px: 200, width_px: 200, is_open: false },
  ]);
  expect(barsOf(lane!.items, { ...scale, now_us: 15_000 }, 15, row)).toMatchObject([{ left_px: 100, width_px: 50, is_open: true }]);
  expect(barsOf(lane!.items, { ...scale, window_px: { from: 450, to: 600 } }, Infinity, row)).toMatchObject([{ left_px: 100, width_px: 900 }]);
  expect(barsOf(lane!.items, { ...scale, window_px: { from: 0, to: 50 } }, Infinity, row)).toEqual([]);
});

it('draws no more than there is room for', () => {
  const events = Array.from({ length: 1_000 }, (_, i): [number, string, Record<string, unknown>] => [
    i + 1,
    'agent.message',
    { agent: 'A', message: String(i) },
  ]);
  const seen = { ...scale, to_us: 1_000_000, width_px: 600, apart_px: apartPx(600, 4) };
  const bars = barsOf(lanes(...events)[0]!.items, seen, Infinity, row);
  expect(bars.length).toBeLessThanOrEqual(500 / 16 + 1);
  expect(bars[0]!.width_px).toBeGreaterThan(15);
  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
});

it('leads handoffs from lane to lane', () => {
  const both = lanes(
    [10, 'agent.status', { agent: 'A' }],
    [20, 'agent.handoff', { agent: 'A', to: 'B' }],
    [21, 'agent.handoff', { agent: 'A', to: 'nobody' }],
    [30, 'agent.status', { agent: 'B' }],
  );
  expect(handoversOf(both, scale, Infinity)).toEqual([{ from: 'A', to: 'B', x_px: 200, key: 20 }]);
});

it('goes from time to place and back', () => {
  expect(timeOf(scale, xOf(scale, 12_345))).toBeCloseTo(12_345);
});

it('marks an axis by round times', () => {
  expect(ticksOf(10_000_000, 5)).toEqual([0, 2, 4, 6, 8, 10].map((s) => s * 1_000_000));
  for (const length of [5_000, 1_234_567, 90_000_000, 5_000_000_000, 90_000_000_000_000]) expect(ticksOf(length, 6).length).toBeLessThanOrEqual(8);
});
