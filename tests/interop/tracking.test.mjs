// A dashboard of agents as its document writes it: a hook that keeps agents and sessions, a manager that reconnects.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { eventually, openCluster } from '../support/cluster.mjs';

const kStatuses = ['IDLE', 'ANALYZING', 'PROCESSING', 'COLLABORATING', 'COMPLETED', 'ERROR'];
const kBaseDelayMs = 50; // the document's is a second
const kMaxDelayMs = 1_000;
const kPaceMs = 100;

let cluster;

before(async () => {
  process.env.LONGWIRE_TRACKING_PING_MS = '700';
  process.env.LONGWIRE_TRACKING_SILENCE_MS = '2100';
  cluster = await openCluster({ edges: 2 });
});
after(() => cluster?.close());

const generateClientId = () => `client_${Date.now()}_${Math.random().toString(36).slice(2, 11)}`;
const address = (clientId, edge = 0) => `${cluster.urls[edge].replace('http', 'ws')}/ws/agent-tracking/${clientId}`;

const isValid = (message) => typeof message === 'object' && message !== null && typeof message.type === 'string';

/** How often an agent has spoken since the event that it first spoke of: nothing that lies between can make it more. */
class Pace {
  constructor(first) {
    this.sinceMs = Date.parse(first.timestamp);
    this.spoken = 0;
  }

  count() {
    this.spoken += 1;
    this.heardMs = Date.now();
  }

  isKept() {
    return this.spoken - 1 <= (this.heardMs - this.sinceMs) / kPaceMs;
  }
}

class Dashboard {
  constructor({ edge = 0, answers = true } = {}) {
    this.clientId = generateClientId();
    this.edge = edge;
    this.answers = answers;
    this.agentStatuses = {};
    this.activeSessions = [];
    this.collaborations = [];
    this.states = [];
    this.logs = [];
    this.errors = [];
    this.paces = {};
    this.lists = 0;
    this.pings = 0;
    this.attempts = 0;
    this.connections = 0;
    this.closes = [];
    this.connect();
  }

  connect() {
    this.ws = new WebSocket(address(this.clientId, this.edge));
    this.ws.onopen = () => {
      this.attempts = 0;
      this.connections += 1;
    };
    this.ws.onerror = () => {};
    this.ws.onclose = (event) => {
      this.closes.push(event.code);
      if (this.isOver) return;
      this.attempts += 1;
      const delay = Math.min(kBaseDelayMs * 2 ** this.attempts, kMaxDelayMs);
      this.timer = setTimeout(() => this.connect(), delay);
    };
    this.ws.onmessage = (event) => {
      const message = JSON.parse(event.data);
      assert.ok(isValid(message));
      this.handle(message);
    };
  }

  handle(message) {
    switch (message.type) {
      case 'active_sessions':
        this.lists += 1;
        this.activeSessions = message.data.sessions;
        this.totalSessions = message.data.total_sessions;
        this.sessionsAt = message.timestamp;
        break;
      case 'agent_status':
        assert.ok(kStatuses.includes(message.status), message.status);
        assert.ok(Number.isInteger(message.progress) && message.progress >= 0 && message.progress <= 100);
        assert.match(message.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        this.agentStatuses[message.agent_id] = message;
        (this.paces[message.agent_id] ??= new Pace(message)).count();
        break;
      case 'agent_collaboration':
        this.collaborations.push(message);
        break;
      case 'session_state':
        this.states.push(message);
        break;
      case 'session_logs':
        this.logs.push(...message.logs.map((log) => ({ ...log, session_id: message.session_id })));
        break;
      case 'ping':
        this.pings += 1;
        if (this.answers) this.send({ type: 'pong' });
        break;
      case 'error':
        this.errors.push(message);
        break;
      default:
        assert.fail(`unknown message type: ${message.type}`);
    }
  }

  send(message) {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify(message));
  }

  session(id) {
    return this.activeSessions.find((session) => session.session_id === id);
  }

  disconnect() {
    this.isOver = true;
    clearTimeout(this.timer);
    this.ws.close();
  }
}

async function open(options) {
  const dashboard = new Dashboard(options);
  await eventually(() => dashboard.lists > 0, 'the first list of sessions');
  return dashboard;
}

async function start(kind, input, edge = 0) {
  const answer = await fetch(`${cluster.urls[edge]}/v1/tasks`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind, input }),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).task;
}

test('two dashboards at two edges follow a team from its start to its end', async () => {
  const dashboards = [await open({ edge: 0 }), await open({ edge: 1 })];
  const session = await start('demo.team', { requirement: 'How do I fix webhook errors?', steps: 5, step_ms: 200 });
  for (const dashboard of dashboards) {
    await eventually(() => dashboard.session(session)?.agents_active > 0, 'a session with an agent at work');
    assert.equal(dashboard.session(session).query, 'How do I fix webhook errors?');
    assert.equal(dashboard.session(session).status, 'processing');
    assert.ok(Math.abs(dashboard.sessionsAt - Date.now() / 1000) < 60);
  }
  for (const dashboard of dashboards) {
    await eventually(() => dashboard.session(session)?.status === 'completed', 'the end of the session');
    assert.equal(dashboard.session(session).agents_active, 0);
    const ids = ['planner-1', 'researcher-1', 'analyst-1', 'writer-1', 'reviewer-1'];
    await eventually(() => ids.every((id) => dashboard.agentStatuses[id]?.status === 'COMPLETED'), 'all are done');
    for (const id of ids) {
      assert.equal(dashboard.agentStatuses[id].progress, 100);
      assert.equal(dashboard.agentStatuses[id].metadata.task_id, session);
      assert.ok(dashboard.paces[id].isKept(), id);
    }
    const pairs = dashboard.collaborations.map((one) => `${one.primary_agent}>${one.secondary_agent}`);
    assert.deepEqual(pairs, ['Planner>Researcher', 'Researcher>Analyst', 'Analyst>Writer', 'Writer>Reviewer']);
    assert.equal(dashboard.collaborations[0].collaboration_type, 'handoff');
    assert.ok(dashboard.collaborations[0].reason.length > 0);
    dashboard.disconnect();
  }
});

test('a session is looked into while it works and when it has ended', async () => {
  const dashboard = await open();
  const session = await start('demo.team', { requirement: 'Look', steps: 2, step_ms: 400 });
  await eventually(() => dashboard.session(session)?.agents_active > 0, 'an agent at work');
  dashboard.send({ type: 'get_session_state', session_id: session });
  await eventually(() => dashboard.states.length === 1, 'the state');
  const { state } = dashboard.states[0];
  assert.equal(state.session_id, session);
  assert.equal(state.query, 'Look');
  assert.equal(state.current_phase, 'processing');
  await eventually(() => dashboard.session(session)?.status === 'completed', 'the end');
  dashboard.send({ type: 'get_session_state', session_id: session });
  dashboard.send({ type: 'get_session_logs', session_id: session });
  await eventually(() => dashboard.states.length === 2 && dashboard.logs.length > 0, 'the state and the logs');
  const ended = dashboard.states[1].state;
  assert.equal(ended.current_phase, 'completed');
  assert.equal(ended.overall_progress, 100);
  assert.deepEqual(ended.active_agents, []);
  assert.deepEqual(ended.crew_output.map(({ type }) => type).sort(), ['artifact', 'result', 'text']);
  const found = dashboard.logs.find((log) => log.agent === 'Planner' && log.message.startsWith('outline: '));
  assert.deepEqual(found.details, { step: 1, tool: 'outline' });
  assert.equal(found.level, 'info');
  assert.deepEqual(dashboard.logs.map((log) => log.timestamp), dashboard.logs.map((log) => log.timestamp).sort());
  dashboard.disconnect();
});

test('logs are streamed from start_log_streaming to stop_log_streaming, each once', async () => {
  const dashboard = await open();
  const session = await start('demo.count', { n: 40, interval_ms: 50 });
  await eventually(() => dashboard.session(session)?.status === 'processing', 'the session');
  dashboard.send({ type: 'start_log_streaming', session_id: session });
  const counted = () => dashboard.logs.filter((log) => log.details.i !== undefined).map((log) => log.details.i);
  await eventually(() => counted().length >= 10, 'ten logs');
  dashboard.send({ type: 'stop_log_streaming' });
  dashboard.send({ type: 'get_session_state', session_id: session });
  await eventually(() => dashboard.states.length === 1, 'the answer behind the stop');
  const numbers = counted();
  assert.deepEqual(numbers, Array.from(numbers, (_, place) => numbers[0] + place));
  await eventually(() => dashboard.session(session)?.status === 'completed', 'the end');
  assert.deepEqual(counted(), numbers);
  dashboard.disconnect();
});

test('a session that there is not, and messages that are none, are answered with errors', async () => {
  const dashboard = await open();
  for (const type of ['get_session_state', 'get_session_logs', 'start_log_streaming']) {
    dashboard.errors = [];
    dashboard.send({ type, session_id: 'session_abc123' });
    await eventually(() => dashboard.errors.length === 1, 'the error');
    assert.equal(dashboard.errors[0].message, 'Session not found');
    assert.equal(dashboard.errors[0].session_id, 'session_abc123');
  }
  dashboard.errors = [];
  dashboard.ws.send('{nonsense');
  dashboard.send({ type: 'get_session_state' });
  dashboard.send({ type: 'dance' });
  await eventually(() => dashboard.errors.length === 3, 'three errors');
  assert.equal(dashboard.errors[1].field, 'session_id');
  assert.equal(dashboard.connections, 1);
  dashboard.disconnect();
});

test('a client id that is against the rule is accepted, and closed with 1008', async () => {
  const ws = new WebSocket(address('client-123'));
  let opened = false;
  ws.onopen = () => (opened = true);
  const event = await new Promise((resolve) => (ws.onclose = resolve));
  assert.ok(opened);
  assert.equal(event.code, 1008);
  assert.equal(event.reason, 'Invalid client ID');
});

test('who answers pings stays, and who is silent is closed with 1001', async () => {
  const there = await open();
  const silent = await open({ answers: false });
  silent.isOver = true;
  await eventually(() => silent.closes.length > 0, 'the close');
  assert.equal(silent.closes[0], 1001);
  assert.equal(silent.pings, 2);
  await eventually(() => there.pings >= 4, 'four pings');
  assert.equal(there.connections, 1);
  there.disconnect();
});

test('more than 60 messages in a minute are ignored, and that is told once', async () => {
  const dashboard = await open();
  for (let i = 0; i < 80; i += 1) dashboard.send({ type: 'get_session_state', session_id: 'none' });
  const of = (code) => dashboard.errors.filter((error) => error.code === code);
  await eventually(() => of('not_found').length === 60 && of('rate_limited').length === 1, '61 errors');
  const { retry_after } = of('rate_limited')[0];
  assert.ok(retry_after > 50 && retry_after <= 60, `${retry_after}`);
  dashboard.ws.close(1000);
  await eventually(() => dashboard.connections === 2, 'the next connection');
  assert.equal(of('rate_limited').length, 1);
  dashboard.disconnect();
});

test('a dashboard whose edge was killed comes back and knows how all ended', async () => {
  const dashboard = await open({ edge: 0 });
  const session = await start('demo.team', { requirement: 'Outlive it', steps: 5, step_ms: 300 }, 1);
  await eventually(() => dashboard.session(session)?.agents_active > 0, 'an agent at work');
  const gone = dashboard.connections;
  await cluster.kill('edge-1');
  await eventually(() => dashboard.connections > gone, 'the next connection');
  await eventually(() => dashboard.session(session)?.status === 'completed', 'the end');
  const mine = () => Object.values(dashboard.agentStatuses).filter((one) => one.metadata.task_id === session);
  await eventually(() => mine().length === 5 && mine().every((one) => one.status === 'COMPLETED'), 'all are done');
  dashboard.disconnect();
});

test('a dashboard whose broker was killed meanwhile learns what it has missed', async () => {
  const dashboard = await open({ edge: 1 });
  const session = await start('demo.team', { requirement: 'Hold on', steps: 4, step_ms: 300 }, 1);
  await eventually(() => dashboard.session(session)?.agents_active > 0, 'an agent at work');
  await cluster.kill('broker');
  await eventually(() => dashboard.session(session)?.status === 'completed', 'the end', 60_000);
  assert.equal(dashboard.session(session).agents_active, 0);
  const mine = () => Object.values(dashboard.agentStatuses).filter((one) => one.metadata.task_id === session);
  await eventually(() => mine().length >= 4 && mine().every((one) => one.status === 'COMPLETED'), 'all are done');
  dashboard.disconnect();
});
