/** What a process tells of itself in Prometheus' text format: by name, with the labels as they stand. */
export type Metrics = ReadonlyMap<string, number>;

export function parseMetrics(text: string): Metrics {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?)\s+(\S+)/.exec(line);
    if (match === null) continue;
    const value = Number(match[2]);
    if (Number.isFinite(value)) found.set(match[1]!, value);
  }
  return found;
}

export interface Sample {
  at_ms: number;
  metrics: Metrics;
  /** How long the edge took to answer a ping. */
  answer_ms: number | null;
}

/** Samples kept: with one in 2 s, four minutes. */
export const kSamplesMax = 120;

export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  return [...samples, sample].slice(-kSamplesMax);
}

/** How much a counter rose per second before each sample; null for the first, and where it began anew. */
export function ratesOf(samples: readonly Sample[], name: string): (number | null)[] {
  return samples.map(({ at_ms, metrics }, i) => {
    const before = samples[i - 1];
    const [now, then] = [metrics.get(name), before?.metrics.get(name)];
    if (before === undefined || now === undefined || then === undefined || now < then) return null;
    return (now - then) / Math.max(0.001, (at_ms - before.at_ms) / 1_000);
  });
}

export function valuesOf(samples: readonly Sample[], name: string): (number | null)[] {
  return samples.map(({ metrics }) => metrics.get(name) ?? null);
}
