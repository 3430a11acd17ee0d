import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pause } from './pause';

describe('Pause', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const setup = () => {
    const done: string[] = [];
    const pause = new Pause(400);
    return { done, pause, say: (word: string) => pause.after(() => done.push(word)) };
  };

  it('does the last of what comes without a pause, once', () => {
    const { done, say } = setup();
    for (const word of ['a', 'ab', 'abc']) {
      say(word);
      vi.advanceTimersByTime(399);
    }
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['abc']);
    vi.runAllTimers();
    expect(done).toEqual(['abc']);
  });

  it('ends at once when that is wanted, and only where something waits', () => {
    const { done, pause, say } = setup();
    say('a');
    pause.end();
    pause.end();
    vi.runAllTimers();
    expect(done).toEqual(['a']);
  });

  it('does nothing of what is dropped', () => {
    const { done, pause, say } = setup();
    say('a');
    pause.drop();
    pause.end();
    vi.runAllTimers();
    expect(done).toEqual([]);
  });
});
