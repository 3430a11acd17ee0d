import { afterEach, expect, it, vi } from 'vitest';
import { pacedFrames, Signal } from './signal';

afterEach(() => vi.unstubAllGlobals());

/** A screen of 60 frames a second, moved by hand. */
function screen() {
  let due: ((now_ms: number) => void)[] = [];
  let now_ms = 1_000;
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('requestAnimationFrame', (run: (now_ms: number) => void) => due.push(run));
  return () => {
    now_ms += 1_000 / 60;
    const runs = due;
    due = [];
    runs.forEach((run) => run(now_ms));
  };
}

it('tells at the next frame, and then every other one, however often it is touched', () => {
  const frame = screen();
  const signal = new Signal(pacedFrames());
  let told = 0;
  signal.subscribe(() => told++);
  const counts = Array.from({ length: 6 }, () => {
    for (let i = 0; i < 100; i++) signal.touch();
    frame();
    return told;
  });
  expect(counts).toEqual([1, 1, 2, 2, 3, 3]);
  expect(signal.read()).toBe(3);
});

it('tells nothing when nothing has changed', () => {
  const frame = screen();
  const signal = new Signal(pacedFrames());
  signal.touch();
  frame();
  frame();
  expect(signal.read()).toBe(1);
});
