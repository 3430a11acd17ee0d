// A stand-in for an edge while none is at hand: the part of the native protocol that the page uses, over tasks that
// only pretend to work. All in memory. `npm run mock -- --help` lists its flags.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';
import { Tasks } from './tasks.mjs';

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    token: { type: 'string' },
    seed: { type: 'string', default: '0' },
    help: { type: 'boolean', default: false },
  },
});
if (flags.help) {
  console.log('--port N (0: any)  --token T (let nobody else in)  --seed N (make N tasks at the start)');
  process.exit(0);
}

const kTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const kHeartbeatMs = 25_000;
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const tasks = new Tasks();
tasks.seed(Number(flags.seed));

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://mock');
  // What a test does to the connections: cut them all, or drain the edge.
  if (request.method === 'POST' && url.pathname.startsWith('/mock/')) {
    for (const client of clients) {
      if (url.pathname === '/mock/cut') client.socket.terminate();
      else client.push({ notice: 'draining', reconnect_ms: Math.floor(Math.random() * 500) });
    }
    response.writeHead(204).end();
    return;
  }
  const path = normalize(url.pathname === '/' ? '/index.html' : url.pathname);
  try {
    const body = await readFile(join(dist, path));
    response.writeHead(200, {
      'content-type': kTypes[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
  }
});

const clients = new Set();
const sockets = new WebSocketServer({ server, path: '/v1/ws', handleProtocols: () => 'longwire.v1.json' });

class Client {
  constructor(socket) {
    this.socket = socket;
    this.known = flags.token === undefined;
    this.topics = new Map(); // topic -> the next offset to push
    this.filters = new Set();
    this.outgoing = [];
    socket.on('message', (data) => String(data).split('\n').forEach((line) => this.receive(line)));
    socket.on('close', () => clients.delete(this));
    if (!this.known) this.deadline = setTimeout(() => socket.close(4401, 'no token'), 5_000);
    clients.add(this);
  }

  push(message) {
    if (this.outgoing.length === 0) {
      setImmediate(() => {
        const lines = this.outgoing.splice(0);
        for (let i = 0; i < lines.length; i += 500) this.socket.send(lines.slice(i, i + 500).join('\n'));
      });
    }
    this.outgoing.push(JSON.stringify(message));
  }

  receive(line) {
    if (line.trim() === '') return;
    let command;
    try {
      command = JSON.parse(line);
    } catch {
      this.push({ error: { code: 'bad_request', message: 'not a JSON object' } });
      return;
    }
    const { id } = command;
    try {
      if (command.cmd === 'hello') return this.hello(command);
      if (!this.known) throw { code: 'unauthorized', message: 'say hello with a token first' };
      const act = this[`on_${command.cmd}`];
      if (act === undefined) throw { code: 'bad_request', message: `no command ${command.cmd}`, field: 'cmd' };
      act.call(this, command, (ok) => this.push({ id, ok }));
    } catch (error) {
      if (error instanceof Error) throw error;
      this.push({ id, error });
    }
  }

  hello({ id, token }) {
    if (flags.token !== undefined && token !== flags.token) {
      this.push({ id, error: { code: 'unauthorized', message: token ? 'This token is not valid.' : 'A token is needed.' } });
      setImmediate(() => this.socket.close(4401, 'bad token'));
      return;
    }
    clearTimeout(this.deadline);
    this.known = true;
    this.push({
      id,
      ok: { connection: 'c1', realm: 'dev', user: 'dev', edge: 'mock-1', heartbeat_ms: kHeartbeatMs, max_message_bytes: 1 << 20 },
    });
  }

  on_ping(_, ok) {
    ok({ time_us: Date.now() * 1000 });
  }

  on_subscribe({ topic, filter, from = 'now' }, ok) {
    if (filter !== undefined) {
      this.filters.add(filter);
      ok({ filter });
      return;
    }
    if (this.topics.has(topic)) throw { code: 'conflict', message: `already subscribed to ${topic}` };
    const log = tasks.log(topic);
    const head = log.events.length;
    let offset = from === 'now' ? head : from === 'start' ? 0 : head - Math.min(head, from.last ?? 0);
    const resumed = from.epoch === log.epoch;
    if (from.epoch !== undefined) offset = resumed ? from.offset : 0;
    ok({ topic, epoch: log.epoch, offset, head, tail: head > 0 ? 1 : 0, resumed });
    if (from.epoch !== undefined && !resumed) {
      this.push({ gap: { topic, from: 1, to: from.offset, reason: 'epoch_changed' } });
    }
    this.topics.set(topic, offset);
    this.deliver(topic, log);
  }

  on_unsubscribe({ topic, filter }, ok) {
    this.topics.delete(topic);
    this.filters.delete(filter);
    ok({});
  }

  on_start(command, ok) {
    ok(tasks.start(command));
  }

  on_cancel({ task, reason }, ok) {
    ok(tasks.cancel(task, reason));
  }

  on_input({ task, data }, ok) {
    ok(tasks.input(task, data));
  }

  on_state({ task }, ok) {
    ok(tasks.find(task).snapshot());
  }

  on_tasks({ state, kind, limit = 100, after }, ok) {
    ok(tasks.list({ state, kind, limit, after }));
  }

  on_workers(_, ok) {
    ok({ workers: tasks.workers() });
  }

  on_history({ topic, after = 0, limit = 100 }, ok) {
    const log = tasks.log(topic);
    const events = log.events.slice(after, after + limit);
    ok({ epoch: log.epoch, head: log.events.length, tail: log.events.length > 0 ? 1 : 0, events });
  }

  deliver(topic, log) {
    const next = this.topics.get(topic);
    for (const event of log.events.slice(next)) this.push(event);
    this.topics.set(topic, log.events.length);
  }
}

tasks.onEvent = (topic, log) => {
  for (const client of clients) {
    if (client.topics.has(topic)) client.deliver(topic, log);
    else if (client.filters.has('task/+')) client.push(log.events[log.events.length - 1]);
  }
};

sockets.on('connection', (socket) => new Client(socket));
server.listen(Number(flags.port), '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}`));
