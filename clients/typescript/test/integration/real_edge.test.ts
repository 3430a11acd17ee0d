import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { connect, type Client, type ConnectOptions, type Event } from '../../src/index';
import { eventually, openCluster, type Cluster } from '../support/cluster';
import { HistoryCheck } from '../support/history_check';
import { Relay } from '../support/relay';

let cluster: Cluster;
const clients: Client[] = [];

beforeAll(async () => {
  cluster = await openCluster();
});

afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

afterAll(async () => {
  await cluster.close();
});

function client(urls: string | string[] = cluster.urls, options: ConnectOptions = {}): Client {
  const one = connect(urls, { webSocket: WebSocket, backoff: { base_ms: 50, cap_ms: 500 }, ...options });
  clients.push(one);
  return one;
}

const connected = (one: Client) => eventually(() => one.state.kind === 'connected', 'a connection');
const unique = (name: string) => `${name}-${Math.random().toString(36).slice(2)}`;

const ways: [string, ConnectOptions][] = [
  ['JSON', {}],
  ['MessagePack', { encoding: 'msgpack' }],
  ['Server-Sent Events', { transport: 'sse' }],
];

describe.each(ways)('over %s', (name, options) => {
  const socket_only = name === 'Server-Sent Events' ? it.skip : it;

  it('a task is started and followed to its end', async () => {
    const one = client(cluster.url, options);
    const { task, topic } = await one.start({ kind: 'demo.count', input: { n: 50 } });
    const types: string[] = [];
    const logs: number[] = [];
    for await (const event of one.subscribe(topic, { from: 'start' })) {
      types.push(event.type);
      if (event.type === 'log') logs.push(event.data.i);
      if (event.type === 'task.completed') break;
    }
    expect(logs).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(types.slice(0, 2)).toEqual(['task.queued', 'task.started']);
    expect(await one.task(task)).toMatchObject({ state: 'COMPLETED', result: { n: 50 } });
    expect((await one.history(topic, { limit: 5 })).events.map(({ offset }) => offset)).toEqual([1, 2, 3, 4, 5]);
  });

  it('kinds tell what they are for and what input they take', async () => {
    const kinds = await client(cluster.url, options).kinds();
    const count = kinds.find(({ kind }) => kind === 'demo.count')!;
    expect(count).toMatchObject({ about: 'Count to n, one log line each.', example: { n: 200, interval_ms: 20 }, workers: 1 });
    expect(count.input_schema).toMatchObject({ type: 'object', required: ['n'] });
  });

  it('a topic is published to and read, and a key is stored once', async () => {
    const one = client(cluster.urls, options);
    const topic = `room/${unique('a')}`;
    const heard: Event[] = [];
    const stream = one.subscribe(topic, { from: 'now', onEvent: (event) => void heard.push(event) });
    await stream.ready;
    const first = await one.publish(topic, 'note', { text: 'grüße', n: 1.5, big: 2 ** 40, list: [null, true] });
    expect(await one.publish(topic, 'note', 'twice', { key: 'k' })).toMatchObject({ offset: 2, duplicate: false });
    expect(await one.publish(topic, 'note', 'twice', { key: 'k' })).toMatchObject({ offset: 2, duplicate: true });
    await eventually(() => heard.length === 2, 'both events');
    expect(heard[0]).toMatchObject({
      topic,
      offset: 1,
      type: 'note',
      data: { text: 'grüße', n: 1.5, big: 2 ** 40, list: [null, true] },
    });
    expect(first.epoch).toBe(stream.place(topic)!.epoch);
    const later: number[] = [];
    one.subscribe(topic, { from: { last: 1 }, onEvent: ({ offset }) => void later.push(offset) });
    await eventually(() => later.length === 1, 'the last event');
    expect(later).toEqual([2]);
  });

  it('a latecomer gets a snapshot and what follows it', async () => {
    const one = client(cluster.urls, options);
    const { task, topic } = await one.start({ kind: 'demo.echo' });
    await one.input(task, { say: 1 });
    await eventually(async () => (await one.task(task)).offset >= 4, 'the answer to the first input');
    const heard: string[] = [];
    const stream = one.subscribe(topic, {
      from: 'snapshot',
      onSnapshot: ({ state }) => void heard.push(state),
      onEvent: ({ type }) => void heard.push(type),
    });
    await stream.ready;
    await one.input(task, { end: true });
    await eventually(() => heard.includes('task.completed'), 'the end');
    expect(heard[0]).toBe('RUNNING');
    expect(heard).not.toContain('task.started');
  });

  it('errors name their code and field', async () => {
    const one = client(cluster.urls, options);
    await expect(one.start({ kind: '' })).rejects.toMatchObject({ code: 'bad_request', field: 'kind' });
    await expect(one.task('nobody')).rejects.toMatchObject({ code: 'not_found' });
    await expect(one.publish('task/x', 'note')).rejects.toMatchObject({ code: 'forbidden' });
    const stream = one.subscribe('room//b', { from: 'start' });
    await expect(stream.ready).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('a task is cancelled', async () => {
    const one = client(cluster.urls, options);
    const { task, topic } = await one.start({ kind: 'demo.sleep', input: { ms: 60_000 } });
    const stream = one.subscribe(topic, { from: 'start' });
    await one.cancel(task, 'enough');
    const types: string[] = [];
    for await (const { type } of stream) {
      types.push(type);
      if (type === 'task.cancelled') break;
    }
    expect(types).toContain('task.cancelled');
  });

  socket_only('who is there is told, and filters hear of all that match', async () => {
    const room = `room/${unique('b')}`;
    const one = client(cluster.urls[0], options);
    const two = client(cluster.urls[1], options);
    const types: string[] = [];
    const stream = one.subscribe('room/#', { onEvent: ({ topic, type }) => topic === room && types.push(type) });
    await stream.ready;
    // The edge answers before its broker has heard of the filter.
    await eventually(async () => {
      await one.publish(room, 'probe');
      return types.includes('probe');
    }, 'the filter being in force');
    const leave = await two.join(room, { as: 'ann', info: { role: 'guide' } });
    await eventually(async () => (await one.presence(room)).length === 1, 'the member');
    expect(await one.presence(room)).toMatchObject([{ id: 'ann', info: { role: 'guide' } }]);
    leave();
    await eventually(() => types.includes('presence.leave'), 'the leaving');
    expect(types.filter((type) => type !== 'probe')).toEqual(['presence.join', 'presence.leave']);
  });
});

it('without a WebSocket there are Server-Sent Events, and with a blocked one as well', async () => {
  class Blocked extends WebSocket {
    constructor() {
      super('ws://127.0.0.1:1/');
    }
  }
  const one = client(cluster.urls, { webSocket: Blocked });
  await connected(one);
  expect(one.state).toMatchObject({ kind: 'connected', hello: { connection: 'sse' } });
  const { topic } = await one.start({ kind: 'demo.count', input: { n: 5 } });
  for await (const { type } of one.subscribe(topic, { from: 'start' })) if (type === 'task.completed') break;
});

describe.each(ways)('nothing is lost and nothing comes twice over %s when', (_, options) => {
  async function followed(one: Client, n: number, interval_ms: number) {
    const { topic } = await one.start({ kind: 'demo.count', input: { n, interval_ms } });
    const check = new HistoryCheck();
    const logs: number[] = [];
    let is_over = false;
    one.subscribe(topic, {
      from: 'start',
      ...check.options,
      onEvent: (event) => {
        check.options.onEvent!(event);
        if (event.type === 'log') logs.push(event.data.i);
        if (event.type === 'task.completed') is_over = true;
      },
    });
    return { check, logs, over: () => eventually(() => is_over, 'the end of the task', 60_000) };
  }

  it('the edge is killed in mid stream', async () => {
    const one = client(cluster.urls, options);
    const { check, logs, over } = await followed(one, 400, 5);
    await eventually(() => logs.length > 50, 'the first lines');
    const { url } = one.state as { url: string };
    await cluster.kill(`edge-${cluster.urls.indexOf(url) + 1}`);
    await over();
    expect(check.problems).toEqual([]);
    expect(logs).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
  });

  it('the broker is killed', async () => {
    const one = client(cluster.urls, options);
    const { check, logs, over } = await followed(one, 400, 5);
    await eventually(() => logs.length > 50, 'the first lines');
    await cluster.kill('broker');
    const published = one.publish(`room/${unique('c')}`, 'note', 1);
    await over();
    expect(check.problems).toEqual([]);
    expect(logs).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect((await published).offset).toBe(1);
  });

  it('the network is cut, again and again', async () => {
    const relay = await Relay.open(cluster.url);
    const one = client(relay.url, options);
    const { check, logs, over } = await followed(one, 400, 5);
    for (let i = 1; i <= 5; i++) {
      await eventually(() => logs.length > 50 * i, 'more lines');
      relay.cut();
    }
    await over();
    expect(check.problems).toEqual([]);
    expect(logs).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    one.close();
    await relay.close();
  });
});

it('what is published while the network hangs is published once when it is back', async () => {
  const relay = await Relay.open(cluster.url);
  const one = client(relay.url);
  const topic = `room/${unique('d')}`;
  await one.publish(topic, 'note', 0);
  relay.hang();
  const said = Array.from({ length: 20 }, (_, i) => one.publish(topic, 'note', i + 1));
  one.check();
  await eventually(() => one.state.kind !== 'connected', 'the loss of the connection');
  said.push(...Array.from({ length: 20 }, (_, i) => one.publish(topic, 'note', i + 21)));
  relay.heal();
  await Promise.all(said);
  const { events } = await one.history(topic, { limit: 1_000 });
  expect(events.map(({ data }) => data)).toEqual(Array.from({ length: 41 }, (_, i) => i));
  one.close();
  await relay.close();
});

it('a task that ends with its client lives while that comes back', async () => {
  const relay = await Relay.open(cluster.url);
  const one = client(relay.url);
  const started = await one.start({
    kind: 'demo.count',
    input: { n: 300, interval_ms: 10 },
    on_disconnect: 'cancel',
    disconnect_grace_s: 2,
  });
  relay.cut();
  await eventually(async () => (await one.task(started.task)).state === 'COMPLETED', 'the end');
  one.close();
  await relay.close();
});
