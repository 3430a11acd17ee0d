// A chat frontend of the product `sessions`: a service that holds the connections and a chat upon it, as its document
// lays them out. Nothing here knows of offsets or of any way to resume.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { eventually, openCluster } from '../support/cluster.mjs';

const kReconnectMs = 100;

/** Connections by name, kept up: whoever loses one dials the next address until it is there again. */
class WebSocketService {
  constructor(urls) {
    this.urls = urls;
    this.connections = new Map();
  }

  connectToGuide(token) {
    return this.connect('guide', '/api/ws/guide', token);
  }

  connectToLiaison(pillar, token) {
    return this.connect(`liaison:${pillar}`, `/api/ws/liaison/${pillar}`, token);
  }

  async connect(name, path, token) {
    const id = `${name}#${randomUUID()}`;
    const connection = { path, token, handlers: [], messages: [], closes: [], attempt: 0, wanted: true };
    this.connections.set(id, connection);
    this.dial(connection);
    await eventually(() => connection.socket.readyState >= WebSocket.OPEN, `the connection ${name}`);
    return id;
  }

  dial(connection) {
    const base = this.urls[connection.attempt++ % this.urls.length].replace(/^http/, 'ws');
    const query = connection.token === undefined ? '' : `?session_token=${encodeURIComponent(connection.token)}`;
    const socket = new WebSocket(base + connection.path + query);
    connection.socket = socket;
    const heartbeat = setInterval(() => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'ping' }));
    }, 30_000);
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString());
      connection.messages.push(message);
      for (const { type, handler } of connection.handlers) if (type === message.type) handler(message);
    });
    socket.on('error', () => {});
    socket.on('close', (code) => {
      clearInterval(heartbeat);
      connection.closes.push(code);
      if (connection.wanted && code !== 4401 && code !== 4403) {
        setTimeout(() => connection.wanted && this.dial(connection), kReconnectMs);
      }
    });
  }

  /** What came before anybody asked for it comes, too. */
  subscribe(id, type, handler) {
    const connection = this.connections.get(id);
    for (const message of connection.messages) if (type === message.type) handler(message);
    connection.handlers.push({ type, handler });
  }

  sendMessage(id, message) {
    this.connections.get(id).socket.send(JSON.stringify({ timestamp: new Date().toISOString(), ...message }));
  }

  messages(id, type) {
    return this.connections.get(id).messages.filter((one) => type === undefined || one.type === type);
  }

  disconnect(id, code = 1000) {
    const connection = this.connections.get(id);
    connection.wanted = false;
    connection.socket.close(code);
    return eventually(() => connection.socket.readyState === WebSocket.CLOSED, 'the close');
  }
}

/** What the screen shows: each answer's pieces by their places, and how many came. */
class Chat {
  constructor(service, id, token, agent = 'guide_agent') {
    Object.assign(this, { service, id, token, agent, texts: new Map(), complete: [], pieces: 0 });
    service.subscribe(id, 'agent_streaming', (message) => {
      const pieces = this.texts.get(message.message_id) ?? [];
      pieces[message.stream_index] = message.message;
      this.texts.set(message.message_id, pieces);
      this.pieces += 1;
    });
    service.subscribe(id, 'agent_complete', (message) => this.complete.push(message));
  }

  send(message) {
    this.service.sendMessage(this.id, {
      type: 'user_message',
      message,
      session_token: this.token,
      agent: this.agent,
    });
  }

  /** Without holes, or it is no text. */
  text(messageId) {
    const pieces = this.texts.get(messageId) ?? [];
    for (let i = 0; i < pieces.length; i += 1) assert.equal(typeof pieces[i], 'string', `there is no piece ${i}`);
    return pieces.join('');
  }

  answered(count = 1) {
    return eventually(() => this.complete.length >= count && this.complete[count - 1], `answer ${count}`);
  }
}

const kLong = 'Tell me all of it @seconds=6 @words=150';
let cluster;
let service;
const open = [];

before(async () => {
  cluster = await openCluster({ edges: 2 });
  service = new WebSocketService(cluster.urls);
});
after(() => cluster?.close());

async function guide(token, on = service) {
  const id = await on.connectToGuide(token);
  open.push(id);
  return new Chat(on, id, token);
}

test('a user talks with the guide', async () => {
  const token = randomUUID();
  const chat = await guide(token);
  await eventually(() => service.messages(chat.id, 'session_created').length === 1, 'session_created');
  const [hello] = service.messages(chat.id);
  assert.equal(hello.type, 'session_created');
  assert.equal(hello.session_token, token);
  chat.send('Good morning @seconds=1');
  const answer = await chat.answered();
  assert.equal(chat.text(answer.message_id), answer.message);
  assert.match(answer.message, /Good morning/);
  await eventually(
    () => service.messages(chat.id, 'status_update').some(({ status }) => status === 'completed'),
    'the end',
  );
  chat.send('And again @seconds=1');
  const second = await chat.answered(2);
  assert.match(second.message, /And again/);
  for (const message of service.messages(chat.id)) {
    assert.equal(message.session_id, hello.session_id);
    assert.ok(!Number.isNaN(Date.parse(message.timestamp)), message.timestamp);
    assert.ok(!Object.values(message).includes(null), JSON.stringify(message));
  }
  await service.disconnect(chat.id);
});

test('each pillar has a liaison, and another one does not', async () => {
  const token = randomUUID();
  for (const pillar of ['content', 'insights', 'operations', 'business_outcomes']) {
    const id = await service.connectToLiaison(pillar, token);
    const chat = new Chat(service, id, token, 'liaison_agent');
    chat.send('Good day @seconds=0');
    const answer = await chat.answered();
    assert.equal(answer.pillar, pillar);
    await service.disconnect(id);
  }
  const refused = new WebSocket(`${cluster.urls[0].replace(/^http/, 'ws')}/api/ws/liaison/gardening`);
  const status = await new Promise((resolve) => {
    refused.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    refused.on('error', () => {});
  });
  assert.equal(status, 404);
});

test('a mistake names the field, and the connection lives on', async () => {
  const chat = await guide(randomUUID());
  service.sendMessage(chat.id, { type: 'user_message', message: 7 });
  const error = await eventually(() => service.messages(chat.id, 'error_message')[0], 'the error');
  assert.equal(error.error_code, 'invalid_message');
  assert.deepEqual(error.error_details, { field: 'message', expected: 'a string', got: 'a number' });
  service.sendMessage(chat.id, { type: 'ping' });
  await eventually(() => service.messages(chat.id, 'pong').length === 1, 'pong');
  await service.disconnect(chat.id);
});

test('a token may come with the first message', async () => {
  const token = randomUUID();
  const id = await service.connect('guide', '/api/ws/guide', undefined);
  const chat = new Chat(service, id, token);
  chat.send('Good day @seconds=0');
  await chat.answered();
  assert.equal(service.messages(id)[0].type, 'session_created');
  await service.disconnect(id);
});

test('a token may come in the header', async () => {
  const token = randomUUID();
  const socket = new WebSocket(`${cluster.urls[0].replace(/^http/, 'ws')}/api/ws/guide`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const hello = await new Promise((resolve) => socket.on('message', (data) => resolve(JSON.parse(data.toString()))));
  assert.equal(hello.type, 'session_created');
  assert.equal(hello.session_token, token);
  socket.close();
});

test('two connections of one session on two edges both get everything', async () => {
  const token = randomUUID();
  const one = await guide(token);
  const other = await guide(token, new WebSocketService([...cluster.urls].reverse()));
  await eventually(() => other.service.messages(other.id).length > 0, 'the greeting');
  one.send('Hello to both @seconds=1');
  const [here, there] = await Promise.all([one.answered(), other.answered()]);
  assert.equal(here.message_id, there.message_id);
  assert.equal(one.text(here.message_id), other.text(here.message_id));
  const said = await eventually(() => other.service.messages(other.id, 'user_message')[0], 'what was said');
  assert.equal(said.message, 'Hello to both @seconds=1');
  assert.equal(service.messages(one.id, 'user_message').length, 0);
  await Promise.all([service.disconnect(one.id), other.service.disconnect(other.id)]);
});

test('a second message while the agent works is its next input', async () => {
  const chat = await guide(randomUUID());
  chat.send('The first @seconds=2');
  await eventually(() => chat.pieces > 0, 'the first piece');
  chat.send('The second @seconds=0');
  const [first, second] = [await chat.answered(1), await chat.answered(2)];
  assert.match(second.message, /The second/);
  assert.equal(first.metadata.task, second.metadata.task);
  await service.disconnect(chat.id);
});

test('after a clean close nothing comes twice and nothing is missing', async () => {
  const token = randomUUID();
  const chat = await guide(token);
  chat.send(kLong);
  await eventually(() => chat.pieces >= 10, 'the first pieces');
  await service.disconnect(chat.id);
  const again = await guide(token);
  await eventually(() => again.pieces > 0, 'the next piece');
  const answer = await again.answered();
  const before_ = chat.texts.get(answer.message_id) ?? [];
  const after_ = again.texts.get(answer.message_id);
  assert.equal(service.messages(again.id)[0].type, 'session_updated');
  assert.equal(service.messages(again.id)[0].session_id, service.messages(chat.id)[0].session_id);
  for (let i = 0; i < before_.length; i += 1) assert.ok(!(i in after_), `piece ${i} came twice`);
  const whole = Array.from(after_, (piece, i) => before_[i] ?? piece);
  assert.equal(whole.join(''), answer.message);
  await service.disconnect(again.id);
});

test('what is answered while nobody is there comes on coming back', async () => {
  const token = randomUUID();
  const chat = await guide(token);
  chat.send('Think about it @seconds=2');
  await eventually(() => chat.pieces > 0, 'the first piece');
  await service.disconnect(chat.id);
  await eventually(async () => {
    const answer = await fetch(`${cluster.urls[0]}/v1/tasks?state=RUNNING&kind=agent.guide`);
    return (await answer.json()).tasks.length === 0;
  }, 'the end of the answer');
  const again = await guide(token);
  const answer = await again.answered();
  assert.match(answer.message, /Think about it/);
  await service.disconnect(again.id);
  const third = await guide(token);
  await eventually(() => service.messages(third.id, 'session_updated').length === 1, 'the greeting');
  third.send('Next @seconds=0');
  const next = await third.answered();
  assert.match(next.message, /Next/);
  await service.disconnect(third.id);
});

test('a user whose edge is killed in mid answer misses nothing on the next one', async () => {
  const token = randomUUID();
  const chat = await guide(token);
  chat.send(kLong);
  await eventually(() => chat.pieces >= 25, 'the first pieces');
  await cluster.kill('edge-1');
  const answer = await chat.answered();
  assert.deepEqual(service.connections.get(chat.id).closes, [1006]);
  assert.equal(chat.text(answer.message_id), answer.message);
  assert.equal(answer.message.split(' ').length, 150);
  assert.equal(service.messages(chat.id, 'session_created').length, 1);
  assert.equal(service.messages(chat.id, 'session_updated').length, 1);
  await service.disconnect(chat.id);
});

test('nothing is missing when the edge is killed at once, or again and again', async () => {
  const token = randomUUID();
  const chat = await guide(token);
  chat.send(kLong);
  for (const edge of ['edge-1', 'edge-2']) {
    const shown = chat.pieces;
    await eventually(() => chat.pieces > shown + 5, 'some pieces');
    await cluster.kill(edge);
  }
  const answer = await chat.answered();
  assert.equal(chat.text(answer.message_id), answer.message);
  await service.disconnect(chat.id);
});

test('nothing is missing when the broker and then the edge is killed', async () => {
  const token = randomUUID();
  const chat = await guide(token);
  chat.send(kLong);
  await eventually(() => chat.pieces >= 10, 'the first pieces');
  await cluster.kill('broker');
  const shown = chat.pieces;
  await eventually(() => chat.pieces > shown + 5, 'some pieces');
  await cluster.kill('edge-1');
  const answer = await chat.answered();
  assert.equal(chat.text(answer.message_id), answer.message);
  chat.send('Are you there? @seconds=0');
  assert.match((await chat.answered(2)).message, /Are you there/);
  await service.disconnect(chat.id);
});

test('health counts the connections of an edge', async () => {
  const chat = await guide(randomUUID());
  const health = await (await fetch(`${cluster.urls[0]}/api/ws/health`)).json();
  assert.equal(health.status, 'healthy');
  assert.equal(health.connections.total, health.connections.by_realm.dev);
  assert.ok(health.connections.by_endpoint.guide >= 1);
  assert.equal(typeof health.messages_per_s.in, 'number');
  assert.equal(typeof health.messages_per_s.out, 'number');
  assert.equal(typeof health.oldest_unanswered_ping_ms, 'number');
  await service.disconnect(chat.id);
});

test('a session that nobody was in, and a connection that says nothing, end after their times', async () => {
  const settings = { LONGWIRE_SESSIONS_KEEP_S: '1', LONGWIRE_HEARTBEAT_MS: '500' };
  Object.assign(process.env, settings);
  const short = await openCluster({ edges: 1 }).finally(() => {
    for (const name of Object.keys(settings)) delete process.env[name];
  });
  try {
    const silent = new WebSocket(`${short.urls[0].replace(/^http/, 'ws')}/api/ws/guide`, { autoPong: false });
    const silentClosed = new Promise((resolve) => silent.on('close', resolve));
    const quick = new WebSocketService(short.urls);
    const token = randomUUID();
    const first = await guide(token, quick);
    await eventually(() => quick.messages(first.id, 'session_created').length === 1, 'session_created');
    await quick.disconnect(first.id);
    const id = await eventually(async () => {
      const next = await quick.connectToGuide(token);
      const hello = await eventually(() => quick.messages(next)[0], 'the first answer');
      if (hello.type === 'session_expired') return next;
      await quick.disconnect(next);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      return undefined;
    }, 'the end of the session');
    await eventually(() => quick.connections.get(id).closes[0] === 4401, 'the close');
    assert.equal(await silentClosed, 4408);
  } finally {
    await short.close();
  }
});
