// The unmodified HttpAgent of @ag-ui/client, whose verifyEvents throws at the first event out of place, against a
// cluster; and plain fetch for what AG-UI has no words for.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { HttpAgent } from '@ag-ui/client';
import { eventually, openCluster } from '../support/cluster.mjs';
import { checkEvent, readRun, resumingFetch } from './agui.mjs';

let cluster;
const warnings = [];

before(async () => {
  // AG-UI's client warns of whatever it must mend or strip: there must be nothing of that.
  console.warn = (...words) => warnings.push(words.join(' '));
  cluster = await openCluster();
});
after(() => cluster?.close());

function agentOf(kind, message, more = {}) {
  const agent = new HttpAgent({ url: `${cluster.urls[0]}/agui/${kind}`, threadId: `thread-${randomUUID()}`, ...more });
  if (message !== undefined) agent.addMessage({ id: randomUUID(), role: 'user', content: message });
  return agent;
}

/** Runs, and gives what HttpAgent made of it together with all events that its subscribers saw. */
async function run(agent, parameters = {}) {
  const events = [];
  const done = await agent.runAgent(parameters, { onEvent: ({ event }) => void events.push(event) });
  events.forEach(checkEvent);
  assert.deepEqual(warnings, []);
  return { ...done, events, types: events.map(({ type }) => type) };
}

function input(runId, more = {}) {
  return { threadId: `thread-${runId}`, runId, messages: [], tools: [], context: [], state: {}, forwardedProps: {}, ...more };
}

function post(path, body, headers = {}, url = cluster.urls[0]) {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function problem(response, status) {
  assert.equal(response.status, status);
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  return response.json();
}

const task = async (id) => (await fetch(`${cluster.urls[1]}/v1/tasks/${id}`)).json();
const textOf = (events) => events.filter(({ event }) => event.type === 'TEXT_MESSAGE_CONTENT').map(({ event }) => event.delta).join('');

test('a text streams, and the run has a result', async () => {
  const text = 'A text of some words, äöü and 🧭 among them.';
  const { types, newMessages, result } = await run(agentOf('demo.tokens'), { forwardedProps: { text, delay_ms: 2 } });
  assert.deepEqual(result, { text });
  assert.equal(types[0], 'RUN_STARTED');
  assert.equal(types.at(-1), 'RUN_FINISHED');
  assert.ok(types.filter((type) => type === 'TEXT_MESSAGE_CONTENT').length > 5);
  assert.deepEqual(newMessages.map(({ role, content }) => ({ role, content })), [{ role: 'assistant', content: text }]);
});

test('a team calls tools, takes steps and shows its state', async () => {
  const agent = agentOf('demo.team', 'compare the figures', { initialState: { mine: [1, 2] } });
  const { types, events } = await run(agent, { forwardedProps: { steps: 3, step_ms: 20 } });
  const calls = agent.messages.flatMap(({ toolCalls }) => toolCalls ?? []);
  assert.equal(calls.length, 3);
  assert.deepEqual(JSON.parse(calls[0].function.arguments), { about: 'compare the figures', limit: 10 });
  const results = agent.messages.filter(({ role }) => role === 'tool');
  assert.deepEqual(results.map(({ toolCallId }) => toolCallId), calls.map(({ id }) => id));
  assert.ok(results[0].content.includes('sections'));
  assert.equal(types.filter((type) => type === 'STEP_STARTED').length, 3);
  assert.equal(types.filter((type) => type === 'STEP_FINISHED').length, 3);
  assert.deepEqual(agent.state.mine, [1, 2], 'the application keeps what is its own');
  assert.equal(agent.state.task.status, 'COMPLETED');
  assert.equal(agent.state.task.progress, 1);
  assert.equal(agent.state.task.agents['planner-1'].status, 'COMPLETED');
  const names = events.filter(({ type }) => type === 'CUSTOM').map(({ name }) => name);
  for (const name of ['task.queued', 'task.started', 'log', 'agent.handoff']) assert.ok(names.includes(name), name);
});

test('an agent speaks with who asked, and tells what it has used', async () => {
  const agent = agentOf('agent.chat', 'How much is 6 times 7? @seconds=0.3');
  const { events, result } = await run(agent);
  assert.ok(result.content.includes('42'));
  assert.equal(agent.messages.at(-1).content, result.content);
  const [usage] = events.at(-1).usage;
  assert.equal(usage.model, 'scripted');
  assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
});

test('a question interrupts the run, and its answer goes on as another', async () => {
  const agent = agentOf('agent.chat', 'Ask me something @ask @seconds=0.3');
  const first = await run(agent, { runId: randomUUID() });
  assert.equal(first.events.at(-1).outcome.type, 'interrupt');
  const [interrupt] = agent.pendingInterrupts;
  assert.equal(interrupt.reason, 'input_required');
  assert.equal(interrupt.message, 'Shall I go on?');
  const resume = [{ interruptId: interrupt.id, status: 'resolved', payload: 'by all means' }];
  const runId = randomUUID();
  const said = structuredClone(agent.messages);
  const second = await run(agent, { runId, resume });
  assert.ok(second.result.content.includes('by all means'));
  assert.equal(second.events.at(-1).outcome.type, 'success');

  const again = { ...input(runId, { resume, messages: said }), threadId: agent.threadId };
  const one = await readRun(await post('/agui/agent.chat', again, {}, cluster.urls[1]));
  const two = await readRun(await fetch(`${cluster.urls[0]}/agui/runs/${runId}`));
  assert.equal(textOf(one), second.result.content, 'a repeated answer is the same run');
  assert.equal(textOf(two), second.result.content);
  assert.equal((await task(interrupt.id.split(':')[0])).state, 'COMPLETED');
  const other = await post('/agui/agent.chat', { ...again, runId: randomUUID() });
  assert.equal((await problem(other, 409)).field, 'resume[0].interruptId');
});

test('a run that fails ends with RUN_ERROR', async () => {
  const agent = agentOf('agent.chat', 'Fail @fail @seconds=0.2');
  const failed = [];
  const events = [];
  await agent.runAgent({}, { onRunErrorEvent: ({ event }) => void failed.push(event), onEvent: ({ event }) => void events.push(event) })
    .catch(() => {});
  events.forEach(checkEvent);
  assert.equal(failed.length, 1);
  assert.equal(failed[0].code, 'model_internal');
  assert.ok(failed[0].message.includes('@fail'));
});

test('a text that is begun again leaves nothing of its first try', async () => {
  const agent = agentOf('agent.chat', 'Break off once @fail=1 @seconds=0.3');
  const { types, result } = await run(agent);
  assert.ok(types.includes('MESSAGES_SNAPSHOT'));
  const said = agent.messages.filter(({ role, content }) => role === 'assistant' && content);
  assert.deepEqual(said.map(({ content }) => content), [result.content]);
});

test('who goes away cancels nothing; cancelling is a request of its own', async () => {
  const agent = agentOf('demo.tokens');
  const runId = randomUUID();
  let texts = 0;
  await agent
    .runAgent({ runId, forwardedProps: { text: 'word '.repeat(5000), delay_ms: 10 } }, {
      onTextMessageContentEvent: () => {
        if (++texts === 3) agent.abortRun();
      },
    })
    .catch(() => {});
  const attached = await fetch(`${cluster.urls[1]}/agui/runs/${runId}`);
  let cancelled;
  const events = await readRun(attached, async (_one, read) => {
    if (cancelled !== undefined || textOf(read).length < 100) return;
    assert.equal((await task(runId)).state, 'RUNNING');
    cancelled = await post(`/agui/runs/${runId}/cancel`, { reason: 'enough' });
  });
  assert.equal(cancelled.status, 202);
  assert.equal((await cancelled.json()).runId, runId);
  assert.deepEqual(events.at(-1).event.outcome, { type: 'cancelled' });
  assert.equal((await task(runId)).state, 'CANCELLED');
});

test('a killed edge loses nothing and repeats nothing, for a client that resumes', async () => {
  const text = Array.from({ length: 300 }, (_, i) => `word-${i} `).join('');
  const seen = [];
  const agent = agentOf('demo.tokens', undefined, { fetch: resumingFetch(cluster.urls, seen) });
  let killed;
  const subscriber = {
    onTextMessageContentEvent: () => {
      if (seen.length > 50) killed ??= cluster.kill('edge-1');
    },
  };
  const runId = randomUUID();
  const { result, newMessages } = await agent.runAgent({ runId, forwardedProps: { text, delay_ms: 10 } }, subscriber);
  await killed;
  assert.ok(killed, 'the edge was killed in mid run');
  assert.deepEqual(result, { text });
  assert.equal(newMessages.at(-1).content, text);
  assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length);
  const whole = await readRun(await fetch(`${cluster.urls[1]}/agui/runs/${runId}`));
  assert.deepEqual(whole.map(({ id }) => id), seen.map(({ id }) => id), 'the ids are those of a stream that held');
  assert.deepEqual(warnings, []);
});

test('an agent whose edge dies runs the same run again', async () => {
  const text = Array.from({ length: 200 }, (_, i) => `again-${i} `).join('');
  const agent = agentOf('demo.tokens');
  const runId = randomUUID();
  const parameters = { runId, forwardedProps: { text, delay_ms: 10 } };
  let killed;
  let texts = 0;
  const subscriber = {
    onTextMessageContentEvent: () => {
      if (++texts > 40) killed ??= cluster.kill('edge-1');
    },
    onRunFailed: () => ({ stopPropagation: true }),
  };
  await agent.runAgent(parameters, subscriber).catch(() => {});
  await killed;
  assert.ok(agent.messages.at(-1).content.length < text.length);
  agent.url = `${cluster.urls[1]}/agui/demo.tokens`;
  const { result } = await run(agent, parameters);
  assert.deepEqual(result, { text });
  const said = agent.messages.filter(({ role }) => role === 'assistant');
  assert.deepEqual(said.map(({ content }) => content), [text]);
});

/** How a stream begins is said when it does. */
function untimed({ id, event }) {
  const isBeginning = /^[0-9a-f]{16}:0:/.test(id);
  return isBeginning ? { id, event: { ...event, timestamp: 0 } } : { id, event };
}

test('every place in a run is one to go on from', async () => {
  const runId = randomUUID();
  const body = input(runId, { forwardedProps: { steps: 2, step_ms: 20 }, messages: [{ id: 'u', role: 'user', content: 'plan' }] });
  const whole = await readRun(await post('/agui/demo.team', body));
  assert.equal(new Set(whole.map(({ id }) => id)).size, whole.length);
  for (let i = 0; i < whole.length; i += 3) {
    const headers = { 'Last-Event-ID': whole[i].id };
    const rest = await readRun(await (i % 2 === 0
      ? fetch(`${cluster.urls[1]}/agui/runs/${runId}`, { headers })
      : post('/agui/demo.team', body, headers, cluster.urls[1])));
    assert.deepEqual(rest.map(untimed), whole.slice(i + 1).map(untimed));
  }
});

test('a task of the native protocol can be watched as a run', async () => {
  const id = `native-${randomUUID()}`;
  await post('/v1/tasks', { kind: 'demo.tokens', task: id, input: { text: 'plain', delay_ms: 1 } });
  const events = await readRun(await fetch(`${cluster.url}/agui/runs/${id}`));
  assert.equal(events[0].event.threadId, id);
  assert.equal(textOf(events), 'plain');
});

test('what is wrong is told before a stream begins, by its field', async () => {
  const good = input(randomUUID());
  const fieldOf = async (body) => (await problem(await post('/agui/demo.tokens', body), 400)).field;
  assert.equal(await fieldOf({ ...good, threadId: 7 }), 'threadId');
  assert.equal(await fieldOf({ ...good, runId: '' }), 'runId');
  assert.equal(await fieldOf({ ...good, messages: 'none' }), 'messages');
  assert.equal(await fieldOf({ ...good, messages: [{ id: 'm', role: 'user', content: 1 }] }), 'messages[0].content');
  assert.equal(await fieldOf({ ...good, tools: [{ name: 'x' }] }), 'tools[0].description');
  assert.equal(await fieldOf({ ...good, resume: [{ interruptId: 'x', status: 'resolved' }] }), 'resume[0].interruptId');
  assert.equal(await fieldOf('{nonsense'), 'message');
  assert.equal((await problem(await post('/agui/none.such', good), 404)).field, 'kind');
  assert.equal((await problem(await fetch(`${cluster.url}/agui/runs/none`), 404)).field, 'runId');
  assert.equal((await problem(await post('/agui/runs/none/cancel', {}), 404)).field, 'runId');
  const bad = await fetch(`${cluster.url}/agui/runs/none`, { headers: { 'Last-Event-ID': 'x' } });
  assert.equal((await problem(bad, 400)).field, 'last-event-id');
  const wrong = await fetch(`${cluster.url}/agui/demo.tokens`);
  assert.equal(wrong.headers.get('allow'), 'POST');
  await problem(wrong, 405);
});

test('a run id is of one thread and one kind, and need not be a name', async () => {
  const runId = `run/${randomUUID()} ü`;
  const body = input(runId, { forwardedProps: { text: 'odd', delay_ms: 1 } });
  assert.equal(textOf(await readRun(await post('/agui/demo.tokens', body))), 'odd');
  const url = `${cluster.urls[1]}/agui/runs/${encodeURIComponent(runId)}`;
  assert.equal((await readRun(await fetch(url)))[0].event.runId, runId);
  await problem(await post('/agui/demo.tokens', { ...body, threadId: 'another' }), 409);
  await problem(await post('/agui/demo.echo', body), 409);
});

test('the examples of our schema are events of AG-UI', async () => {
  const file = new URL('../../protocol/spec/dialects/agui.json', import.meta.url);
  const { $defs } = JSON.parse(await readFile(file, 'utf8'));
  const names = $defs.out.oneOf.map(({ $ref }) => $ref.split('/').at(-1));
  const events = names.filter((name) => $defs[name].properties.timestamp);
  assert.ok(events.length >= 16);
  for (const name of events) $defs[name].examples.forEach(checkEvent);
});
