import type { ClusterInfo, HopAges } from '@longwire/client';

export interface Sample {
  at_ms: number;
  cluster: ClusterInfo;
}

/** Samples kept: with one in 2 s, four minutes. */
export const kSamplesMax = 120;

export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  return [...samples, sample].slice(-kSamplesMax);
}

/** A node's counters, by its name. */
export type Counters = ReadonlyMap<string, number>;
export type Count = (cluster: ClusterInfo) => Counters;

export const ofBrokers =
  (field: 'events' | 'delivered'): Count =>
  ({ brokers }) =>
    new Map(brokers.map((one) => [one.broker, one[field]]));

export const ofEdges =
  (field: 'events' | 'delivered' | 'merged' | 'gaps' | 'accepted'): Count =>
  ({ edges }) =>
    new Map(edges.map((one) => [one.edge, one[field]]));

/** How much each node's counter rose per second between two samples. A node that is new, or began anew, has none. */
export function ratesBetween(before: Sample, after: Sample, count: Count): Counters {
  const seconds = Math.max(0.001, (after.at_ms - before.at_ms) / 1_000);
  const then = count(before.cluster);
  const rates = new Map<string, number>();
  for (const [name, now] of count(after.cluster)) {
    const was = then.get(name);
    if (was !== undefined && now >= was) rates.set(name, (now - was) / seconds);
  }
  return rates;
}

const sum = (values: Iterable<number>): number => [...values].reduce((all, one) => all + one, 0);

/** The rates of all nodes together before each sample; null where no node has one. */
export function ratesOf(samples: readonly Sample[], count: Count): (number | null)[] {
  return samples.map((sample, i) => {
    const before = samples[i - 1];
    if (before === undefined) return null;
    const rates = ratesBetween(before, sample, count);
    return rates.size === 0 ? null : sum(rates.values());
  });
}

/** The newest rates, by node. */
export function ratesNow(samples: readonly Sample[], count: Count): Counters {
  const [before, now] = samples.slice(-2);
  return before === undefined || now === undefined ? new Map() : ratesBetween(before, now, count);
}

/** The places of an event's way, in order. */
export const kHops = ['broker', 'log', 'edge', 'client'] as const;
export type Hop = (typeof kHops)[number];

/** How old events are at a hop: of several nodes, at that where they are oldest. Null where none has come by lately. */
export function agesAt({ brokers, edges }: ClusterInfo, hop: Hop): HopAges | null {
  let worst: HopAges | null = null;
  for (const { ages } of [...brokers, ...edges]) {
    for (const one of ages) {
      if (one.hop === hop && one.events > 0 && (worst === null || one.p99_us > worst.p99_us)) worst = one;
    }
  }
  return worst;
}
