import type { BrokerInfo, EdgeInfo } from '@longwire/client';
import { ofBrokers, ofEdges, ratesNow, type Counters, type Sample } from '../model/cluster_samples';
import { ago, bytes, count, shortNumber } from '../parts/format';
import { Table } from '../parts/table';

const perSecond = (rates: Counters, name: string): string => {
  const rate = rates.get(name);
  return rate === undefined ? '–' : shortNumber(rate);
};

export function Brokers({ samples }: { samples: readonly Sample[] }) {
  const { brokers, time_us } = samples[samples.length - 1]!.cluster;
  const events = ratesNow(samples, ofBrokers('events'));
  return (
    <Table
      title="Brokers"
      columns={['Broker', 'Since', 'Events/s', 'Events', 'Topics', 'Workers', 'Running', 'Queued']}
      rows={brokers.map((one: BrokerInfo) => ({
        key: one.broker,
        mark: one.takes_work ? undefined : 'takes no new work',
        about: one.version,
        cells: [
          ago(time_us - one.started_us),
          perSecond(events, one.broker),
          count(one.events),
          count(one.topics),
          count(one.workers),
          count(one.running),
          count(one.queued),
        ],
      }))}
    />
  );
}

export function Edges({ samples }: { samples: readonly Sample[] }) {
  const { edges, time_us } = samples[samples.length - 1]!.cluster;
  const delivered = ratesNow(samples, ofEdges('delivered'));
  const merged = ratesNow(samples, ofEdges('merged'));
  return (
    <Table
      title="Edges"
      columns={['Edge', 'Since', 'Connections', 'Topics', 'Delivered/s', 'Merged/s', 'Behind', 'Unconfirmed', 'Kept']}
      rows={edges.map((one: EdgeInfo) => ({
        key: one.edge,
        mark: one.reported_us === 0 ? 'has not reported yet' : undefined,
        about: one.version,
        cells: [
          one.reported_us === 0 ? '–' : ago(time_us - one.started_us),
          count(one.connections),
          count(one.topics),
          perSecond(delivered, one.edge),
          perSecond(merged, one.edge),
          count(one.slow.length),
          bytes(one.unconfirmed_bytes),
          bytes(one.kept_bytes),
        ],
      }))}
    />
  );
}
