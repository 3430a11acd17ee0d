import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import WebSocket from 'ws';
import {
  connectCoordination,
  connectGuide,
  connectLiaison,
  connectStream,
  connectTask,
  connectTracking,
  createTask,
  runAgui,
  type SessionConnection,
} from '../../src/products/index';
import { eventually, openCluster, type Cluster } from '../support/cluster';

const kOptions = { webSocket: WebSocket, backoff: { base_ms: 50, cap_ms: 500 } };
const open: { close(): void }[] = [];
let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster();
});

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

afterAll(async () => {
  await cluster.close();
});

const opened = <T extends { close(): void }>(one: T): T => {
  open.push(one);
  return one;
};
const unique = (name: string) => `${name}-${Math.random().toString(36).slice(2)}`;
const here = (one: { state: { kind: string } }) => eventually(() => one.state.kind === 'connected', 'a connection');

/** The edge that serves it dies. */
async function kill(one: { state: { kind: string; url?: string } }): Promise<void> {
  await here(one);
  await cluster.kill(`edge-${cluster.urls.indexOf(one.state.url!) + 1}`);
}

it('a task is followed to its end across the death of its edge, each event once', async () => {
  const { task_id } = await createTask(cluster.url, { requirement: 'a logo', test_mode: true });
  const one = opened(connectTask(cluster.urls, task_id, kOptions));
  const ids: number[] = [];
  one.on('event', ({ data }) => ids.push(data.event_id));
  await eventually(() => ids.length > 5, 'the first events');
  await kill(one);
  expect(await one.done).toMatchObject({ task_id, status: 'COMPLETED' });
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => i + 1));
  expect(one.state).toEqual({ kind: 'closed' });
});

it('a task is cancelled', async () => {
  const { task_id } = await createTask(cluster.url, { requirement: 'x', kind: 'agent.team' });
  const one = opened(connectTask(cluster.urls, task_id, kOptions));
  await eventually(() => one.task?.status === 'RUNNING', 'the start');
  await one.cancel('enough');
  expect(await one.done).toMatchObject({ status: 'CANCELLED' });
});

it('a task that there is not is told, and that is the end', async () => {
  const one = opened(connectTask(cluster.urls, 'nobody', kOptions));
  const errors: string[] = [];
  one.on('error', ({ data }) => errors.push(data.message));
  expect(await one.done).toBe(null);
  expect(errors).toEqual(['Task not found']);
});

/** The texts of answers, piece by piece. */
function listen(one: SessionConnection) {
  const heard = { pieces: new Map<string, string[]>(), answers: [] as string[], doubles: 0 };
  one.on('agent_streaming', ({ message_id, stream_index, message }) => {
    const pieces = heard.pieces.get(message_id) ?? [];
    if (pieces[stream_index] !== undefined) heard.doubles += 1;
    pieces[stream_index] = message;
    heard.pieces.set(message_id, pieces);
  });
  one.on('agent_complete', ({ message_id, message }) => {
    expect(heard.pieces.get(message_id)?.join('')).toBe(message);
    heard.answers.push(message ?? '');
  });
  return heard;
}

it('a guide answers across the death of its edge, each piece once', async () => {
  const one = opened(connectGuide(cluster.urls, { session_token: unique('s'), ...kOptions }));
  const heard = listen(one);
  await one.say('Good morning @seconds=4');
  await eventually(() => heard.pieces.size > 0, 'the first words');
  await kill(one);
  await eventually(() => heard.answers.length === 1, 'the answer');
  expect(heard.answers[0]).toContain('Good morning');
  expect(heard.doubles).toBe(0);
});

it('a liaison answers', async () => {
  const one = opened(connectLiaison(cluster.urls, 'content', { session_token: unique('s'), ...kOptions }));
  const heard = listen(one);
  await one.say('Which words? @seconds=1');
  await eventually(() => heard.answers.length === 1, 'the answer');
});

it('a chat goes on across the death of its edge, each word once, and can be cancelled', async () => {
  const one = opened(connectStream(cluster.urls, kOptions));
  const words: string[] = [];
  const results: string[] = [];
  const cancelled: unknown[] = [];
  one.on('token', ({ text }) => words.push(text));
  one.on('result', ({ content }) => results.push(content));
  one.onMessage((message) => message.type === 'cancelled' && cancelled.push(message));
  await one.chat('6 times 7? @seconds=4');
  await eventually(() => words.length > 3, 'the first words');
  await kill(one);
  await eventually(() => results.length === 1, 'the result');
  expect(words.join('')).toContain(results[0]);
  await one.chat('Once more @seconds=30');
  await eventually(() => words.length > 0, 'words');
  await one.cancel();
  await eventually(() => cancelled.length === 2, 'the end');
  expect(cancelled).toMatchObject([{ success: true }, { message: expect.any(String) as string }]);
});

it('a dashboard sees sessions, asks about them and follows their logs, also at the next edge', async () => {
  const one = opened(connectTracking(cluster.urls, kOptions));
  const { task_id } = await createTask(cluster.url, { requirement: 'a long way', test_mode: true });
  const task = opened(connectTask(cluster.urls, task_id, kOptions));
  await eventually(() => one.sessions.some(({ session_id }) => session_id === task_id), 'the session');
  expect((await one.sessionState(task_id)).state.query).toBe('a long way');
  await one.streamLogs(task_id);
  await kill(one);
  await here(one);
  const logs: unknown[] = [];
  one.on('session_logs', (message) => logs.push(...message.logs));
  await task.done;
  expect((await one.sessionLogs(task_id)).logs.length).toBeGreaterThan(0);
  await expect(one.sessionState('nobody')).rejects.toMatchObject({ code: 'not_found' });
  await one.stopLogs();
});

it('agents hear each other once, also who was away, whatever dies between them', async () => {
  const [overseer, worker] = [unique('MC'), unique('CLINE')];
  const one = opened(connectCoordination(cluster.urls, overseer, kOptions));
  let two = opened(connectCoordination(cluster.urls, worker, kOptions));
  await eventually(() => one.agents.includes(worker), 'the other agent');
  const heard: string[] = [];
  const listen = () => two.on('broadcast', ({ payload }) => heard.push(String(payload.message)));
  listen();
  expect(await one.broadcast('hello')).toMatchObject({ recipients: 1 });
  await eventually(() => heard.length === 1, 'the broadcast');
  await kill(one);
  const said = Array.from({ length: 20 }, (_, i) => one.tell(worker, 'note', { i }));
  const notes: unknown[] = [];
  two.onMessage(({ type, payload }) => type === 'note' && notes.push(payload.i));
  await Promise.all(said);
  await eventually(() => notes.length >= 20, 'all notes');
  expect(notes).toEqual(Array.from({ length: 20 }, (_, i) => i));
  two.close();
  await eventually(() => !one.agents.includes(worker), 'the other agent’s leaving');
  expect(await one.assign(worker, 'G-1', 'Look')).toMatchObject({ delivered: false });
  two = opened(connectCoordination(cluster.urls, worker, kOptions));
  const tasks: unknown[] = [];
  two.on('task_assignment', ({ payload }) => tasks.push(payload.task_id));
  await eventually(() => tasks.length > 0, 'the assignment');
  expect(tasks).toEqual(['G-1']);
});

it('a run of AG-UI is followed to its end across the death of its edge, each word once', async () => {
  const words = Array.from({ length: 120 }, (_, i) => `word-${i}`);
  const input = { threadId: unique('thread'), runId: unique('run'), messages: [], forwardedProps: { text: words.join(' '), delay_ms: 40 } };
  const run = opened(runAgui(cluster.urls, 'demo.tokens', input, { backoff: kOptions.backoff }));
  let text = '';
  run.on('TEXT_MESSAGE_CONTENT', ({ delta }) => (text += delta));
  await eventually(() => text.includes('word-20'), 'the first words');
  await kill(run);
  expect(await run.done).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
  expect(text.trim().split(/\s+/)).toEqual(words);
});

it('a run of AG-UI is cancelled', async () => {
  const input = { threadId: unique('thread'), runId: unique('run'), messages: [], forwardedProps: { ms: 600_000 } };
  const run = opened(runAgui(cluster.urls, 'demo.sleep', input, { backoff: kOptions.backoff }));
  await here(run);
  await run.cancel();
  expect(await run.done).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } });
});
