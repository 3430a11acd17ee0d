import type { AguiEvent, AguiMessage } from '@longwire/client/dialects';

/** Messages that go along with each run. */
const kMessagesMax = 50;

/** The conversation as a frontend of AG-UI keeps it: what the events of a run add to it. */
export function foldMessages(messages: readonly AguiMessage[], event: AguiEvent): readonly AguiMessage[] {
  switch (event.type) {
    case 'MESSAGES_SNAPSHOT':
      return event.messages;
    case 'TEXT_MESSAGE_START':
      return addMessage(messages, { id: event.messageId, role: 'assistant', content: '' });
    case 'TEXT_MESSAGE_CONTENT':
      return messages.map((one) =>
        one.role === 'assistant' && one.id === event.messageId ? { ...one, content: (one.content ?? '') + event.delta } : one,
      );
    default:
      return messages;
  }
}

export function addMessage(messages: readonly AguiMessage[], message: AguiMessage): readonly AguiMessage[] {
  return [...messages, message].slice(-kMessagesMax);
}
