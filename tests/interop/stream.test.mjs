// A chat's page as its document has it: one hook that keeps the socket, its heartbeat and its reconnects, and puts what
// it hears into stores. With the library `ws`, which is a browser's WebSocket to it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';

import { eventually, openCluster } from '../support/cluster.mjs';

const kCancelMs = 250;

/** The hook: `sendChat`, `cancelTask`, `disconnect`; and the stores, as plain fields. */
class Hook {
  status = 'disconnected';
  messages = [];
  agents = {};
  toolCalls = [];
  progress = null;
  tokens = [];
  heard = [];
  isLoading = false;
  reconnects = 0;
  pongs = 0;

  constructor(url, { heartbeatInterval = 30_000, reconnectInterval = 200, resumes = false } = {}) {
    Object.assign(this, { url, heartbeatInterval, reconnectInterval, resumes });
    this.connect();
  }

  connect() {
    const query = this.resumes && this.resume ? `?resume=${this.resume}` : '';
    const ws = new WebSocket(`${this.url.replace('http', 'ws')}/ws/stream${query}`);
    this.socket = ws;
    ws.onopen = () => {
      this.status = 'connected';
      this.heartbeat = setInterval(() => {
        if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify({ type: 'ping', payload: {} }));
      }, this.heartbeatInterval);
    };
    ws.onclose = (event) => {
      this.status = 'disconnected';
      clearInterval(this.heartbeat);
      if (event.wasClean || this.reconnects >= 20) return;
      this.reconnects += 1;
      this.timer = setTimeout(() => this.connect(), this.reconnectInterval);
    };
    ws.onerror = () => {};
    ws.onmessage = (event) => this.handleEvent(JSON.parse(event.data));
  }

  handleEvent(event) {
    this.heard.push(event);
    switch (event.type) {
      case 'welcome':
        this.resume = event.resume;
        break;
      case 'agent_step':
        this.agents[event.agent] = event.status === 'working' ? 'working' : 'completed';
        break;
      case 'tool_call':
        this.toolCalls.push(event);
        break;
      case 'progress':
        this.progress = [event.current_turn, event.max_turns];
        break;
      case 'token':
        this.tokens.push(event);
        break;
      case 'result':
        this.messages.push({ role: 'assistant', content: event.content, agentsUsed: event.agents_used });
        this.isLoading = false;
        break;
      case 'error':
        this.messages.push({ role: 'assistant', content: `**Error:** ${event.message}\n\n${event.details || ''}` });
        this.isLoading = false;
        break;
      case 'cancelled':
        this.isLoading = false;
        break;
      case 'pong':
        this.pongs += 1;
        break;
    }
  }

  send(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  sendChat(message) {
    this.isLoading = true;
    return this.send({ type: 'chat', payload: { message: message.trim() } });
  }

  cancelTask() {
    return this.send({ type: 'cancel', payload: {} });
  }

  disconnect() {
    clearTimeout(this.timer);
    clearInterval(this.heartbeat);
    this.socket.close(1000, 'User disconnected');
  }

  of(type) {
    return this.heard.filter((event) => event.type === type);
  }
}

let cluster;
before(async () => {
  cluster = await openCluster({ edges: 2 });
});
after(async () => {
  await cluster?.close();
});

async function withHook(work, options, url = cluster.url) {
  const hook = new Hook(url, options);
  try {
    await eventually(() => hook.resume, 'the welcome');
    await work(hook);
  } finally {
    hook.disconnect();
  }
}

async function tasks(query = '') {
  return (await (await fetch(`${cluster.url}/v1/tasks?kind=agent.chat${query}`)).json()).tasks;
}

async function whyCancelled(task) {
  const { events } = await (await fetch(`${cluster.url}/v1/topics/task/${task}/events?limit=1000`)).json();
  return events.find(({ type }) => type === 'task.cancelling' || type === 'task.cancelled').data.reason;
}

/** Each text as its tokens spell it; a token that comes twice counts once. */
function spelled(tokens) {
  const texts = new Map();
  for (const { stream, index, text } of tokens) {
    if (!texts.has(stream)) texts.set(stream, []);
    texts.get(stream)[index] = text;
  }
  for (const pieces of texts.values()) assert.ok(!pieces.includes(undefined), 'a token is missing');
  return [...texts.values()].map((pieces) => pieces.join(''));
}

test('a chat is answered, with agents, tools, progress and tokens on the way', () =>
  withHook(async (hook) => {
    assert.ok(hook.sendChat('Analyze Bitcoin @seconds=1'));
    await eventually(() => !hook.isLoading, 'the answer');
    assert.equal(hook.messages.length, 1);
    const { content, agentsUsed } = hook.messages[0];
    assert.match(content, /Analyze Bitcoin/);
    assert.ok(agentsUsed.length > 0);
    assert.deepEqual(new Set(Object.values(hook.agents)), new Set(['completed']));
    assert.ok(hook.toolCalls.length > 0);
    assert.equal(hook.of('tool_result').length, hook.toolCalls.length);
    assert.equal(hook.progress.length, 2);
    assert.deepEqual(spelled(hook.tokens).at(-1), content);
    assert.equal(hook.of('welcome').length, 1);
    for (const { timestamp } of hook.heard.filter((event) => 'timestamp' in event)) {
      assert.equal(new Date(timestamp).toISOString(), timestamp);
    }
  }));

test('the heartbeat is answered, also while a task runs', () =>
  withHook(
    async (hook) => {
      hook.sendChat('Wait @seconds=2');
      await eventually(() => hook.of('agent_step').length > 0, 'the task');
      const before = hook.pongs;
      await eventually(() => hook.pongs > before + 2, 'pongs');
      assert.ok(hook.isLoading);
    },
    { heartbeatInterval: 50 },
  ));

test('a cancel is obeyed while the task runs', () =>
  withHook(async (hook) => {
    hook.sendChat('Think long @seconds=600');
    await eventually(() => hook.of('agent_step').length > 0, 'the task');
    const asked = performance.now();
    hook.cancelTask();
    await eventually(() => hook.of('cancelled').some((event) => event.message), 'the end of the task');
    const took = performance.now() - asked;
    const [heard, ended] = hook.of('cancelled');
    assert.equal(heard.success, true);
    assert.equal(ended.message, 'Task cancelled');
    console.log(`cancelled within ${took.toFixed(0)} ms (promised: ${kCancelMs} ms on a machine at rest)`);
    hook.cancelTask();
    await eventually(() => hook.of('cancelled').length === 3, 'the second answer');
    assert.equal(hook.of('cancelled')[2].success, false);
  }));

test('a second chat is refused while one runs, and an empty one always', () =>
  withHook(async (hook) => {
    hook.sendChat('   ');
    await eventually(() => hook.messages.length === 1, 'the first error');
    assert.match(hook.messages[0].content, /Empty message/);
    hook.sendChat('Think @seconds=600');
    hook.sendChat('And this');
    await eventually(() => hook.messages.length === 2, 'the second error');
    assert.match(hook.messages[1].content, /A task is already running/);
  }));

test('a failed task is an error', () =>
  withHook(async (hook) => {
    hook.sendChat('Try @fail @seconds=1');
    await eventually(() => !hook.isLoading, 'the end');
    assert.match(hook.messages[0].content, /Error/);
  }));

test('what is wrong is answered, and the connection lives on', () =>
  withHook(async (hook) => {
    hook.socket.send('{');
    hook.socket.send('{"type":"dance"}');
    await eventually(() => hook.messages.length === 2, 'the errors');
    hook.socket.send('{"type":"ping"}');
    await eventually(() => hook.pongs === 1, 'a pong');
  }));

test('who disconnects has its task cancelled at once', async () => {
  const message = `Leave ${Date.now()} @seconds=600`;
  const find = async () => (await tasks()).find(({ input }) => input?.message === message);
  await withHook(async (hook) => {
    hook.sendChat(message);
    await eventually(() => hook.of('agent_step').length > 0, 'the task');
  });
  await eventually(async () => (await find()).state === 'CANCELLED', 'the cancelled task');
  // Not by the broker's grace, which would say so.
  assert.equal(await whyCancelled((await find()).task), 'the client has gone');
});

test('who comes back with its token goes on where it was, at another edge', () =>
  withHook(
    async (hook) => {
      hook.sendChat('Tell me @words=60 @seconds=6');
      await eventually(() => hook.tokens.length > 5, 'tokens');
      hook.url = cluster.urls[1];
      hook.socket.terminate();
      await eventually(() => !hook.isLoading, 'the answer');
      assert.equal(hook.reconnects, 1);
      assert.deepEqual(
        hook.of('welcome').map(({ resumed }) => resumed),
        [false, true],
      );
      assert.equal(new Set(hook.of('welcome').map((event) => event.client_id)).size, 1);
      assert.equal(hook.of('result').length, 1);
      assert.deepEqual(spelled(hook.tokens).at(-1), hook.messages[0].content);
    },
    { resumes: true },
    cluster.urls[0],
  ));

test('a killed edge costs nothing but a reconnect', () =>
  withHook(
    async (hook) => {
      hook.sendChat('Tell me more @words=60 @seconds=6');
      await eventually(() => hook.tokens.length > 5, 'tokens');
      await cluster.kill('edge-1');
      await eventually(() => !hook.isLoading, 'the answer');
      assert.ok(hook.reconnects >= 1);
      assert.deepEqual(spelled(hook.tokens).at(-1), hook.messages[0].content);
    },
    { resumes: true },
    cluster.urls[0],
  ));

test("without the token a new connection begins anew, and the old one's task is cancelled after the grace", async () => {
  const message = `Lost ${Date.now()} @seconds=600`;
  const find = async () => (await tasks()).find(({ input }) => input?.message === message);
  await withHook(async (hook) => {
    hook.sendChat(message);
    await eventually(() => hook.of('agent_step').length > 0, 'the task');
    hook.socket.terminate();
    await eventually(() => hook.of('welcome').length === 2, 'the new connection');
    assert.deepEqual(hook.of('welcome')[1].resumed, false);
    assert.equal((await find()).state, 'RUNNING');
    await eventually(async () => (await find()).state === 'CANCELLED', 'the cancelled task', 60_000);
  });
});
