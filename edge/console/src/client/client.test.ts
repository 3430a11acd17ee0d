import { beforeEach, describe, expect, it } from 'vitest';
import { Client, type ClientOptions, type ConnectionState } from './client';
import { FakeSocket, ManualClock, settled } from './fakes';
import type { Event, Gap } from './types';

let clock: ManualClock;
let sockets: FakeSocket[];
let states: ConnectionState[];

beforeEach(() => {
  clock = new ManualClock();
  sockets = [];
  states = [];
});

const socket = () => sockets[sockets.length - 1]!;
const event = (offset: number, topic = 'task/a'): Event => ({ topic, offset, type: 'log', time_us: offset, data: {} });
const reply = (offset: number, epoch = 'e1') => ({
  topic: 'task/a',
  epoch,
  offset,
  head: offset,
  tail: 1,
  resumed: true,
});

function make(options: Partial<ClientOptions> = {}): Client {
  const client = new Client({
    url: 'ws://edge/v1/ws',
    clock,
    random: () => 0.5,
    backoff: { base_ms: 1_000, cap_ms: 8_000 },
    createSocket: (url, protocols) => {
      sockets.push(new FakeSocket(url, protocols));
      return socket();
    },
    ...options,
  });
  client.onConnection((state) => states.push(state));
  return client;
}

async function greet(hello: object = {}): Promise<void> {
  socket().open();
  await settled();
  socket().ok(socket().command('hello'), { connection: 'c1', user: 'dev', heartbeat_ms: 25_000, ...hello });
  await settled();
}

async function connected(options: Partial<ClientOptions> = {}): Promise<Client> {
  const client = make(options);
  client.connect();
  await greet();
  return client;
}

function recorder() {
  const offsets: number[] = [];
  const gaps: Gap[] = [];
  const resets: number[] = [];
  return {
    offsets,
    gaps,
    resets,
    listener: {
      onEvent: (e: Event) => void offsets.push(e.offset),
      onGap: (gap: Gap) => void gaps.push(gap),
      onReset: () => void resets.push(offsets.length),
    },
  };
}

describe('connecting', () => {
  it('says hello with the token, in the JSON subprotocol', async () => {
    const client = await connected({ getToken: () => 'secret' });
    expect(socket().protocols).toEqual(['longwire.v1.json']);
    expect(socket().command('hello').token).toBe('secret');
    expect(client.connection).toMatchObject({ kind: 'connected', info: { user: 'dev' } });
  });

  it('comes back with exponential backoff and full jitter', async () => {
    await connected();
    socket().hangUp();
    for (const [attempt, delay_ms] of [500, 1_000, 2_000, 4_000, 4_000].entries()) {
      expect(states.at(-1)).toEqual({
        kind: 'reconnecting',
        attempt: attempt + 1,
        retry_at_ms: clock.now() + delay_ms,
        reason: 'connection lost',
      });
      const before = sockets.length;
      clock.advance(delay_ms - 1);
      expect(sockets.length).toBe(before);
      clock.advance(1);
      expect(sockets.length).toBe(before + 1);
      socket().hangUp();
    }
  });

  it('begins with short delays again only after a connection that held', async () => {
    await connected();
    socket().hangUp();
    clock.advance(500);
    await greet();
    socket().hangUp();
    expect(states.at(-1)).toMatchObject({ kind: 'reconnecting', attempt: 2 });
    clock.advance(1_000);
    await greet();
    clock.advance(6_000);
    socket().hangUp();
    expect(states.at(-1)).toMatchObject({ kind: 'reconnecting', attempt: 1 });
  });

  it('leaves a draining edge after the delay it was given, and then reconnects at once', async () => {
    await connected();
    socket().push({ notice: 'draining', reconnect_ms: 300 });
    clock.advance(299);
    expect(sockets.length).toBe(1);
    clock.advance(1);
    expect(sockets[0]!.closed).toBe(1000);
    clock.advance(0);
    expect(sockets.length).toBe(2);
  });

  it('keeps to the draining delay when the edge closes first', async () => {
    await connected();
    socket().push({ notice: 'draining', reconnect_ms: 300 });
    clock.advance(100);
    socket().hangUp(1012);
    clock.advance(199);
    expect(sockets.length).toBe(1);
    clock.advance(1);
    expect(sockets.length).toBe(2);
  });

  it('waits for a new token after 4401 and for a person after 4403', async () => {
    let token = 'old';
    const client = await connected({ getToken: () => token });
    socket().hangUp(4401, 'token expired');
    expect(client.connection).toEqual({ kind: 'unauthorized', reason: 'token expired' });
    clock.advance(60_000);
    expect(sockets.length).toBe(1);
    token = 'new';
    client.retry();
    await greet();
    expect(socket().command('hello').token).toBe('new');
    socket().hangUp(4403);
    expect(client.connection).toEqual({ kind: 'failed', code: 4403, reason: 'not allowed here' });
    client.checkLiveness();
    clock.advance(60_000);
    expect(sockets.length).toBe(2);
  });

  it('comes back on a new connection after a message it can not read', async () => {
    for (const data of ['{"id":', 'null', '7']) {
      const client = await connected();
      socket().onmessage!({ data });
      expect(client.connection).toMatchObject({ kind: 'reconnecting', reason: 'unreadable message' });
    }
  });

  it('waits for a new token when hello is refused', async () => {
    const client = make();
    client.connect();
    socket().open();
    await settled();
    socket().push({ id: socket().command('hello').id, error: { code: 'unauthorized', message: 'bad token' } });
    expect(client.connection).toEqual({ kind: 'unauthorized', reason: 'bad token' });
  });

  it('pings after a silence and gives up a connection that does not answer', async () => {
    const client = await connected();
    clock.advance(25_000);
    await settled();
    socket().ok(socket().command('ping'), { time_us: 1 });
    clock.advance(25_000);
    await settled();
    expect(socket().command('ping', 1)).toBeDefined();
    clock.advance(10_000);
    expect(client.connection).toMatchObject({ kind: 'reconnecting', reason: 'no sign of life' });
  });

  it('finds out within seconds whether it lives when asked to', async () => {
    const client = await connected();
    client.checkLiveness();
    clock.advance(3_000);
    expect(client.connection.kind).toBe('reconnecting');
    client.checkLiveness();
    expect(sockets.length).toBe(2);
  });

  it('refreshes a token that is about to expire', async () => {
    await connected({ getToken: () => 'newer' });
    socket().push({ notice: 'token_expiring', expires_us: 5 });
    await settled();
    expect(socket().command('refresh').token).toBe('newer');
  });
});

describe('commands', () => {
  it('matches answers to commands by id, in any order', async () => {
    const client = await connected();
    const one = client.state('a');
    const two = client.state('b');
    await settled();
    expect(socket().frames.at(-1)!.split('\n').length).toBe(2);
    socket().ok(socket().command('state', 1), { task: 'b' });
    socket().ok(socket().command('state', 0), { task: 'a' });
    expect((await one).task).toBe('a');
    expect((await two).task).toBe('b');
  });

  it('rejects with the code and the field of an error', async () => {
    const client = await connected();
    const started = client.start({ kind: '' });
    await settled();
    socket().push({
      id: socket().command('start').id,
      error: { code: 'bad_request', message: 'kind is empty', field: 'kind' },
    });
    await expect(started).rejects.toMatchObject({ code: 'bad_request', field: 'kind', message: 'kind is empty' });
  });

  it('times out after 10 s', async () => {
    const client = await connected();
    const state = client.state('a');
    const outcome = expect(state).rejects.toMatchObject({ code: 'timeout' });
    clock.advance(10_000);
    await outcome;
  });

  it('asks again after a reconnect where that does no harm, and says so where it might', async () => {
    const client = await connected();
    const state = client.state('a');
    const keyed = client.start({ kind: 'x', key: 'k' });
    const plain = client.start({ kind: 'x' });
    const outcome = expect(plain).rejects.toMatchObject({ code: 'disconnected' });
    await settled();
    socket().hangUp();
    await outcome;
    clock.advance(500);
    await greet();
    socket().ok(socket().command('state'), { task: 'a' });
    socket().ok(socket().command('start'), { task: 'n', created: false });
    expect((await state).task).toBe('a');
    expect((await keyed).task).toBe('n');
    expect(socket().sent.filter((sent) => sent.cmd === 'start').length).toBe(1);
  });
});

describe('subscriptions', () => {
  it('delivers what follows the answer in the same frame', async () => {
    const client = await connected();
    const { listener, offsets } = recorder();
    client.subscribe('task/a', 'start', listener);
    await settled();
    const sent = socket().command('subscribe');
    expect(sent).toMatchObject({ topic: 'task/a', from: 'start' });
    const events = Array.from({ length: 3_000 }, (_, i) => event(i + 1));
    socket().push({ id: sent.id, ok: reply(0) }, ...events);
    expect(offsets.length).toBe(3_000);
    await settled();
    expect(socket().sent.filter((s) => s.cmd === 'subscribe').length).toBe(1);
  });

  it('resumes after the last offset and drops doubles', async () => {
    const client = await connected();
    const { listener, offsets, gaps } = recorder();
    client.subscribe('task/a', 'start', listener);
    await settled();
    socket().ok(socket().command('subscribe'), reply(0));
    socket().push(event(1), event(2), event(2), event(3));
    socket().hangUp();
    clock.advance(500);
    await greet();
    const again = socket().command('subscribe');
    expect(again.from).toEqual({ epoch: 'e1', offset: 3 });
    socket().ok(again, reply(3));
    socket().push(event(3), event(4));
    expect(offsets).toEqual([1, 2, 3, 4]);
    expect(gaps).toEqual([]);
  });

  it('fetches a hole again, and calls it missing when it does not come', async () => {
    const client = await connected();
    const { listener, offsets, gaps } = recorder();
    client.subscribe('task/a', 'start', listener);
    await settled();
    socket().ok(socket().command('subscribe'), reply(0));
    socket().push(event(1), event(3), event(4));
    await settled();
    expect(offsets).toEqual([1]);
    expect(socket().command('unsubscribe').topic).toBe('task/a');
    expect(socket().command('subscribe', 1).from).toEqual({ epoch: 'e1', offset: 1 });
    socket().ok(socket().command('subscribe', 1), reply(1));
    socket().push(event(2), event(3), event(4));
    expect(offsets).toEqual([1, 2, 3, 4]);
    socket().push(event(6));
    await settled();
    socket().ok(socket().command('subscribe', 2), reply(4));
    socket().push(event(6), event(7));
    expect(offsets).toEqual([1, 2, 3, 4, 6, 7]);
    expect(gaps).toEqual([{ topic: 'task/a', from: 5, to: 5, reason: 'missing' }]);
  });

  it('tells gaps and goes on after them', async () => {
    const client = await connected();
    const { listener, offsets, gaps } = recorder();
    client.subscribe('task/a', 'start', listener);
    await settled();
    socket().ok(socket().command('subscribe'), reply(0));
    const gap = { topic: 'task/a', from: 2, to: 9, reason: 'slow' };
    socket().push(event(1), { gap }, event(10));
    expect(gaps).toEqual([gap]);
    expect(offsets).toEqual([1, 10]);
  });

  it('starts over when the log is a new one', async () => {
    const client = await connected();
    const { listener, offsets, resets } = recorder();
    client.subscribe('task/a', 'start', listener);
    await settled();
    socket().ok(socket().command('subscribe'), reply(0));
    socket().push(event(1), event(2));
    socket().push({ gap: { topic: 'task/a', from: 1, to: 2, reason: 'epoch_changed' } });
    await settled();
    expect(socket().command('subscribe', 1).from).toBe('start');
    socket().ok(socket().command('subscribe', 1), reply(0, 'e2'));
    socket().push({ gap: { topic: 'task/a', from: 1, to: 2, reason: 'epoch_changed' } }, event(1));
    await settled();
    expect(resets).toEqual([2]);
    expect(offsets).toEqual([1, 2, 1]);
    expect(socket().sent.filter((s) => s.cmd === 'subscribe').length).toBe(2);
  });

  it('is not confused by events of the subscription before', async () => {
    const client = await connected();
    const first = recorder();
    const off = client.subscribe('task/a', 'now', first.listener);
    await settled();
    socket().ok(socket().command('subscribe'), reply(56));
    off();
    const second = recorder();
    client.subscribe('task/a', 'start', second.listener);
    await settled();
    socket().push(event(57), event(58));
    socket().ok(socket().command('subscribe', 1), reply(0));
    socket().push(event(1), event(2));
    expect(first.offsets).toEqual([]);
    expect(second.offsets).toEqual([1, 2]);
  });

  it('subscribes to filters again after a reconnect and gives an event to both its readers', async () => {
    const client = await connected();
    const seen: number[] = [];
    let subscribed = 0;
    client.subscribeFilter('task/+', { onEvent: (e) => seen.push(e.offset), onSubscribed: () => subscribed++ });
    const { listener, offsets } = recorder();
    client.subscribe('task/a', 'start', listener);
    await settled();
    socket().ok(socket().command('subscribe', 0), { filter: 'task/+' });
    socket().ok(socket().command('subscribe', 1), reply(0));
    socket().push(event(1), event(9, 'room/b'));
    expect([seen, offsets]).toEqual([[1], [1]]);
    socket().hangUp();
    clock.advance(500);
    await greet();
    socket().ok(socket().command('subscribe', 0), { filter: 'task/+' });
    expect(subscribed).toBe(2);
  });

  it('tells the filter it is about that events are missing, and not which', async () => {
    const client = await connected();
    const missed: string[] = [];
    const onEvent = () => undefined;
    client.subscribeFilter('task/+', { onEvent, onMissed: (gap) => void missed.push(gap.reason) });
    client.subscribeFilter('room/+', { onEvent, onMissed: () => void missed.push('another') });
    await settled();
    socket().push({ gap: { filter: 'task/+', reason: 'link_lost' } });
    expect(missed).toEqual(['link_lost']);
  });

  it('tries again when the broker is away, and ends when it is refused', async () => {
    const client = await connected();
    const errors: string[] = [];
    client.subscribe('task/a', 'start', { onEvent: () => undefined, onError: (e) => errors.push(e.code) });
    await settled();
    const refuse = (nth: number, error: object) =>
      socket().push({ id: socket().command('subscribe', nth).id, error: { message: '', ...error } });
    refuse(0, { code: 'unavailable', retry_after_ms: 200 });
    clock.advance(200);
    await settled();
    refuse(1, { code: 'forbidden' });
    expect(errors).toEqual(['forbidden']);
  });
});
