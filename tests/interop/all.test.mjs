// Frontends of all products at once, on one bus with each other and with tasks that make a load of events, while an edge
// is killed under them. Each looks at nothing but its own view, and that must be whole.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { eventually, openCluster } from '../support/cluster.mjs';

const kSeconds = Number(process.env.LONGWIRE_ALL_SECONDS ?? 8);
const kPatienceMs = 60_000 + kSeconds * 1_000;
const kReconnectMs = 100;
const kLoadTasks = 5;
const kIntervalMs = 5;

let cluster;

before(async () => {
  cluster = await openCluster({ edges: 2 });
});
after(() => cluster?.close());

/**
 * A connection that is dialled again, at the other edge, whenever it ends without having been asked to. `path()` is
 * asked for each time.
 */
function connect(path, onMessage) {
  const line = { dials: 0, ended: false, code: undefined };
  const dial = () => {
    const socket = new WebSocket(cluster.urls[line.dials++ % cluster.urls.length].replace(/^http/, 'ws') + path());
    line.socket = socket;
    socket.on('message', (data) => onMessage(JSON.parse(data.toString()), line));
    socket.on('error', () => {});
    socket.on('close', (code) => {
      line.code = code;
      if (!line.ended && code !== 1000) setTimeout(() => line.ended || dial(), kReconnectMs);
    });
  };
  line.isOpen = () => line.socket.readyState === WebSocket.OPEN;
  line.send = (message) => line.isOpen() && line.socket.send(JSON.stringify(message));
  line.close = () => {
    line.ended = true;
    line.socket.close(1000);
  };
  dial();
  return line;
}

async function start(kind, input) {
  const answer = await fetch(`${cluster.urls[1]}/v1/tasks`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind, input }),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).task;
}

/** `tasks`: every event of a task, by its number. */
function follow(task) {
  let last = 0;
  const counted = [];
  const line = connect(
    () => `/ws/tasks/${task}?after=${last}`,
    ({ type, data }) => {
      assert.notEqual(type, 'error', JSON.stringify(data));
      if (type === 'state') line.state = data;
      if (type !== 'event') return;
      assert.equal(data.event_id, last + 1);
      last = data.event_id;
      if (data.event_type === 'LOG') counted.push(data.payload.i);
    },
  );
  line.counted = () => counted.length;
  line.whole = async (n) => {
    await eventually(() => line.code === 1000, `the end of ${task}`, kPatienceMs);
    assert.equal(line.state.status, 'COMPLETED');
    assert.deepEqual(
      counted,
      Array.from({ length: n }, (_, i) => i + 1),
    );
  };
  return line;
}

/** `sessions`: an answer, put together of its pieces. */
function chat(question) {
  const token = randomUUID();
  const texts = new Map();
  const complete = [];
  const line = connect(
    () => `/api/ws/guide?session_token=${token}`,
    (message, { send }) => {
      if (message.type === 'session_created') send({ type: 'user_message', message: question, session_token: token });
      if (message.type === 'agent_complete') complete.push(message);
      if (message.type !== 'agent_streaming') return;
      const pieces = texts.get(message.message_id) ?? [];
      pieces[message.stream_index] = message.message;
      texts.set(message.message_id, pieces);
    },
  );
  line.whole = async () => {
    await eventually(() => complete.length > 0, 'an answer in a session', kPatienceMs);
    for (const { message_id: id, message } of complete) {
      const pieces = texts.get(id) ?? [];
      assert.equal(Object.keys(pieces).length, pieces.length, 'a piece is missing');
      assert.equal(pieces.join(''), message);
    }
  };
  return line;
}

/** `stream`: tokens by their numbers, and a result. */
function stream(question) {
  let resume;
  const tokens = [];
  const results = [];
  const line = connect(
    () => `/ws/stream${resume === undefined ? '' : `?resume=${resume}`}`,
    (message, { send }) => {
      assert.notEqual(message.type, 'error', JSON.stringify(message));
      if (message.type === 'token') tokens[message.index] = message.text;
      if (message.type === 'result') results.push(message);
      if (message.type !== 'welcome') return;
      if (resume === undefined) send({ type: 'chat', payload: { message: question } });
      resume = message.resume;
    },
  );
  line.whole = async () => {
    await eventually(() => results.length > 0, 'the result of a chat', kPatienceMs);
    assert.equal(Object.keys(tokens).length, tokens.length, 'a token is missing');
    assert.ok(tokens.join('').endsWith(results[0].content), 'the tokens are not the answer');
  };
  return line;
}

/** `tracking`: which sessions there are, and what their agents do. */
function dashboard() {
  const agents = new Map();
  const sessions = new Map();
  const id = `client_${Date.now()}_${Math.random().toString(36).slice(2, 11)}`;
  const line = connect(
    () => `/ws/agent-tracking/${id}`,
    (message, { send }) => {
      if (message.type === 'ping') send({ type: 'pong' });
      if (message.type === 'agent_status') agents.set(message.agent_id, message);
      if (message.type !== 'active_sessions') return;
      for (const session of message.data.sessions) sessions.set(session.session_id, session);
    },
  );
  line.whole = async (tasks) => {
    const hasEnded = (task) => sessions.get(task)?.status === 'completed';
    await eventually(() => tasks.every(hasEnded), 'the ends of all sessions on the dashboard', kPatienceMs);
    assert.ok(agents.size > 0, 'no agent was seen');
    const areDone = () => [...agents.values()].every(({ status }) => status === 'COMPLETED');
    await eventually(areDone, 'the last status of each agent', kPatienceMs);
  };
  return line;
}

/** `coordination`: an agent that notes what another says to it, each message once. */
function agent(name) {
  const ids = new Set();
  const heard = [];
  const acknowledged = new Set();
  const line = connect(
    () => `/ws/v1/coordination/${name}`,
    ({ type, payload, metadata }) => {
      if (type === 'ack') acknowledged.add(payload.message_id);
      if (type !== 'status_update' || ids.has(metadata.message_id)) return;
      ids.add(metadata.message_id);
      heard.push(payload.message);
    },
  );
  return Object.assign(line, { name, heard, acknowledged });
}

/** Says numbered things to another agent, each until it is acknowledged. Gives what was said. */
async function talk(from, to, until) {
  const said = [];
  for (let i = 0; Date.now() < until; i += 1) {
    const id = `${from.name}-${i}`;
    const message = {
      type: 'status_update',
      payload: { status: 'working', message: id },
      metadata: { timestamp: new Date().toISOString(), sender: from.name, recipient: to.name, message_id: id },
    };
    while (!from.acknowledged.has(id)) {
      from.send(message);
      const again = Date.now() + 1_000;
      await eventually(() => from.acknowledged.has(id) || Date.now() > again, 'an ack', kPatienceMs);
    }
    said.push(id);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return said;
}

test('all products at once, under load, with an edge killed', { timeout: kPatienceMs + 60_000 }, async () => {
  const n = Math.round((kSeconds * 1_000) / kIntervalMs);
  const board = dashboard();
  const tasks = [];
  for (let i = 0; i < kLoadTasks; i += 1) tasks.push(await start('demo.count', { n, interval_ms: kIntervalMs }));
  const team = await start('agent.team', { requirement: `a garden on the roof @seconds=${kSeconds / 4} @words=100` });
  const followers = tasks.map(follow);
  const chats = [1, 2].map((i) => chat(`What of number ${i}? @seconds=${kSeconds} @words=200`));
  const streams = [1, 2].map((i) => stream(`And what of ${i}? @seconds=${kSeconds} @words=200`));
  const [ann, bob] = [agent('ann'), agent('bob')];
  await eventually(() => ann.isOpen() && bob.isOpen(), 'the agents');

  const until = Date.now() + kSeconds * 1_000;
  const talks = Promise.all([talk(ann, bob, until), talk(bob, ann, until)]);
  await eventually(() => followers.every((one) => one.counted() > 0.4 * n), 'the middle', kPatienceMs);
  await cluster.kill('edge-1');

  const [ofAnn, ofBob] = await talks;
  await Promise.all(followers.map((one) => one.whole(n)));
  await Promise.all([...chats, ...streams].map((one) => one.whole()));
  await board.whole([...tasks, team]);
  await eventually(() => bob.heard.length >= ofAnn.length, 'all that Ann has said', kPatienceMs);
  await eventually(() => ann.heard.length >= ofBob.length, 'all that Bob has said', kPatienceMs);
  assert.deepEqual(bob.heard, ofAnn);
  assert.deepEqual(ann.heard, ofBob);
  const lines = [...followers, ...chats, ...streams, board, ann, bob];
  assert.ok(
    lines.every(({ dials }) => dials > 1),
    'somebody was not on the edge that was killed',
  );
  for (const line of lines) line.close();
});
