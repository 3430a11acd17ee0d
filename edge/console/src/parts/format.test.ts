import { describe, expect, it } from 'vitest';
import { ago, bytes, duration, shortNumber, stopwatch } from './format';

describe('format', () => {
  it('writes durations in the two units that matter', () => {
    const s = 1_000_000;
    expect([0.34 * s, 4.26 * s, 59.9 * s, 185 * s, 7_800 * s, 442_800 * s].map(duration)).toEqual([
      '340 ms',
      '4.2 s',
      '59 s',
      '3 m 05 s',
      '2 h 10 m',
      '5 d 3 h',
    ]);
    expect(duration(-5)).toBe('0 ms');
  });

  it('writes places in time', () => {
    expect([0, 7_340_000, 83_000_000, 3_723_490_000].map(stopwatch)).toEqual(['0:00.0', '0:07.3', '1:23.0', '1:02:03.4']);
  });

  it('writes numbers short', () => {
    expect([0, 0.4, 7, 999, 1_234, 999_999, 3_400_000].map(shortNumber)).toEqual(['0', '0.4', '7', '999', '1.2k', '1.0M', '3.4M']);
    expect([512, 1_536, 34_000_000].map(bytes)).toEqual(['512 B', '1.5 kB', '34 MB']);
  });

  it('writes ages in one unit', () => {
    const s = 1_000_000;
    expect([0, 12 * s, 200 * s, 7_300 * s, 90_000 * s].map(ago)).toEqual(['now', '12 s ago', '3 m ago', '2 h ago', '1 d ago']);
  });
});
