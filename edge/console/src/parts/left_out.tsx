import { plural } from './format';

/** What had to go for what is newer, and where it is to be found. */
export function LeftOut({ n, what }: { n: number; what: string }) {
  if (n === 0) return null;
  return <p className="left-out muted">The oldest {n === 1 ? `${what} is` : `${plural(n, what)} are`} not shown here, but among the events.</p>;
}
