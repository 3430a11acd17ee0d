// A browser that follows one task, with nothing but a WebSocket and fetch.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { eventually, openCluster } from '../support/cluster.mjs';

const kMany = 200;
const kWatchersMax = 300;
const kEnded = ['COMPLETED', 'FAILED', 'CANCELLED'];

let cluster;

before(async () => {
  process.env.LONGWIRE_TASKS_WATCHERS_MAX = String(kWatchersMax);
  cluster = await openCluster({ edges: 2 });
});
after(() => cluster?.close());

async function call(method, path, body, edge = 0) {
  const answer = await fetch(cluster.urls[edge] + path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
}

/** A connection, what it has got, and how it ended. */
function follow(task, { edge = 0, query = '' } = {}) {
  const ws = new WebSocket(`${cluster.urls[edge].replace('http', 'ws')}/ws/tasks/${task}${query}`);
  const client = { ws, messages: [], code: undefined };
  ws.onmessage = (event) => client.messages.push(JSON.parse(event.data));
  ws.onerror = () => {};
  client.closed = new Promise((resolve) => {
    ws.onclose = (event) => {
      client.code = event.code;
      resolve(client);
    };
  });
  client.of = (type) => client.messages.filter((message) => message.type === type).map((message) => message.data);
  client.ids = () => client.of('event').map((event) => event.event_id);
  return client;
}

/** A task that waits to be run, of whatever kind. */
async function held(kind, input) {
  const { status, body } = await call('POST', '/v1/tasks', { kind, input, hold: true, max_attempts: 1 });
  assert.equal(status, 201);
  return body.task;
}

const countedUpTo = (n) => Array.from({ length: n }, (_, i) => i + 1);
const types = (client) => client.messages.map((message) => message.type);

test('a task is created, followed to its end, and read afterwards', async () => {
  const created = await call('POST', '/api/tasks', { requirement: 'a logo for a bakery', test_mode: true });
  assert.equal(created.status, 201);
  assert.equal(created.body.status, 'PENDING');
  const task = created.body.task_id;

  const client = await follow(task).closed;
  assert.equal(client.code, 1000);
  assert.deepEqual(types(client).slice(0, 2), ['connected', 'state']);
  assert.deepEqual(client.messages[0].data, {
    task_id: task,
    message: 'Task started and connected to event stream',
  });
  assert.equal(types(client).at(-1), 'state');

  const events = client.of('event');
  assert.deepEqual(client.ids(), countedUpTo(events.length));
  for (const event of events) {
    assert.equal(event.task_id, task);
    assert.match(event.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(typeof event.payload, 'object');
  }
  assert.equal(events[0].event_type, 'TASK_QUEUED');
  assert.equal(events.at(-1).event_type, 'TASK_COMPLETED');
  for (const type of ['AGENT_STATUS', 'AGENT_STEP', 'TOOL_CALL', 'TOOL_RESULT', 'TEXT_DELTA', 'TASK_PROGRESS']) {
    assert.ok(events.some(({ event_type }) => event_type === type), type);
  }
  assert.ok(events.every((e) => !e.event_type.startsWith('TASK_') || e.agent_role === 'System'));
  assert.ok(events.some(({ event_type, agent_role }) => event_type === 'TOOL_CALL' && agent_role === 'Planner'));

  const states = client.of('state');
  assert.ok(states.some(({ status, current_agent }) => status === 'RUNNING' && current_agent === 'Writer'));
  assert.ok(states.every((state) => state.progress >= 0 && state.progress <= 1));
  const last = states.at(-1);
  assert.equal(last.status, 'COMPLETED');
  assert.equal(last.progress, 1);
  assert.ok(Date.parse(last.completed_at) >= Date.parse(last.started_at));
  assert.ok(states.slice(0, -1).every((state) => !kEnded.includes(state.status) && state.completed_at === null));

  const shown = await call('GET', `/api/tasks/${task}`, undefined, 1);
  assert.equal(shown.body.requirement, 'a logo for a bakery');
  assert.equal(shown.body.kind, 'demo.team');
  for (const [name, value] of Object.entries(last)) assert.deepEqual(shown.body[name], value, name);
  assert.ok(shown.body.result.content.length > 0);

  const listed = await call('GET', '/api/tasks?limit=1000');
  assert.ok(listed.body.tasks.some(({ task_id, status }) => task_id === task && status === 'COMPLETED'));

  const pages = [];
  for (let next = 0; next !== null; ) {
    const page = await call('GET', `/api/tasks/${task}/events?after=${next}&limit=7`);
    assert.ok(page.body.events.length <= 7);
    pages.push(...page.body.events);
    next = page.body.next;
  }
  assert.deepEqual(pages, events);
});

test('without test mode agents work on it', async () => {
  const { body } = await call('POST', '/api/tasks', { requirement: 'name a bakery @seconds=0.2' });
  const client = await follow(body.task_id).closed;
  assert.equal(client.of('state').at(-1).status, 'COMPLETED');
  assert.ok(client.of('state').some(({ last_message }) => typeof last_message === 'string'));
  assert.equal((await call('GET', `/api/tasks/${body.task_id}`)).body.kind, 'agent.team');
});

test('of a task that has ended come its history and its final state', async () => {
  const task = await held('demo.count', { n: 5 });
  await follow(task).closed;
  const again = await follow(task, { edge: 1 }).closed;
  assert.equal(again.code, 1000);
  assert.equal(again.messages[0].data.message, 'Connected to event stream');
  assert.deepEqual(types(again), ['connected', ...again.of('event').map(() => 'event'), 'state']);
  assert.deepEqual(again.ids(), countedUpTo(again.ids().length));
  assert.equal(again.of('event').at(-1).event_type, 'TASK_COMPLETED');
  assert.equal(again.of('event').filter(({ event_type }) => event_type === 'TASK_QUEUED').length, 2, 'held, let go');

  const short = await follow(task, { query: '?history=0' }).closed;
  assert.deepEqual(types(short), ['connected', 'state']);
  const rest = await follow(task, { query: '?after=4' }).closed;
  assert.deepEqual(rest.ids(), again.ids().slice(4));
});

test('however many connect at once, at two edges, a held task is started once', async () => {
  const task = await held('demo.count', { n: 20, interval_ms: 5 });
  const clients = await Promise.all(countedUpTo(kMany).map((i) => follow(task, { edge: i % 2 }).closed));
  for (const client of clients) {
    assert.equal(client.code, 1000);
    assert.deepEqual(client.ids(), clients[0].ids());
    assert.deepEqual(client.ids(), countedUpTo(client.ids().length));
    assert.equal(client.of('state').at(-1).status, 'COMPLETED');
    assert.equal(client.of('error').length, 0);
  }
  const started = clients[0].of('event').filter(({ event_type }) => event_type === 'TASK_STARTED');
  assert.deepEqual(started.map(({ payload }) => payload.run), [1]);
  assert.equal((await call('GET', `/v1/tasks/${task}`)).body.run, 1);
});

test('however many connect at once, a failed task is started once more', async () => {
  const task = await held('demo.fail', { times: 1 });
  assert.equal((await follow(task).closed).of('state').at(-1).status, 'FAILED');
  const clients = await Promise.all(countedUpTo(kMany).map((i) => follow(task, { edge: i % 2 }).closed));
  for (const client of clients) {
    assert.equal(client.of('state').at(-1).status, 'COMPLETED');
    assert.deepEqual(client.ids(), countedUpTo(client.ids().length));
  }
  assert.ok(clients.some(({ messages }) => messages[0].data.message.startsWith('Task started')));
  assert.equal((await call('GET', `/v1/tasks/${task}`)).body.run, 2);
});

test('a client that leaves does not stop the task, and finds the rest when it is back', async () => {
  const task = await held('demo.count', { n: 40, interval_ms: 25 });
  const first = follow(task);
  await eventually(() => first.ids().length > 5, 'some events');
  first.ws.close();
  await first.closed;
  const had = first.ids();
  const second = await follow(task, { edge: 1, query: `?after=${had.at(-1)}` }).closed;
  const all = [...had, ...second.ids()];
  assert.deepEqual(all, countedUpTo(all.length));
  assert.equal(second.of('state').at(-1).status, 'COMPLETED');
});

test('a client whose edge is killed goes on at another', async () => {
  const task = await held('demo.count', { n: 60, interval_ms: 50 });
  const first = follow(task, { edge: 0 });
  await eventually(() => first.ids().length > 5, 'some events');
  const back = cluster.kill('edge-1');
  await first.closed;
  assert.equal(first.code, 1006);
  const had = first.ids();
  const second = await follow(task, { edge: 1, query: `?after=${had.at(-1)}` }).closed;
  const all = [...had, ...second.ids()];
  assert.deepEqual(all, countedUpTo(all.length));
  assert.equal(second.of('state').at(-1).status, 'COMPLETED');
  await back;
  await eventually(async () => (await fetch(`${cluster.urls[0]}/readyz`).catch(() => ({}))).status === 200, 'the edge');
});

test('without history only what is new comes', async () => {
  const task = await held('demo.count', { n: 60, interval_ms: 20 });
  const whole = follow(task);
  await eventually(() => whole.ids().length > 10, 'some events');
  const late = await follow(task, { edge: 1, query: '?history=0' }).closed;
  await whole.closed;
  assert.ok(late.ids()[0] > 10);
  assert.deepEqual(late.ids(), whole.ids().slice(late.ids()[0] - 1));
});

test('what cannot be followed is told, and the connection closed', async () => {
  const unknown = await follow('nobody').closed;
  assert.deepEqual(unknown.messages, [{ type: 'error', data: { message: 'Task not found' } }]);
  assert.equal(unknown.code, 1000);
  const odd = await follow('a%2Fb').closed;
  assert.deepEqual(odd.messages, [{ type: 'error', data: { message: 'Task not found' } }]);
  const task = await held('demo.count', { n: 1 });
  for (const query of ['?after=x', '?after=-1', '?history=maybe']) {
    const client = await follow(task, { query }).closed;
    assert.equal(client.messages.length, 1);
    assert.match(client.messages[0].data.message, new RegExp(`^${query.slice(1).split('=')[0]}: must be`));
    assert.equal(client.code, 1008);
  }
  assert.equal((await call('GET', `/api/tasks/${task}`)).body.status, 'PENDING', 'none of them has started it');
});

test('a cancelled task is told and stays so', async () => {
  const task = await held('demo.sleep', { ms: 600_000 });
  const client = follow(task);
  await eventually(() => client.of('state').some(({ status }) => status === 'RUNNING'), 'the run');
  const cancelled = await call('POST', `/api/tasks/${task}/cancel`, { reason: 'enough' });
  assert.equal(cancelled.status, 202);
  assert.equal(cancelled.body.task_id, task);
  assert.equal((await client.closed).of('state').at(-1).status, 'CANCELLED');
  assert.equal((await call('POST', `/api/tasks/${task}/cancel`)).body.status, 'CANCELLED');
  assert.deepEqual((await call('POST', `/api/tasks/${task}/run`)).body, { task_id: task, status: 'CANCELLED' });
  assert.equal((await follow(task).closed).of('state').at(-1).status, 'CANCELLED');
});

test('run may be asked for again and again', async () => {
  const task = await held('demo.count', { n: 3, interval_ms: 50 });
  for (let i = 0; i < 5; ++i) {
    const { status, body } = await call('POST', `/api/tasks/${task}/run`, undefined, i % 2);
    assert.equal(status, 202);
    assert.equal(body.task_id, task);
  }
  await follow(task).closed;
  assert.deepEqual((await call('POST', `/api/tasks/${task}/run`)).body, { task_id: task, status: 'COMPLETED' });
  assert.equal((await call('GET', `/v1/tasks/${task}`)).body.run, 1);
});

test('faults of requests are problem documents', async () => {
  const wrong = [
    ['POST', '/api/tasks', {}, 400, 'requirement'],
    ['POST', '/api/tasks', { requirement: 7 }, 400, 'requirement'],
    ['POST', '/api/tasks', { requirement: 'g', kind: 'no name' }, 400, 'kind'],
    ['POST', '/api/tasks', { requirement: 'g', kind: 'longwire.webhook' }, 403, 'kind'],
    ['POST', '/api/tasks', { requirement: 'g', test_mode: 'yes' }, 400, 'test_mode'],
    ['POST', '/api/tasks', '{', 400, 'message'],
    ['GET', '/api/tasks/nobody', undefined, 404, 'task_id'],
    ['GET', '/api/tasks/nobody/events', undefined, 404, 'task_id'],
    ['POST', '/api/tasks/nobody/run', undefined, 404, 'task_id'],
    ['POST', '/api/tasks/nobody/cancel', undefined, 404, 'task_id'],
    ['GET', '/api/tasks?limit=0', undefined, 400, 'limit'],
    ['DELETE', '/api/tasks/nobody', undefined, 405, 'method'],
  ];
  for (const [method, path, body, status, field] of wrong) {
    const answer = await call(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.match(answer.type, /^application\/problem\+json/);
    assert.equal(answer.body.status, status);
    assert.equal(answer.body.field, field, `${method} ${path}`);
    assert.ok(answer.body.detail.length > 0);
  }
});

test('more than may watch a task are told to come later', async () => {
  const task = await held('demo.sleep', { ms: 600_000 });
  const clients = countedUpTo(kWatchersMax).map(() => follow(task));
  await eventually(() => clients.every((client) => client.messages.length > 0), 'all are connected');
  const late = await follow(task).closed;
  assert.deepEqual(types(late), ['error']);
  assert.equal(late.code, 1013);
  const elsewhere = follow(task, { edge: 1 });
  await eventually(() => elsewhere.of('connected').length > 0, 'a place at the other edge');
  clients[0].ws.close();
  await clients[0].closed;
  const next = await eventually(async () => {
    const client = follow(task);
    await eventually(() => client.messages.length > 0, 'an answer');
    return client.of('connected').length > 0 ? client : undefined;
  }, 'the place of the one that left');
  await call('POST', `/api/tasks/${task}/cancel`);
  await Promise.all([...clients, elsewhere, next].map((client) => client.closed));
});
