import { kStates, type StateFilter } from '../model/task_list';

export const kTabs = ['overview', 'log', 'events'] as const;
export type Tab = (typeof kTabs)[number];

/** The page's address after `#`: a path, and what follows a `?`. */
export type Route =
  /** `parent`: only the children of this task. */
  | { page: 'tasks'; state: StateFilter; text: string; parent: string | null }
  /** `at`: the offset of the event at which it is looked at; null is live. */
  | { page: 'task'; task: string; tab: Tab | null; at: number | null }
  | { page: 'try'; dialect: string | null }
  | { page: 'agents' }
  | { page: 'sessions'; session: string | null }
  | { page: 'cluster' }
  | { page: 'unknown' };

export type TasksRoute = Extract<Route, { page: 'tasks' }>;
export type TaskRoute = Extract<Route, { page: 'task' }>;

export function parseRoute(hash: string): { route: Route; token: string | null } {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const words = new URLSearchParams(query);
  return { route: parsePath(path, words), token: words.get('token') };
}

function parsePath(path: string, words: URLSearchParams): Route {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0 || (parts.length === 1 && parts[0] === 'tasks')) {
    const state = words.get('state')?.toUpperCase() ?? '';
    return { page: 'tasks', state: kStates.find((one) => one === state) ?? 'ALL', text: words.get('q') ?? '', parent: words.get('parent') || null };
  }
  if (parts.length === 1 && (parts[0] === 'agents' || parts[0] === 'cluster')) return { page: parts[0] };
  if (parts[0] === 'try' && parts.length <= 2) return { page: 'try', dialect: parts[1] ?? null };
  const id = parts.length === 2 ? decoded(parts[1]!) : null;
  if (parts[0] === 'sessions' && parts.length <= 2) return { page: 'sessions', session: id };
  if (parts[0] !== 'tasks' || id === null) return { page: 'unknown' };
  const at = words.get('at') ?? '';
  const tab = kTabs.find((one) => one === words.get('tab')) ?? null;
  return { page: 'task', task: id, tab, at: /^\d{1,15}$/.test(at) ? Number(at) : null };
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

const withWords = (path: string, words: Record<string, string | number | null>): string => {
  const said = Object.entries(words).filter((pair): pair is [string, string | number] => pair[1] !== null && pair[1] !== '');
  const query = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return query === '' ? path : `${path}?${query}`;
};

export const tasksHref = ({ state = 'ALL', text = '', parent = null }: Partial<TasksRoute> = {}): string =>
  withWords('#/', { state: state === 'ALL' ? null : state.toLowerCase(), parent, q: text });

export const taskHref = (task: string, { tab = null, at = null }: { tab?: Tab | null; at?: number | null } = {}): string =>
  withWords(`#/tasks/${encodeURIComponent(task)}`, { tab, at });

export const sessionHref = (session: string): string => `#/sessions/${encodeURIComponent(session)}`;

export const tryHref = (dialect = ''): string => (dialect === '' ? '#/try' : `#/try/${dialect}`);

/** Leads to an address, as a link does, but at once: whoever looks at the route next sees it. */
export function goTo(href: string): void {
  window.history.pushState(null, '', href);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Says in the address where the reader is, without a step back to where it was. */
export function replaceAddress(href: string): void {
  if (window.location.hash !== href) window.history.replaceState(null, '', href);
}
