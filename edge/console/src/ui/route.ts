/** The page's address after `#`: a path, and what follows a `?`. */
export type Route = { page: 'tasks' } | { page: 'task'; task: string } | { page: 'unknown' };

export function parseRoute(hash: string): { route: Route; token: string | null } {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  return { route: parsePath(path), token: new URLSearchParams(query).get('token') };
}

function parsePath(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0 || (parts.length === 1 && parts[0] === 'tasks')) return { page: 'tasks' };
  if (parts.length === 2 && parts[0] === 'tasks') {
    try {
      return { page: 'task', task: decodeURIComponent(parts[1]!) };
    } catch {
      return { page: 'unknown' };
    }
  }
  return { page: 'unknown' };
}

export const taskHref = (task: string): string => `#/tasks/${encodeURIComponent(task)}`;
