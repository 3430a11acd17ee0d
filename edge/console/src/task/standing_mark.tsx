import type { Standing } from '../model/moment';

/** Says of what does not count any more why. */
export function StandingMark({ standing }: { standing: Standing }) {
  return standing === 'present' ? null : <span className="mark">{standing}</span>;
}
