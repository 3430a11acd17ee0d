import { randomId } from '@longwire/client';
import { runAgui, type AguiEvent, type AguiMessage, type AguiRun, type AguiRunAgentInput } from '@longwire/client/dialects';
import { addMessage, foldMessages } from './agui_messages';
import type { Dialect } from './dialect';

const kKind = 'agent.chat';

/** What a run has asked before it ended, and so waits for in the next one. */
const questionOf = (event: AguiEvent): string | null =>
  event.type === 'RUN_FINISHED' && event.outcome.type === 'interrupt' ? event.outcome.interrupts[0].id : null;

export const agui: Dialect = {
  id: 'agui',
  title: 'AG-UI',
  path: `POST /agui/${kKind}`,
  about: 'Each message is a run, whose events come as a stream. A question ends its run, and another one answers it.',
  asks: 'Message',
  first: 'What is six times seven? @seconds=6',
  button: 'Run',
  open({ transcript, token, changed }) {
    const threadId = randomId();
    let messages: readonly AguiMessage[] = [];
    let run: AguiRun | null = null;
    let question: string | null = null;
    const begin = async (more: Partial<AguiRunAgentInput>) => {
      run?.close();
      const input: AguiRunAgentInput = { threadId, runId: randomId(), messages: [...messages], ...more };
      transcript.add('', true, `POST /agui/${kKind}`, input);
      question = null;
      run = runAgui('/', kKind, input, { token });
      run.onState(changed);
      run.onMessage((event) => {
        transcript.add('', false, event.type, event);
        messages = foldMessages(messages, event);
        question = questionOf(event);
      });
      changed();
    };
    return {
      connection: () => run,
      say: (content) => {
        messages = addMessage(messages, { id: randomId(), role: 'user', content });
        return begin({});
      },
      more: [
        {
          words: 'Answer a question',
          run: async () => {
            if (question === null) throw new Error('No run has asked anything: a message with @ask has its run ask');
            await begin({ resume: [{ interruptId: question, status: 'resolved', payload: 'yes' }] });
          },
        },
        {
          words: 'Cancel',
          run: async () => {
            if (run === null) return;
            transcript.add('', true, `POST /agui/runs/${run.run_id}/cancel`, {});
            transcript.add('', false, '202', await run.cancel());
          },
        },
      ],
      close: () => run?.close(),
    };
  },
};
