import type { TrackingServerMessage } from '@longwire/client/dialects';
import { expect, it } from 'vitest';
import { SessionsWatch, type Tracking } from './sessions_watch';
import { settled } from './testing';

function setup() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const streamed: (string | null)[] = [];
  let hear = (_: TrackingServerMessage) => undefined as void;
  const tracking = {
    sessions: [],
    onMessage: (listener: typeof hear) => (hear = listener),
    onState: () => undefined,
    sessionState: (id: string) => {
      asked.push(id);
      return new Promise((resolve) => answers.push(() => resolve({ state: { session_id: id } })));
    },
    streamLogs: async (id: string) => void streamed.push(id),
    stopLogs: async () => void streamed.push(null),
  } as unknown as Tracking;
  const watch = new SessionsWatch(tracking, (run) => run());
  const status = { type: 'agent_status' } as TrackingServerMessage;
  const log = { timestamp: '', level: 'info', agent: 'A', message: 'm', details: {} };
  const logs = (session_id: string): TrackingServerMessage => ({ type: 'session_logs', session_id, logs: [log], timestamp: 0 });
  return { watch, asked, answers, streamed, hear: (message: TrackingServerMessage) => hear(message), status, logs };
}

it('asks once more for what has changed while it was asking', async () => {
  const { watch, asked, answers, hear, status } = setup();
  watch.choose('s');
  hear(status);
  hear(status);
  expect(asked).toEqual(['s']);
  answers[0]!();
  await settled();
  expect(asked).toEqual(['s', 's']);
  answers[1]!();
  await settled();
  expect(asked.length).toBe(2);
});

it('shows nothing of a session that is looked at no more', async () => {
  const { watch, answers, streamed, hear, logs } = setup();
  watch.choose('one');
  hear(logs('one'));
  expect(watch.logs.items.length).toBe(1);
  watch.choose('two');
  answers[0]!();
  hear(logs('one'));
  await settled();
  expect([watch.state, watch.logs.items.length]).toEqual([null, 0]);
  watch.choose(null);
  expect(streamed).toEqual(['one', 'two', null]);
});
