import type { Event } from '../protocol';

const kTextMax = 65_536;

/** Fewer events that say the same, for who looks only now and then; by the edge's own rules (protocol/spec/client.md):
 *  neighbouring pieces of a text become one, and of progress and of each agent's status only the newest is left. Each
 *  has the offset of the newest that it stands for, and all others stay as they are. */
export function mergeEvents(events: readonly Event[]): Event[] {
  const newest = new Map<string, Event>();
  for (const event of events) {
    const kind = replaceable(event);
    if (kind !== null) newest.set(kind, event);
  }
  const merged: Event[] = [];
  const texts = new Map<string, number>();
  for (const event of events) {
    const kind = replaceable(event);
    if (kind !== null && newest.get(kind) !== event) continue;
    const at = texts.get(event.topic);
    const joined = at === undefined ? null : join(merged[at]!, event);
    if (joined !== null) {
      merged[at!] = joined;
      continue;
    }
    if (event.type === 'text.delta') texts.set(event.topic, merged.length);
    else texts.delete(event.topic);
    merged.push(event);
  }
  return merged;
}

function replaceable({ topic, type, data }: Event): string | null {
  if (type === 'task.progress') return `${topic} ${type}`;
  return type === 'agent.status' ? `${topic} ${type} ${data?.agent}` : null;
}

function join(before: Event, event: Event): Event | null {
  if (event.type !== 'text.delta' || before.attempt !== event.attempt) return null;
  const { text: first, ...a } = before.data as { text: string; index?: number };
  const { text: second, ...b } = event.data as { text: string; index?: number };
  if (first.length + second.length > kTextMax) return null;
  if (JSON.stringify({ ...a, index: 0 }) !== JSON.stringify({ ...b, index: 0 })) return null;
  return { ...event, data: { ...event.data, text: first + second } };
}
