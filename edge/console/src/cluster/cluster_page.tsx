import { useClient, useConnection } from '@longwire/client/react';
import { useCallback, useEffect, useState } from 'react';
import { parseMetrics, ratesOf, valuesOf, withSample, type Sample } from '../model/metrics';
import { Chart, type Line } from '../parts/chart';
import { bytes, count, shortNumber } from '../parts/format';
import { Panel } from '../parts/panel';
import { useTitle } from '../shell/hooks';
import { usePolled } from '../shell/use_polled';

const kEveryMs = 2_000;
const watched = (outcome: string) => `longwire_edge_watched_events_total{outcome="${outcome}"}`;
const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** How the edge that serves this page is doing, live. */
export function ClusterPage() {
  const client = useClient();
  const connection = useConnection();
  const [samples, setSamples] = useState<Sample[]>([]);
  useTitle('Cluster');
  const ask = useCallback(async (): Promise<Sample> => {
    const begin = performance.now();
    await client.ping();
    const answer_ms = performance.now() - begin;
    const response = await fetch('/metrics', { cache: 'no-store' });
    if (!response.ok) throw new Error(`/metrics: ${response.status}`);
    return { at_ms: Date.now(), metrics: parseMetrics(await response.text()), answer_ms };
  }, [client]);
  const { value, error } = usePolled(ask, kEveryMs);
  useEffect(() => {
    if (value !== null) setSamples((before) => withSample(before, value));
  }, [value]);

  const times_ms = samples.map(({ at_ms }) => at_ms);
  const rate = (label: string, colour: string, name: string): Line => ({ label, colour, values: ratesOf(samples, name) });
  const level = (label: string, colour: string, name: string): Line => ({ label, colour, values: valuesOf(samples, name) });
  const edge = connection.kind === 'connected' ? connection.hello.edge : '';
  return (
    <section className="page page-cluster" aria-labelledby="cluster-title" tabIndex={0}>
      <div className="page-head">
        <h1 id="cluster-title">Cluster</h1>
        <p className="muted page-sub">as seen by {edge || 'the edge of this page'}</p>
      </div>
      {error !== null && (
        <p className="banner banner-error" role="alert">
          The edge’s figures can’t be had: {error.message}
        </p>
      )}
      {samples.length > 0 && <Standing sample={samples[samples.length - 1]!} />}
      <div className="charts">
        <Chart title="From the broker" times_ms={times_ms} format={shortNumber} lines={[rate('events/s', '--running', 'longwire_edge_events_total')]} />
        <Chart
          title="To watching clients"
          times_ms={times_ms}
          format={shortNumber}
          lines={[
            rate('delivered/s', '--good', watched('delivered')),
            rate('merged/s', '--warn', watched('merged')),
            rate('left out/s', '--bad', watched('gap')),
          ]}
        />
        <Chart
          title="Connections"
          times_ms={times_ms}
          format={shortNumber}
          lines={[level('open', '--accent', 'longwire_edge_connections'), rate('new/s', '--tool', 'longwire_edge_accepted_total')]}
        />
        <Chart
          title="Its answer to this page"
          times_ms={times_ms}
          format={milliseconds}
          lines={[{ label: 'ping', colour: '--agent', values: samples.map(({ answer_ms }) => answer_ms) }]}
        />
        <Chart title="Topics held" times_ms={times_ms} format={shortNumber} lines={[level('topics', '--tool', 'longwire_edge_topics')]} />
        <Chart title="Recent events kept" times_ms={times_ms} format={bytes} least={1_000} lines={[level('bytes', '--quiet', 'longwire_edge_ring_bytes')]} />
      </div>
    </section>
  );
}

/** What has to be so, and what should not have happened. */
function Standing({ sample: { metrics } }: { sample: Sample }) {
  const get = (name: string) => metrics.get(name) ?? 0;
  const facts: [words: string, value: string, is_well: boolean][] = [
    ['Link to the broker', get('longwire_edge_link_up') === 1 ? 'up' : 'down', get('longwire_edge_link_up') === 1],
    ['Clients that were too slow', count(get('longwire_edge_too_slow_total')), get('longwire_edge_too_slow_total') === 0],
    ['Connections refused', count(get('longwire_edge_refused_total')), get('longwire_edge_refused_total') === 0],
    ['Accepts that failed', count(get('longwire_edge_accept_errors_total')), get('longwire_edge_accept_errors_total') === 0],
    ...['broker to edge', 'edge to client'].map((hop): [string, string, boolean] => {
      const lost = get(`longwire_ledger_differences_total{hop="${hop}"}`);
      return [`Not accounted for, ${hop}`, count(lost), lost === 0];
    }),
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
