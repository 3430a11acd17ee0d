import { describe, expect, it } from 'vitest';
import { Bench } from '../support/bench';
import { settled } from '../support/manual_clock';

describe('commands', () => {
  it('match answers by id, in any order, and leave in one frame', async () => {
    const bench = await Bench.connected();
    const one = bench.client.task('a');
    const two = bench.client.task('b');
    await settled();
    expect(bench.socket.frames.at(-1)!.split('\n').length).toBe(2);
    bench.socket.ok(bench.socket.command('state', 1), { task: 'b' });
    bench.socket.ok(bench.socket.command('state', 0), { task: 'a' });
    expect((await one).task).toBe('a');
    expect((await two).task).toBe('b');
  });

  it('reject with the code and the field of an error', async () => {
    const bench = await Bench.connected();
    const started = bench.client.start({ kind: '' });
    await settled();
    const error = { code: 'bad_request', message: 'is empty', field: 'kind' };
    bench.socket.push({ id: bench.socket.command('start').id, error });
    await expect(started).rejects.toMatchObject({ name: 'LongwireError', ...error });
  });

  it('that have no answer fail with timeout', async () => {
    const bench = await Bench.connected();
    const outcome = expect(bench.client.input('a', 1)).rejects.toMatchObject({ code: 'timeout', may_be_done: true });
    await bench.clock.advance(10_000);
    await outcome;
  });

  it('wait for a connection, in their order, behind what belongs to it', async () => {
    const bench = new Bench();
    bench.client.subscribe('room/a', { onEvent: () => undefined });
    void bench.client.publish('room/a', 'note', 1);
    void bench.client.input('t', 2);
    await bench.greet();
    expect(bench.socket.sent.map(({ cmd }) => cmd)).toEqual(['hello', 'subscribe', 'publish', 'input']);
  });

  it('that wait are bounded in number and in age', async () => {
    const bench = new Bench({ queue_size_max: 2, queue_age_max_ms: 5_000 });
    const outcomes = [bench.client.task('a'), bench.client.input('a', 1)].map((one) =>
      expect(one).rejects.toMatchObject({ code: 'expired_here', may_be_done: false }),
    );
    await expect(bench.client.task('c')).rejects.toMatchObject({ code: 'too_many' });
    await bench.clock.advance(5_000);
    await Promise.all(outcomes);
    await bench.greet();
    expect(bench.socket.sent.map(({ cmd }) => cmd)).toEqual(['hello']);
  });

  it('are repeated on the next connection by the same key, or say that they may have been done', async () => {
    const bench = await Bench.connected();
    const state = bench.client.task('a');
    const started = bench.client.start({ kind: 'x' });
    const published = bench.client.publish('room/a', 'note', 1);
    const unkeyed = bench.client.publish('room/a', 'note', 2, { key: null });
    const given = bench.client.input('t', 3);
    const outcomes = [unkeyed, given].map((one) =>
      expect(one).rejects.toMatchObject({ code: 'disconnected', may_be_done: true }),
    );
    await settled();
    const first = bench.socket;
    bench.socket.hangUp();
    await Promise.all(outcomes);
    await bench.clock.advance(500);
    await bench.greet();
    expect(bench.socket.sent.map(({ cmd }) => cmd)).toEqual(['hello', 'state', 'start', 'publish']);
    for (const cmd of ['start', 'publish']) {
      expect(bench.socket.command(cmd).key).toMatch(/^[0-9a-f]{32}$/);
      expect(bench.socket.command(cmd).key).toBe(first.command(cmd).key);
    }
    bench.socket.ok(bench.socket.command('state'), { task: 'a' });
    bench.socket.ok(bench.socket.command('start'), { task: 'n', created: false });
    bench.socket.ok(bench.socket.command('publish'), { offset: 4, duplicate: true });
    expect((await state).task).toBe('a');
    expect((await started).task).toBe('n');
    expect((await published).duplicate).toBe(true);
  });

  it('refused for the moment are said again when the edge says so, except where that could do them twice', async () => {
    const bench = await Bench.connected();
    const busy = { code: 'unavailable', message: 'no broker', retry_after_ms: 700 };
    const published = bench.client.publish('room/a', 'note', 1);
    const given = expect(bench.client.input('t', 1)).rejects.toMatchObject({ code: 'unavailable' });
    const limited = bench.client.input('t', 2);
    await settled();
    bench.socket.push({ id: bench.socket.command('publish').id, error: busy });
    bench.socket.push({ id: bench.socket.command('input').id, error: busy });
    bench.socket.push({ id: bench.socket.command('input', 1).id, error: { ...busy, code: 'rate_limited' } });
    await given;
    await bench.clock.advance(699);
    expect(bench.socket.sent.length).toBe(4);
    await bench.clock.advance(1);
    expect(bench.socket.sent.slice(4).map(({ cmd }) => cmd)).toEqual(['publish', 'input']);
    bench.socket.ok(bench.socket.sent[4]!, { offset: 1 });
    bench.socket.ok(bench.socket.sent[5]!, { offset: 2 });
    expect((await published).offset).toBe(1);
    expect((await limited).offset).toBe(2);
  });

  it('of which one was too large for the edge go on without it', async () => {
    const bench = await Bench.connected();
    const large = expect(bench.client.publish('room/a', 'note', 'x'.repeat(100_000))).rejects.toMatchObject({
      code: 'too_large',
    });
    const small = bench.client.publish('room/a', 'note', 'y');
    await settled();
    expect(bench.socket.frames.length).toBe(3);
    bench.socket.hangUp(1009);
    await large;
    await bench.clock.advance(500);
    await bench.greet();
    bench.socket.ok(bench.socket.command('publish'), { offset: 1 });
    expect((await small).offset).toBe(1);
    expect(bench.socket.sent.length).toBe(2);
  });

  it('fail when the client is closed', async () => {
    const bench = await Bench.connected();
    const outcome = expect(bench.client.task('a')).rejects.toMatchObject({ code: 'closed' });
    bench.client.close();
    await outcome;
  });
});

describe('what belongs to each connection', () => {
  it('is a membership, which is taken up again', async () => {
    const bench = await Bench.connected();
    const joined = bench.client.join('room/a', { as: 'ann', info: { role: 'x' } });
    await settled();
    bench.socket.hangUp();
    await bench.clock.advance(500);
    await bench.greet();
    expect(bench.socket.command('join')).toMatchObject({ topic: 'room/a', as: 'ann', info: { role: 'x' } });
    bench.socket.ok(bench.socket.command('join'));
    const leave = await joined;
    leave();
    await settled();
    expect(bench.socket.command('leave')).toMatchObject({ topic: 'room/a', as: 'ann' });
    bench.socket.hangUp();
    await bench.clock.advance(1_000);
    await bench.greet();
    expect(bench.socket.sent.length).toBe(1);
  });

  it('is not a membership that was refused', async () => {
    const bench = await Bench.connected();
    const outcome = expect(bench.client.join('room/a')).rejects.toMatchObject({ code: 'too_many' });
    await settled();
    bench.socket.push({ id: bench.socket.command('join').id, error: { code: 'too_many', message: 'full' } });
    await outcome;
  });

  it('is being there for tasks that end without their client, until they are over', async () => {
    const bench = await Bench.connected();
    void bench.client.start({ kind: 'x', on_disconnect: 'cancel' });
    void bench.client.start({ kind: 'y' });
    void bench.client.attach('old');
    await settled();
    bench.socket.ok(bench.socket.command('start', 0), { task: 'n' });
    bench.socket.ok(bench.socket.command('start', 1), { task: 'm' });
    bench.socket.ok(bench.socket.command('attach'), { task: 'old', state: 'RUNNING' });
    await settled();
    bench.socket.hangUp();
    await bench.clock.advance(500);
    await bench.greet();
    expect(bench.socket.sent.slice(1).map(({ cmd, task }) => [cmd, task])).toEqual([
      ['attach', 'old'],
      ['attach', 'n'],
    ]);
    bench.socket.ok(bench.socket.command('attach'), { task: 'old', state: 'COMPLETED' });
    bench.socket.ok(bench.socket.command('attach', 1), { task: 'n', state: 'RUNNING' });
    bench.socket.hangUp();
    await bench.clock.advance(1_000);
    await bench.greet();
    expect(bench.socket.sent.slice(1).map(({ task }) => task)).toEqual(['n']);
  });
});
