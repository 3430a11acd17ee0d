import { expect, it } from 'vitest';
import { kSamplesMax, parseMetrics, ratesOf, valuesOf, withSample, type Sample } from './metrics';

it('reads names, labels and values', () => {
  const text = '# HELP a_total Things.\n# TYPE a_total counter\na_total 3\nb{hop="edge to client"} 1.5e3\nc NaN\n\nnonsense\n';
  expect([...parseMetrics(text)]).toEqual([
    ['a_total', 3],
    ['b{hop="edge to client"}', 1500],
  ]);
});

const sample = (at_ms: number, text: string): Sample => ({ at_ms, metrics: parseMetrics(text), answer_ms: null });

it('makes rates of counters, and none where one began anew', () => {
  const samples = [sample(0, 'a 0'), sample(2_000, 'a 10'), sample(4_000, 'a 2'), sample(5_000, 'b 1'), sample(6_000, 'a 9')];
  expect(ratesOf(samples, 'a')).toEqual([null, 5, null, null, null]);
  expect(valuesOf(samples, 'a')).toEqual([0, 10, 2, null, 9]);
});

it('keeps the newest', () => {
  let samples: Sample[] = [];
  for (let i = 0; i < 500; i++) samples = withSample(samples, sample(i, ''));
  expect([samples.length, samples[0]!.at_ms]).toEqual([kSamplesMax, 500 - kSamplesMax]);
});
