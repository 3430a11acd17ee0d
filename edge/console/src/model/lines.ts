import type { Event } from '@longwire/client';
import { cut, say } from './words';

export type Level = 'debug' | 'info' | 'warn' | 'error' | 'task' | 'agent' | 'tool' | 'other';

/** One row of the log viewer. */
export interface LogLine {
  offset: number;
  time_us: number;
  level: Level;
  /** Who says it: an agent, a tool, or nobody. */
  who: string;
  message: string;
  details: unknown;
  /** Of what an attempt has put out: index into the story's attempts. What the task itself does is never undone. */
  attempt: number | null;
}

const kLevels: Record<string, Level> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  fatal: 'error',
};

/** Characters of a line that is put together here; the details have it all. */
const kComposedMax = 2_000;

/** How an event reads in the log; null for what is shown elsewhere (progress, text, agents' status). */
export function logLine(event: Event, attempt: number): LogLine | null {
  const { type } = event;
  const data = (event.data ?? {}) as Record<string, unknown>;
  const line = (level: Level, who: string, message: string, details?: unknown): LogLine => ({
    offset: event.offset,
    time_us: event.time_us,
    level,
    who,
    message: type === 'log' ? message : cut(message, kComposedMax),
    details,
    attempt: type.startsWith('task.') ? null : attempt,
  });
  const agent = say(data.agent ?? data.agent_id);
  switch (type) {
    case 'log':
      return line(kLevels[say(data.level).toLowerCase()] ?? 'info', agent, say(data.message ?? data), data.details);
    case 'task.progress':
    case 'text.delta':
    case 'text.done':
    case 'agent.status':
      return null;
    case 'task.queued':
      return line('task', '', data.held === true ? 'Made, held' : 'Queued');
    case 'task.started':
      return line('task', '', startedText(event));
    case 'task.waiting':
      return line('task', '', `Waits for input: ${say(data.prompt)}`);
    case 'task.input':
      return line('task', '', `Input: ${say(data.data)}`);
    case 'task.retrying':
      return line('warn', '', `Trying again${data.reason == null && data.message == null ? '' : `: ${say(data.message ?? data.reason)}`}`, data.error);
    case 'task.cancelling':
      return line('task', '', `Cancelling${data.by == null ? '' : `, asked by ${say(data.by)}`}`);
    case 'task.completed':
      return line('task', '', 'Completed', data.result);
    case 'task.failed':
      return line('error', '', `Failed: ${say((data.error as { message?: unknown } | null)?.message ?? data.error)}`, data.error);
    case 'task.cancelled':
      return line('task', '', `Cancelled${data.reason == null ? '' : `: ${say(data.reason)}`}`);
    case 'task.expired':
      return line('warn', '', 'Expired');
    case 'agent.step':
      return line('agent', agent, say(data.message ?? data.status));
    case 'agent.message':
      return line('agent', agent, say(data.message ?? data.body ?? data));
    case 'agent.handoff':
      return line('agent', agent, `→ ${say(data.to)} ${say(data.reason ?? data.message)}`.trim(), data);
    case 'tool.call':
      return line('tool', agent, `${say(data.tool)}(${say(data.arguments)})`, data);
    case 'tool.result':
      return line(data.ok === false ? 'error' : 'tool', agent, `${say(data.tool)} = ${say(data.result)}`, data);
    case 'artifact':
      return line('tool', agent, `${say(data.kind)} ${say(data.name ?? data.id)} ${say(data.url)}`.trim(), data);
    default:
      return line('other', agent, `${type} ${say(data)}`, data);
  }
}

function startedText({ data, attempt }: Event): string {
  const worker = say(data.worker);
  const run = typeof data.run === 'number' && data.run > 1 ? `run ${data.run}, ` : '';
  return `Started, ${run}attempt ${say(data.attempt ?? attempt ?? 1)}${worker === '' ? '' : ` on ${worker}`}`;
}
