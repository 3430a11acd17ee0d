import type { ClusterInfo } from '@longwire/client';
import { agesAt, kHops, type Hop } from '../model/cluster_samples';
import { count } from '../parts/format';
import { Panel } from '../parts/panel';

const kWords: Record<Hop, string> = {
  broker: 'has come from its worker',
  log: 'is in the log',
  edge: 'is at the edge',
  client: 'is with the client',
};

// The scale of the bars, by powers of ten.
const kLeastUs = 100;
const kMostUs = 10_000_000;

export function milliseconds(us: number): string {
  if (us >= 10_000_000) return `${Math.round(us / 1_000_000)} s`;
  const ms = us / 1_000;
  return `${ms < 10 ? ms.toFixed(ms < 1 ? 2 : 1) : Math.round(ms)} ms`;
}

const share = (us: number): number => {
  const part = Math.log(Math.max(us, kLeastUs) / kLeastUs) / Math.log(kMostUs / kLeastUs);
  return Math.min(100, part * 100);
};

/** How old an event is at each place of its way: half of them no older than the dark part of a bar, 99 % than all of it. */
export function Hops({ cluster }: { cluster: ClusterInfo }) {
  return (
    <Panel title="How old an event is when it…">
      <ol className="hops">
        {kHops.map((hop) => {
          const ages = agesAt(cluster, hop);
          return (
            <li key={hop}>
              <span>{kWords[hop]}</span>
              {ages === null ? (
                <span className="muted hop-none">none lately</span>
              ) : (
                <>
                  <span className="hop-bar" aria-hidden="true">
                    <span className="hop-p99" style={{ width: `${share(ages.p99_us)}%` }} />
                    <span className="hop-p50" style={{ width: `${share(ages.p50_us)}%` }} />
                  </span>
                  <span className="number hop-figures">
                    {milliseconds(ages.p50_us)} <span className="muted">p50</span> · {milliseconds(ages.p99_us)} <span className="muted">p99</span> ·{' '}
                    {count(ages.events)} <span className="muted">events</span>
                  </span>
                </>
              )}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
