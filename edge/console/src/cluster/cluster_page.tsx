import type { ClusterInfo, EdgeInfo } from '@longwire/client';
import { useClient, useConnection } from '@longwire/client/react';
import { useCallback, useEffect, useState } from 'react';
import { agesAt, kHops, ofBrokers, ofEdges, ratesOf, withSample, type Count, type Sample } from '../model/cluster_samples';
import { Chart, type Line } from '../parts/chart';
import { count, shortNumber } from '../parts/format';
import { Panel } from '../parts/panel';
import { useTitle } from '../shell/hooks';
import { usePolled } from '../shell/use_polled';
import { Hops, milliseconds } from './hops';
import { Brokers, Edges } from './nodes';
import { SlowClients } from './slow_clients';

const kEveryMs = 2_000;
const kHopColours = ['--tool', '--running', '--agent', '--accent'] as const;

/** How the brokers and edges are doing, live. */
export function ClusterPage() {
  const client = useClient();
  const connection = useConnection();
  const [samples, setSamples] = useState<Sample[]>([]);
  useTitle('Cluster');
  const ask = useCallback(async (): Promise<Sample> => ({ cluster: await client.cluster(), at_ms: Date.now() }), [client]);
  const { value, error } = usePolled(ask, kEveryMs);
  useEffect(() => {
    if (value !== null) setSamples((before) => withSample(before, value));
  }, [value]);

  const now = samples[samples.length - 1]?.cluster;
  const edge = connection.kind === 'connected' ? connection.hello.edge : '';
  return (
    <section className="page page-cluster" aria-labelledby="cluster-title" tabIndex={0}>
      <div className="page-head">
        <h1 id="cluster-title">Cluster</h1>
        {edge !== '' && <p className="muted page-sub">this page is served by {edge}</p>}
      </div>
      {error !== null && (
        <p className="banner banner-error" role="alert">
          The cluster’s figures can’t be had: {error.message}
        </p>
      )}
      {now !== undefined && (
        <>
          <Standing cluster={now} />
          <Hops cluster={now} />
          <Brokers samples={samples} />
          <Edges samples={samples} />
          <SlowClients cluster={now} />
          <Charts samples={samples} />
        </>
      )}
    </section>
  );
}

function Charts({ samples }: { samples: readonly Sample[] }) {
  const times_ms = samples.map(({ at_ms }) => at_ms);
  const rate = (label: string, colour: string, counter: Count): Line => ({ label, colour, values: ratesOf(samples, counter) });
  return (
    <div className="charts">
      <Chart
        title="Into the log, and to edges"
        times_ms={times_ms}
        format={shortNumber}
        lines={[rate('events/s', '--running', ofBrokers('events')), rate('to edges/s', '--tool', ofBrokers('delivered'))]}
      />
      <Chart
        title="To watching clients"
        times_ms={times_ms}
        format={shortNumber}
        lines={[
          rate('delivered/s', '--good', ofEdges('delivered')),
          rate('merged/s', '--warn', ofEdges('merged')),
          rate('left out/s', '--bad', ofEdges('gaps')),
        ]}
      />
      <Chart
        title="Age of events, p99"
        times_ms={times_ms}
        format={(ms) => milliseconds(ms * 1_000)}
        lines={kHops.map((hop, i) => ({
          label: hop,
          colour: kHopColours[i]!,
          values: samples.map(({ cluster }) => msOf(agesAt(cluster, hop)?.p99_us)),
        }))}
      />
      <Chart
        title="Connections"
        times_ms={times_ms}
        format={shortNumber}
        lines={[
          { label: 'open', colour: '--accent', values: samples.map(({ cluster }) => sumOf(cluster.edges, 'connections')) },
          rate('new/s', '--tool', ofEdges('accepted')),
        ]}
      />
    </div>
  );
}

const msOf = (us: number | undefined): number | null => (us === undefined ? null : us / 1_000);
const sumOf = (edges: readonly EdgeInfo[], field: 'connections' | 'too_slow' | 'refused' | 'differences'): number =>
  edges.reduce((all, edge) => all + edge[field], 0);

/** What has to be so, and what should not have happened. */
function Standing({ cluster: { brokers, edges } }: { cluster: ClusterInfo }) {
  const works = brokers.every(({ takes_work }) => takes_work);
  const lost = sumOf(edges, 'differences') + brokers.reduce((all, { differences }) => all + differences, 0);
  const none = (words: string, n: number): [string, string, boolean] => [words, count(n), n === 0];
  const facts: [words: string, value: string, is_well: boolean][] = [
    ['New work', works ? 'is taken' : 'is refused', works],
    ['Connections', count(sumOf(edges, 'connections')), true],
    none('Clients behind now', edges.reduce((all, { slow }) => all + slow.length, 0)),
    none('Closed as too slow', sumOf(edges, 'too_slow')),
    none('Connections refused', sumOf(edges, 'refused')),
    none('Events unaccounted for', lost),
  ];
  return (
    <Panel title="Standing">
      <dl className="standing">
        {facts.map(([words, value, is_well]) => (
          <div key={words} data-well={is_well}>
            <dt>{words}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
