import type { Command } from '../protocol';

export interface HttpRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
}

/** A command as the edge's HTTP interface has it; null for those that it has not. */
export function asHttp({ id: _, cmd, ...fields }: Command): HttpRequest | null {
  const { task, topic, ...rest } = fields;
  const of_task = `/v1/tasks/${encodeURIComponent(String(task))}`;
  const of_topic = `/v1/topics/${String(topic).split('/').map(encodeURIComponent).join('/')}/events`;
  switch (cmd) {
    case 'start':
      // A request is no connection that could be watched or missed.
      return rest.watch || rest.on_disconnect === 'cancel' ? null : { method: 'POST', path: '/v1/tasks', body: fields };
    case 'run':
    case 'cancel':
    case 'input':
      return { method: 'POST', path: `${of_task}/${cmd}`, body: rest };
    case 'publish':
      return { method: 'POST', path: of_topic, body: rest };
    case 'state':
      return { method: 'GET', path: of_task + query(rest) };
    case 'tasks':
      return { method: 'GET', path: `/v1/tasks${query(rest)}` };
    case 'history':
      return rest.reverse ? null : { method: 'GET', path: of_topic + query({ ...rest, reverse: undefined }) };
    case 'workers':
    case 'kinds':
      return { method: 'GET', path: `/v1/${cmd}` };
    default:
      return null;
  }
}

function query(fields: Record<string, unknown>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}
