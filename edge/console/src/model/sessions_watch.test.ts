import type { TrackingLog, TrackingServerMessage } from '@longwire/client/dialects';
import { expect, it } from 'vitest';
import { SessionsWatch, type Tracking } from './sessions_watch';
import { settled } from './testing';

const logsOf = (messages: string[]): TrackingLog[] =>
  messages.map((message) => ({ timestamp: '', level: 'info', agent: 'A', message, details: {} }));

function setup() {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const streamed: (string | null)[] = [];
  const fetched: { resolve: (logs: TrackingLog[]) => void; reject: (error: Error) => void }[] = [];
  let hear = (_: TrackingServerMessage) => undefined as void;
  let turn = (_: { kind: string }) => undefined as void;
  const tracking = {
    sessions: [],
    onMessage: (listener: typeof hear) => (hear = listener),
    onState: (listener: typeof turn) => (turn = listener),
    sessionLogs: () => new Promise((resolve, reject) => fetched.push({ resolve: (logs) => hearAnswer(logs, () => resolve({ logs })), reject })),
    sessionState: (id: string) => {
      asked.push(id);
      return new Promise((resolve) => answers.push(() => resolve({ state: { session_id: id } })));
    },
    streamLogs: async (id: string) => void streamed.push(id),
    stopLogs: async () => void streamed.push(null),
  } as unknown as Tracking;
  const watch = new SessionsWatch(tracking, (run) => run());
  // As the connection has it: an answer is a message, too.
  const hearAnswer = (logs: TrackingLog[], resolve: () => void) => {
    resolve();
    hear({ type: 'session_logs', session_id: 's', logs, timestamp: 0 });
  };
  const status = { type: 'agent_status' } as TrackingServerMessage;
  const logs = (session_id: string, ...messages: string[]): TrackingServerMessage => ({ type: 'session_logs', session_id, logs: logsOf(messages), timestamp: 0 });
  const comeBack = async () => {
    turn({ kind: 'reconnecting' });
    turn({ kind: 'connected' });
    await settled();
  };
  const said = () => watch.logs.items.map(({ message }) => message);
  return { watch, asked, answers, streamed, fetched, said, comeBack, hear: (message: TrackingServerMessage) => hear(message), status, logs };
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
  hear(logs('one', 'm'));
  expect(watch.logs.items.length).toBe(1);
  watch.choose('two');
  answers[0]!();
  hear(logs('one', 'm'));
  await settled();
  expect([watch.state, watch.logs.items.length]).toEqual([null, 0]);
  watch.choose(null);
  expect(streamed).toEqual(['one', 'two', null]);
});

it('shows the logs of the time without a connection, each once and before those that come behind them', async () => {
  const { watch, fetched, said, comeBack, hear, logs } = setup();
  watch.choose('s');
  hear(logs('s', 'a', 'b'));
  await comeBack();
  hear(logs('s', 'd', 'e'));
  expect(said()).toEqual(['a', 'b']);
  fetched[0]!.resolve(logsOf(['a', 'b', 'c', 'd']));
  await settled();
  hear(logs('s', 'f'));
  expect(said()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(fetched.length).toBe(1);
});

it('says where logs are missing, because there were too many or they could not be had', async () => {
  const { watch, fetched, said, comeBack, hear, logs } = setup();
  watch.choose('s');
  hear(logs('s', 'a'));
  await comeBack();
  fetched[0]!.resolve(logsOf(['x', 'y']));
  await settled();
  const missing = 'Logs of the time without a connection are missing here';
  expect(said()).toEqual(['a', missing, 'x', 'y']);
  await comeBack();
  fetched[1]!.reject(new Error('lost'));
  hear(logs('s', 'z'));
  await settled();
  expect(said()).toEqual(['a', missing, 'x', 'y', missing, 'z']);
});
