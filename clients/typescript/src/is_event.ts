import type { EventType } from './event_data';
import type { Event } from './protocol';

/** Whether an event is of a type, and its data so what that type's is: `if (isEvent(event, 'text.delta')) …`. */
export function isEvent<Type extends EventType>(event: Event, type: Type): event is Event<Type> {
  return event.type === type;
}
