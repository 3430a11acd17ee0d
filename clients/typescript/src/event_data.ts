// What the data of the native events is (docs/dialects.md names the vocabulary).

interface Ended {
  message?: string;
  reason?: string;
}

export interface EventData {
  'task.queued': { kind?: string; input?: unknown; held?: boolean };
  'task.started': { run: number; attempt: number; worker?: string; supersedes?: number };
  'task.progress': { progress?: number; message?: string; turn?: number; max_turns?: number };
  'task.waiting': { prompt?: unknown };
  'task.input': { data?: unknown };
  'task.cancelling': { by?: string; reason?: string };
  'task.retrying': { attempt?: number; message?: string; reason?: string };
  'task.completed': Ended & { result?: unknown; agents?: unknown[] };
  'task.failed': Ended & { error?: { code?: string; message?: string; details?: unknown } };
  'task.cancelled': Ended;
  'task.expired': Ended & { error?: { code?: string; message?: string; details?: unknown } };
  'agent.status': { agent: string; agent_id?: string; status?: string; progress?: number; message?: string };
  'agent.step': { agent: string; agent_id?: string; status?: string; emoji?: string; message?: string };
  'agent.handoff': { agent: string; to: string; reason?: string; collaboration?: string };
  'agent.message': { agent?: string; agent_id?: string; message?: string };
  'text.delta': { stream: string; index: number; text: string; agent?: string };
  'text.done': {
    stream: string;
    index: number;
    text?: string;
    bytes: number;
    sha256: string;
    agent?: string;
    discarded?: boolean;
    reason?: string;
  };
  'tool.call': { agent?: string; tool: string; call_id?: string; arguments?: unknown };
  'tool.result': { agent?: string; tool: string; call_id?: string; result?: unknown; ok?: boolean };
  log: { message?: string; level?: string; agent?: string; details?: unknown };
  artifact: { id?: string; kind?: string; url?: string; name?: string; meta?: unknown };
  'presence.join': { member: string; info?: unknown };
  'presence.leave': { member: string; reason: 'left' | 'lost' };
}

export type EventType = keyof EventData;

/** Data of a type that is not looked at yet: any JSON. */
export type AnyEventData = any;

/** More fields than these may come with any of them. */
export type EventDataOf<Type extends string> = Type extends EventType
  ? EventData[Type] & { [more: string]: unknown }
  : unknown;
