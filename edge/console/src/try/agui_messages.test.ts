import type { AguiEvent, AguiMessage } from '@longwire/client/dialects';
import { expect, it } from 'vitest';
import { addMessage, foldMessages } from './agui_messages';

const kAsked: AguiMessage = { id: 'u', role: 'user', content: 'How much?' };
const fold = (...events: Partial<AguiEvent>[]) =>
  events.reduce<readonly AguiMessage[]>((messages, event) => foldMessages(messages, { timestamp: 1, ...event } as AguiEvent), [kAsked]);

it('puts what an agent says behind what was asked', () => {
  const said = fold(
    { type: 'RUN_STARTED', threadId: 't', runId: 'r' },
    { type: 'TEXT_MESSAGE_START', messageId: 'a' },
    { type: 'TEXT_MESSAGE_START', messageId: 'b' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'For' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'b', delta: '42' },
    { type: 'TEXT_MESSAGE_CONTENT', messageId: 'a', delta: 'ty' },
  );
  expect(said).toEqual([kAsked, { id: 'a', role: 'assistant', content: 'Forty' }, { id: 'b', role: 'assistant', content: '42' }]);
});

it('has what holds, where some of it no longer does', () => {
  expect(fold({ type: 'TEXT_MESSAGE_START', messageId: 'a' }, { type: 'MESSAGES_SNAPSHOT', messages: [kAsked] })).toEqual([kAsked]);
});

it('is as long as it may be', () => {
  let messages: readonly AguiMessage[] = [];
  for (let i = 0; i < 200; i++) messages = addMessage(messages, { ...kAsked, id: String(i) });
  expect([messages.length, messages[messages.length - 1]!.id]).toEqual([50, '199']);
});
