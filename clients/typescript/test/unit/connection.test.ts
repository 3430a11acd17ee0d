import { describe, expect, it } from 'vitest';
import { Bench } from '../support/bench';
import { settled } from '../support/manual_clock';

describe('connecting', () => {
  it('says hello with the token, in the JSON subprotocol, at the edge’s WebSocket', async () => {
    const bench = await Bench.connected({ token: () => 'secret', name: 'mine' });
    expect(bench.socket.url).toBe('ws://edge/v1/ws');
    expect(bench.socket.protocols).toEqual(['longwire.v1.json']);
    expect(bench.socket.command('hello')).toMatchObject({ token: 'secret', client: { name: 'mine' } });
    expect(bench.state).toMatchObject({ kind: 'connected', hello: { user: 'dev' }, url: 'http://edge' });
  });

  it('comes back with exponential backoff and full jitter', async () => {
    const bench = await Bench.connected();
    bench.socket.hangUp();
    for (const [attempt, delay_ms] of [500, 1_000, 2_000, 4_000, 4_000].entries()) {
      expect(bench.state).toEqual({
        kind: 'reconnecting',
        attempt: attempt + 1,
        retry_at_ms: bench.clock.now() + delay_ms,
        reason: 'connection lost',
        code: attempt === 0 ? 1006 : 4901,
      });
      const before = bench.sockets.length;
      await bench.clock.advance(delay_ms - 1);
      expect(bench.sockets.length).toBe(before);
      await bench.clock.advance(1);
      expect(bench.sockets.length).toBe(before + 1);
      expect(bench.state).toMatchObject({ kind: 'reconnecting', attempt: attempt + 1, retry_at_ms: null });
      bench.socket.hangUp();
    }
  });

  it('draws each delay from nothing up to the bound', async () => {
    let random = 0;
    const bench = await Bench.connected({ random: () => random });
    bench.socket.hangUp();
    expect(bench.state).toMatchObject({ retry_at_ms: bench.clock.now() });
    await bench.clock.advance(0);
    random = 0.999;
    bench.socket.hangUp();
    expect(bench.state).toMatchObject({ retry_at_ms: bench.clock.now() + 1_998 });
  });

  it('begins with short delays again only after a connection that held', async () => {
    const bench = await Bench.connected();
    bench.socket.hangUp();
    await bench.clock.advance(500);
    await bench.greet();
    bench.socket.hangUp();
    expect(bench.state).toMatchObject({ kind: 'reconnecting', attempt: 2 });
    await bench.clock.advance(1_000);
    await bench.greet();
    await bench.clock.advance(6_000);
    bench.socket.hangUp();
    expect(bench.state).toMatchObject({ kind: 'reconnecting', attempt: 1 });
  });

  it.each([1012, 4408, 4410])('is back at once after %i, but does not insist', async (code) => {
    const bench = await Bench.connected();
    await bench.clock.advance(6_000);
    bench.socket.hangUp(code);
    await bench.clock.advance(0);
    expect(bench.sockets.length).toBe(2);
    await bench.greet();
    bench.socket.hangUp(code);
    await bench.clock.advance(999);
    expect(bench.sockets.length).toBe(2);
    await bench.clock.advance(1);
    expect(bench.sockets.length).toBe(3);
  });

  it.each([1013, 4429])('takes its time after %i', async (code) => {
    const bench = await Bench.connected();
    bench.socket.hangUp(code);
    expect(bench.state).toMatchObject({ attempt: 1, retry_at_ms: bench.clock.now() + 4_000 });
  });

  it.each([
    [1008, 'closed by policy'],
    [4403, 'not allowed here'],
    [4409, 'replaced by a newer connection'],
  ])('does not come back after %i', async (code, reason) => {
    const bench = await Bench.connected();
    bench.socket.hangUp(code);
    expect(bench.state).toEqual({ kind: 'failed', why: 'refused', code, reason });
    bench.client.check();
    await bench.clock.advance(600_000);
    expect(bench.sockets.length).toBe(1);
    bench.client.retry();
    expect(bench.sockets.length).toBe(2);
  });

  it('goes to the next of several edges when one fails, and stays where it was too slow', async () => {
    const bench = new Bench({ random: () => 0 }, ['http://a', 'http://b:81', 'http://c/base']);
    const urls = () => bench.sockets.map(({ url }) => url);
    bench.socket.hangUp();
    await bench.clock.advance(0);
    await bench.greet();
    bench.socket.hangUp(4410);
    await bench.clock.advance(0);
    bench.socket.hangUp();
    await bench.clock.advance(0);
    expect(urls()).toEqual(['ws://a/v1/ws', 'ws://b:81/v1/ws', 'ws://b:81/v1/ws', 'ws://c/base/v1/ws']);
  });

  it('leaves a draining edge after the delay it was given, and is then back at once', async () => {
    const bench = await Bench.connected();
    bench.socket.push({ notice: 'draining', reconnect_ms: 300 });
    await bench.clock.advance(299);
    expect(bench.sockets.length).toBe(1);
    await bench.clock.advance(1);
    expect(bench.sockets[0]!.closed).toBe(1000);
    expect(bench.sockets.length).toBe(2);
  });

  it('keeps to the draining delay when the edge closes first', async () => {
    const bench = await Bench.connected();
    bench.socket.push({ notice: 'draining', reconnect_ms: 300 });
    await bench.clock.advance(100);
    bench.socket.hangUp(1012);
    await bench.clock.advance(199);
    expect(bench.sockets.length).toBe(1);
    await bench.clock.advance(1);
    expect(bench.sockets.length).toBe(2);
  });

  it('gives up a socket that does not open', async () => {
    const bench = new Bench();
    await bench.clock.advance(10_000);
    expect(bench.sockets[0]!.closed).toBe(4000);
    expect(bench.state).toMatchObject({ kind: 'reconnecting', reason: 'no answer' });
  });

  it('comes back on a new connection after a message it can not read', async () => {
    for (const data of ['{"id":', 'null', '7', '[]', new ArrayBuffer(1)]) {
      const bench = await Bench.connected();
      bench.socket.onmessage!({ data });
      expect(bench.state).toMatchObject({ kind: 'reconnecting', reason: 'unreadable message' });
    }
  });

  it('is closed when it is closed, whoever calls from where', async () => {
    const bench = await Bench.connected();
    bench.client.onState(({ kind }) => kind === 'reconnecting' && bench.client.close());
    bench.socket.hangUp();
    await bench.clock.advance(60_000);
    expect(bench.state).toEqual({ kind: 'closed' });
    expect(bench.sockets.length).toBe(1);
    expect(bench.clock.pending).toBe(0);
  });
});

describe('tokens', () => {
  it('are renewed once after 4401, and then it is for a person to say', async () => {
    const asked: boolean[] = [];
    const bench = await Bench.connected({
      token: async (renew) => {
        asked.push(renew);
        return `t${asked.length}`;
      },
    });
    bench.socket.hangUp(4401, 'token expired');
    await settled();
    expect(bench.sockets.length).toBe(2);
    await bench.greet();
    expect(bench.socket.command('hello').token).toBe('t2');
    bench.socket.hangUp(4401);
    await bench.greet();
    expect(asked).toEqual([false, true, true]);
    bench.socket.hangUp(4401, 'no');
    bench.socket.open();
    await settled();
    bench.socket.push({ id: bench.socket.command('hello').id, error: { code: 'unauthorized', message: 'bad' } });
    await settled();
    expect(bench.state).toEqual({ kind: 'failed', why: 'unauthorized', code: 4401, reason: 'bad' });
    bench.client.retry();
    await bench.greet();
    expect(bench.state.kind).toBe('connected');
  });

  it('that are fixed are not tried twice', async () => {
    const bench = await Bench.connected({ token: 'fixed' });
    bench.socket.hangUp(4401);
    expect(bench.state).toEqual({ kind: 'failed', why: 'unauthorized', code: 4401, reason: 'a token is needed' });
  });

  it('that hello finds expired are renewed on the same connection', async () => {
    const bench = new Bench({ token: (renew) => (renew ? 'new' : 'old') });
    bench.socket.open();
    await settled();
    bench.socket.push({ id: bench.socket.command('hello').id, error: { code: 'expired', message: 'old' } });
    await settled();
    expect(bench.socket.command('hello', 1).token).toBe('new');
  });

  it('that can not be had now are asked for again later', async () => {
    let calls = 0;
    const bench = new Bench({
      token: () => {
        if (++calls < 3) throw new Error('offline');
        return 'late';
      },
    });
    bench.socket.open();
    await settled();
    expect(bench.state).toMatchObject({ kind: 'reconnecting', reason: 'no token: offline' });
    await bench.clock.advance(0);
    bench.socket.open();
    await bench.clock.advance(1_000);
    await bench.greet();
    expect(bench.socket.command('hello').token).toBe('late');
  });

  it('are refreshed before they expire, and when the edge says so', async () => {
    let calls = 0;
    const bench = new Bench({ token: () => `t${++calls}` });
    await bench.greet({ expires_us: (bench.clock.now() + 100_000) * 1_000, heartbeat_ms: 600_000 });
    await bench.clock.advance(69_999);
    expect(calls).toBe(1);
    await bench.clock.advance(1);
    expect(bench.socket.command('refresh').token).toBe('t2');
    bench.socket.push({ notice: 'token_expiring', expires_us: 5 });
    await settled();
    expect(bench.socket.command('refresh', 1).token).toBe('t3');
  });
});

describe('silence', () => {
  it('is ended by a ping, and a connection that does not answer is given up', async () => {
    const bench = await Bench.connected();
    await bench.clock.advance(25_000);
    bench.socket.ok(bench.socket.command('ping'), { time_us: 1 });
    await bench.clock.advance(25_000);
    expect(bench.socket.command('ping', 1)).toBeDefined();
    expect(bench.state).toMatchObject({ kind: 'connected' });
    await bench.clock.advance(10_000);
    expect(bench.sockets[0]!.closed).toBe(4000);
    expect(bench.states.some((state) => state.kind === 'reconnecting' && state.reason === 'no sign of life')).toBe(true);
  });

  it('is not there while something comes', async () => {
    const bench = await Bench.connected();
    for (let i = 0; i < 10; i++) {
      await bench.clock.advance(20_000);
      bench.socket.push({ notice: 'something' });
    }
    expect(bench.socket.sent.filter(({ cmd }) => cmd === 'ping')).toEqual([]);
  });

  it('is looked into at once when the network may have changed', async () => {
    const bench = await Bench.connected();
    bench.client.check();
    await bench.clock.advance(2_999);
    expect(bench.state.kind).toBe('connected');
    await bench.clock.advance(1);
    expect(bench.sockets.length).toBe(2);
    bench.socket.hangUp();
    bench.client.check();
    expect(bench.sockets.length).toBe(3);
  });
});
