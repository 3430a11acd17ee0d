import type { BrokerInfo, ClusterInfo, EdgeInfo, HopAges } from '@longwire/client';
import { expect, it } from 'vitest';
import { agesAt, kSamplesMax, ofEdges, ratesNow, ratesOf, withSample, type Sample } from './cluster_samples';

const edge = (name: string, delivered: number, ages: HopAges[] = []) => ({ edge: name, delivered, ages }) as EdgeInfo;
const cluster = (edges: EdgeInfo[], brokers: BrokerInfo[] = []): ClusterInfo => ({ time_us: 0, brokers, edges });
const sample = (at_ms: number, ...edges: EdgeInfo[]): Sample => ({ at_ms, cluster: cluster(edges) });
const ages = (hop: HopAges['hop'], events: number, p99_us: number): HopAges => ({ hop, events, p50_us: 1, p99_us, max_us: p99_us });

it('adds up what the edges do', () => {
  const samples = [sample(0, edge('a', 0), edge('b', 100)), sample(2_000, edge('a', 10), edge('b', 120))];
  expect(ratesOf(samples, ofEdges('delivered'))).toEqual([null, 15]);
  expect([...ratesNow(samples, ofEdges('delivered'))]).toEqual([
    ['a', 5],
    ['b', 10],
  ]);
});

it('has no rate of an edge that is new, is gone or began anew, and those of the others', () => {
  const samples = [sample(0, edge('a', 50), edge('b', 0)), sample(1_000, edge('a', 3), edge('b', 7), edge('c', 900)), sample(2_000, edge('b', 9))];
  expect(ratesOf(samples, ofEdges('delivered'))).toEqual([null, 7, 2]);
  expect(ratesOf([sample(0), sample(1_000, edge('a', 5))], ofEdges('delivered'))).toEqual([null, null]);
  expect(ratesNow([sample(0, edge('a', 1))], ofEdges('delivered')).size).toBe(0);
});

it('shows a hop as it is where it is worst', () => {
  const told = cluster([edge('a', 0, [ages('edge', 5, 700)]), edge('b', 0, [ages('edge', 2, 900), ages('client', 0, 9_999)])]);
  expect(agesAt(told, 'edge')?.p99_us).toBe(900);
  expect(agesAt(told, 'client')).toBeNull();
  expect(agesAt(told, 'log')).toBeNull();
});

it('keeps the newest', () => {
  let samples: Sample[] = [];
  for (let i = 0; i < 500; i++) samples = withSample(samples, sample(i));
  expect([samples.length, samples[0]!.at_ms]).toEqual([kSamplesMax, 500 - kSamplesMax]);
});
