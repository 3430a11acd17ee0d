import type { Gap } from '@longwire/client';
import type { Tail } from '../model/tail';
import { count, plural } from '../parts/format';

const kWhy: Record<Gap['reason'], string> = {
  trimmed: 'they are no longer kept',
  slow: 'this page was too slow',
  epoch_changed: 'the task’s log began anew',
  missing: 'they never came',
};

/** What the page could not get. Nothing is left out in silence. */
export function Missing({ gaps, merged }: { gaps: Tail<Gap>; merged: number }) {
  const last = gaps.items[gaps.items.length - 1];
  return (
    <>
      {last !== undefined && (
        <p className="banner banner-warn" role="status">
          {last.from === last.to ? `Event ${count(last.from)} is` : `Events ${count(last.from)} to ${count(last.to)} are`} not shown:{' '}
          {kWhy[last.reason]}.{gaps.total > 1 && ` And ${plural(gaps.total - 1, 'gap')} before.`}
        </p>
      )}
      {merged > 0 && (
        <p className="banner" role="status">
          {plural(merged, 'event')} were joined with later ones because this page was slow.
        </p>
      )}
    </>
  );
}
