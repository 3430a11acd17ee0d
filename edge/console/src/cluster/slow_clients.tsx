import type { ClusterInfo } from '@longwire/client';
import { ago, bytes, count, plural } from '../parts/format';
import { Panel } from '../parts/panel';
import { Table } from '../parts/table';

/** Who does not keep up, those furthest behind first. */
export function SlowClients({ cluster: { edges, time_us } }: { cluster: ClusterInfo }) {
  const clients = edges.flatMap(({ edge, slow }) => slow.map((one) => ({ edge, ...one }))).sort((a, b) => b.events - a.events);
  if (clients.length === 0) {
    return (
      <Panel title="Slow clients">
        <p className="muted">Every client keeps up.</p>
      </Panel>
    );
  }
  return (
    <Table
      title="Slow clients"
      columns={['Connection', 'User', 'Address', 'Edge', 'Behind', 'Topics', 'Unsent', 'Since']}
      rows={clients.map((one) => ({
        key: one.connection,
        cells: [
          one.user,
          one.address,
          one.edge,
          plural(one.events, 'event'),
          count(one.topics),
          bytes(one.unsent_bytes),
          ago(time_us - one.since_us),
        ],
      }))}
    />
  );
}
