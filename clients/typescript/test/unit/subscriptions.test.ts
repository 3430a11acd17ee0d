import { describe, expect, it } from 'vitest';
import type { Event, Gap, LongwireError, Stream, TopicStreamOptions } from '../../src/index';
import { Bench, event } from '../support/bench';
import { settled } from '../support/manual_clock';

function follow(bench: Bench, options: TopicStreamOptions = {}, topic = 'room/a') {
  const seen = { offsets: [] as number[], gaps: [] as Gap[], resets: [] as number[], errors: [] as LongwireError[] };
  const stream: Stream = bench.client.subscribe(topic, {
    from: 'start',
    onEvent: (one: Event) => void seen.offsets.push(one.offset),
    onGap: (gap) => void seen.gaps.push(gap),
    onReset: () => void seen.resets.push(seen.offsets.length),
    onError: (error) => void seen.errors.push(error),
    ...options,
  });
  return { ...seen, stream };
}

async function lose(bench: Bench): Promise<void> {
  bench.socket.hangUp();
  await bench.clock.advance(1_000);
  await bench.greet();
}

describe('a topic', () => {
  it('is delivered from the answer on, also in the same frame', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await settled();
    const sent = bench.socket.command('subscribe');
    expect(sent).toMatchObject({ topic: 'room/a', from: 'start' });
    const ok = { topic: 'room/a', epoch: 'e1', offset: 0, head: 3, tail: 1, resumed: false };
    bench.socket.push({ id: sent.id, ok }, event(1), event(2), event(3));
    expect(seen.offsets).toEqual([1, 2, 3]);
    await seen.stream.ready;
    expect(seen.stream.place('room/a')).toEqual({ epoch: 'e1', offset: 3 });
  });

  it('resumes after the last offset and drops what comes twice', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), event(2), event(2), event(3));
    await lose(bench);
    expect(bench.socket.command('subscribe').from).toEqual({ epoch: 'e1', offset: 3 });
    await bench.subscribed('room/a', 3, 'e1', { resumed: true });
    bench.socket.push(event(3), event(4));
    expect(seen.offsets).toEqual([1, 2, 3, 4]);
    expect(seen.gaps).toEqual([]);
  });

  it('tells gaps, of the past that is gone as well', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await bench.subscribed('room/a', 0);
    const gap = { topic: 'room/a', from: 2, to: 9, reason: 'slow' };
    bench.socket.push(event(1), { gap }, event(10));
    await lose(bench);
    await bench.subscribed('room/a', 20, 'e1', { resumed: true });
    bench.socket.push({ gap: { topic: 'room/a', from: 11, to: 20, reason: 'trimmed' } }, event(21));
    expect(seen.offsets).toEqual([1, 10, 21]);
    expect(seen.gaps).toEqual([gap, { topic: 'room/a', from: 11, to: 20, reason: 'trimmed' }]);
  });

  it('is put in order where events have overtaken each other', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(3), event(1), event(4), event(2), event(5));
    expect(seen.offsets).toEqual([1, 2, 3, 4, 5]);
    await bench.clock.advance(10_000);
    expect(bench.socket.sent.filter(({ cmd }) => cmd === 'subscribe').length).toBe(1);
  });

  it('asks again for events that do not come, and tells what is missing for good', async () => {
    const bench = await Bench.connected({ backoff: { base_ms: 1, cap_ms: 1 } });
    const seen = follow(bench);
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), event(3));
    await bench.clock.advance(500);
    expect(bench.socket.sent.slice(2).map(({ cmd, from }) => [cmd, from])).toEqual([
      ['unsubscribe', undefined],
      ['subscribe', { epoch: 'e1', offset: 1 }],
    ]);
    await bench.subscribed('room/a', 1);
    bench.socket.push(event(2), event(3), event(5));
    expect(seen.offsets).toEqual([1, 2, 3]);
    for (let i = 0; i < 3; i++) {
      await bench.clock.advance(i === 0 ? 500 : 500 << i);
      await bench.subscribed('room/a', 3);
      bench.socket.push(event(5));
    }
    expect(seen.gaps).toEqual([]);
    await bench.clock.advance(4_000);
    expect(seen.gaps).toEqual([{ topic: 'room/a', from: 4, to: 4, reason: 'missing' }]);
    expect(seen.offsets).toEqual([1, 2, 3, 5]);
  });

  it('starts over in a new log, met while connected', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), event(2));
    const gap = { topic: 'room/a', from: 3, to: 2, reason: 'epoch_changed', epoch: 'e2' };
    bench.socket.push({ gap }, event(2));
    await settled();
    expect(bench.socket.command('subscribe', 1).from).toEqual({ epoch: 'e2', offset: 0 });
    await bench.subscribed('room/a', 0, 'e2', { resumed: true });
    bench.socket.push(event(1), event(2), event(3));
    expect(seen.resets).toEqual([2]);
    expect(seen.offsets).toEqual([1, 2, 1, 2, 3]);
    expect(seen.gaps).toMatchObject([{ reason: 'epoch_changed', epoch: 'e2' }]);
  });

  it('starts over in a new log, met when coming back', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), event(2));
    await lose(bench);
    await bench.subscribed('room/a', 0, 'e2');
    bench.socket.push(
      { gap: { topic: 'room/a', from: 3, to: 2, reason: 'epoch_changed', epoch: 'e2' } },
      event(1),
      event(2),
    );
    expect(seen.resets).toEqual([2]);
    expect(seen.offsets).toEqual([1, 2, 1, 2]);
    expect(seen.gaps.length).toBe(1);
    expect(bench.socket.sent.filter(({ cmd }) => cmd === 'subscribe').length).toBe(1);
  });

  it('takes merged stretches, and resumes within one after its last push', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await bench.subscribed('room/a', 0);
    bench.socket.push(
      event(1),
      { merged: { topic: 'room/a', from: 2, to: 9, events: 8, left: 3 } },
      event(4),
      { gap: { topic: 'room/a', from: 5, to: 6, reason: 'slow' } },
      event(7),
    );
    expect(seen.stream.place('room/a')).toEqual({ epoch: 'e1', offset: 7 });
    await lose(bench);
    expect(bench.socket.command('subscribe').from).toEqual({ epoch: 'e1', offset: 7 });
    await bench.subscribed('room/a', 7);
    bench.socket.push(event(8), { merged: { topic: 'room/a', from: 9, to: 12, events: 4, left: 1 } }, event(12), event(13));
    expect(seen.offsets).toEqual([1, 4, 7, 8, 12, 13]);
    expect(seen.gaps.length).toBe(1);
  });

  it('that is refused ends the stream', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await settled();
    const { id } = bench.socket.command('subscribe');
    bench.socket.push({ id, error: { code: 'forbidden', message: 'not yours', field: 'topic' } });
    await expect(seen.stream.ready).rejects.toMatchObject({ code: 'forbidden' });
    expect(seen.errors.length).toBe(1);
    await lose(bench);
    expect(bench.socket.sent.length).toBe(1);
  });

  it('that can not be had now is asked for until it can', async () => {
    const bench = await Bench.connected();
    const seen = follow(bench);
    await settled();
    for (let i = 0; i < 100; i++) {
      const { id } = bench.socket.command('subscribe', i);
      bench.socket.push({ id, error: { code: 'unavailable', message: 'no broker' } });
      await bench.clock.advance(1_000);
    }
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1));
    expect(seen.offsets).toEqual([1]);
    expect(seen.errors).toEqual([]);
  });

  it('whose subscribe is not answered speaks for a dead connection', async () => {
    const bench = await Bench.connected({ answer_timeout_ms: 5_000 });
    follow(bench);
    await bench.clock.advance(5_000);
    expect(bench.states).toContainEqual(expect.objectContaining({ kind: 'reconnecting', reason: 'no answer' }));
  });

  it('of whose callbacks one throws goes on', async () => {
    const bench = await Bench.connected();
    const offsets: number[] = [];
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
    bench.client.subscribe('room/a', {
      from: 'start',
      onEvent: ({ offset }) => {
        offsets.push(offset);
        if (offset === 1) throw new Error('mine');
      },
    });
    await bench.subscribed('room/a', 0);
    const listeners = process.listeners('uncaughtException').slice(0, -1);
    listeners.forEach((one) => process.off('uncaughtException', one));
    bench.socket.push(event(1), event(2));
    expect(await thrown).toMatchObject({ message: 'mine' });
    listeners.forEach((one) => process.on('uncaughtException', one));
    expect(offsets).toEqual([1, 2]);
  });
});

describe('one topic with several readers', () => {
  it('is subscribed to once; who begins now begins where it is', async () => {
    const bench = await Bench.connected();
    const one = follow(bench);
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), event(2));
    const two = follow(bench, { from: 'now' });
    bench.socket.push(event(3));
    await settled();
    expect(bench.socket.sent.filter(({ cmd }) => cmd === 'subscribe').length).toBe(1);
    expect([one.offsets, two.offsets]).toEqual([[1, 2, 3], [3]]);
    one.stream.close();
    await settled();
    bench.socket.push(event(4));
    expect(two.offsets).toEqual([3, 4]);
    expect(bench.socket.sent.some(({ cmd }) => cmd === 'unsubscribe')).toBe(false);
    two.stream.close();
    await settled();
    expect(bench.socket.command('unsubscribe').topic).toBe('room/a');
  });

  it('goes back for one that begins earlier, and the others hear nothing twice', async () => {
    const bench = await Bench.connected();
    const one = follow(bench, { from: 'now' });
    await bench.subscribed('room/a', 5);
    bench.socket.push(event(6));
    const two = follow(bench);
    const three = follow(bench, { from: { last: 2 } });
    await settled();
    expect(bench.socket.command('subscribe', 1).from).toEqual({ epoch: 'e1', offset: 0 });
    bench.socket.push(event(7));
    await bench.subscribed('room/a', 0);
    // The third was answered from there at once: it has asked for what follows 5 of 7.
    bench.socket.push(event(1), event(2), event(3), event(4), event(5), event(6), event(7), event(8));
    expect(one.offsets).toEqual([6, 7, 8]);
    expect(two.offsets).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(three.offsets.at(-1)).toBe(8);
  });

  it('goes on for those who waited while another gave up', async () => {
    const bench = await Bench.connected();
    const one = follow(bench);
    const two = follow(bench);
    await settled();
    one.stream.close();
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1));
    expect([one.offsets, two.offsets]).toEqual([[], [1]]);
    expect(bench.socket.sent.some(({ cmd }) => cmd === 'unsubscribe')).toBe(false);
  });

  it('comes back from the furthest behind', async () => {
    const bench = await Bench.connected();
    const one = follow(bench);
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1));
    const two = follow(bench);
    await settled();
    await lose(bench);
    expect(bench.socket.command('subscribe').from).toEqual({ epoch: 'e1', offset: 1 });
    await bench.subscribed('room/a', 1);
    expect(bench.socket.command('subscribe', 1).from).toEqual({ epoch: 'e1', offset: 0 });
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), event(2));
    expect([one.offsets, two.offsets]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
});

describe('a snapshot', () => {
  const snapshot = { task: 'a', state: 'RUNNING', topic: 'task/a', epoch: 'e1', offset: 7 };

  it('comes before the events that follow it', async () => {
    const bench = await Bench.connected();
    const heard: string[] = [];
    bench.client.subscribe('task/a', {
      from: 'snapshot',
      onSnapshot: ({ offset }) => void heard.push(`snapshot ${offset}`),
      onEvent: ({ offset }) => void heard.push(`event ${offset}`),
    });
    await settled();
    expect(bench.socket.command('subscribe').from).toBe('snapshot');
    await bench.subscribed('task/a', 7);
    bench.socket.push({ snapshot, topic: 'task/a', epoch: 'e1', offset: 7 }, event(8, 'task/a'));
    await lose(bench);
    expect(bench.socket.command('subscribe').from).toEqual({ epoch: 'e1', offset: 8 });
    expect(heard).toEqual(['snapshot 7', 'event 8']);
  });

  it('is asked for where the topic is followed already', async () => {
    const bench = await Bench.connected();
    const heard: string[] = [];
    const one = follow(bench, {}, 'task/a');
    await bench.subscribed('task/a', 0);
    bench.socket.push(...[1, 2, 3, 4, 5, 6, 7, 8].map((offset) => event(offset, 'task/a')));
    bench.client.subscribe('task/a', {
      from: 'snapshot',
      onSnapshot: ({ offset }) => void heard.push(`snapshot ${offset}`),
      onEvent: ({ offset }) => void heard.push(`event ${offset}`),
    });
    await settled();
    expect(bench.socket.command('state')).toMatchObject({ task: 'a', output: true });
    bench.socket.ok(bench.socket.command('state'), snapshot);
    await settled();
    expect(bench.socket.command('subscribe', 1).from).toEqual({ epoch: 'e1', offset: 7 });
    await bench.subscribed('task/a', 7);
    bench.socket.push(event(8, 'task/a'), event(9, 'task/a'));
    expect(heard).toEqual(['snapshot 7', 'event 8', 'event 9']);
    expect(one.offsets).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

describe('a filter', () => {
  it('hears of what matches, live, and that it was away', async () => {
    const bench = await Bench.connected();
    const heard: string[] = [];
    const stream = bench.client.subscribe('room/+', {
      onEvent: ({ topic, offset }) => void heard.push(`${topic} ${offset}`),
      onMissed: ({ reason }) => void heard.push(reason),
    });
    await settled();
    bench.socket.ok(bench.socket.command('subscribe'), { filter: 'room/+' });
    await stream.ready;
    bench.socket.push(event(5), event(1, 'room/b'), event(1, 'other/b'), { gap: { filter: 'room/+', reason: 'link_lost' } });
    await lose(bench);
    bench.socket.ok(bench.socket.command('subscribe'), { filter: 'room/+' });
    expect(heard).toEqual(['room/a 5', 'room/b 1', 'link_lost', 'reconnected']);
  });

  it('that is not answered speaks for a dead connection, and is asked for on the next', async () => {
    const bench = await Bench.connected({ answer_timeout_ms: 5_000 });
    const errors: string[] = [];
    bench.client.subscribe('room/+', { onEvent: () => undefined, onError: ({ code }) => void errors.push(code) });
    await bench.clock.advance(5_000);
    await bench.greet();
    expect(bench.socket.command('subscribe').filter).toBe('room/+');
    expect(errors).toEqual([]);
  });

  it('hears nothing of a past that only a topic’s reader has asked for, and nothing twice', async () => {
    const bench = await Bench.connected();
    const heard: number[] = [];
    bench.client.subscribe('room/#', { onEvent: ({ offset }) => void heard.push(offset) });
    await settled();
    bench.socket.ok(bench.socket.command('subscribe'), { filter: 'room/#' });
    bench.socket.push(event(3));
    const one = follow(bench);
    await settled();
    bench.socket.push(event(4));
    await bench.subscribed('room/a', 0, 'e1', { head: 4 });
    bench.socket.push(event(1), event(2), event(3), event(4), event(5));
    expect(one.offsets).toEqual([1, 2, 3, 4, 5]);
    expect(heard).toEqual([3, 4, 5]);
  });
});

describe('iterating', () => {
  it('gives each event, and ends with the stream', async () => {
    const bench = await Bench.connected();
    const stream = bench.client.subscribe(['room/a', 'room/b'], { from: 'start' });
    await bench.subscribed('room/a', 0);
    await bench.subscribed('room/b', 0);
    bench.socket.push(event(1), event(1, 'room/b'), event(2));
    const heard: string[] = [];
    const loop = (async () => {
      for await (const { topic, offset } of stream) heard.push(`${topic} ${offset}`);
    })();
    await settled();
    stream.close();
    await loop;
    expect(heard).toEqual(['room/a 1', 'room/b 1', 'room/a 2']);
    await settled();
    expect(bench.socket.sent.filter(({ cmd }) => cmd === 'unsubscribe').length).toBe(2);
  });

  it('ends the subscription when the loop is left', async () => {
    const bench = await Bench.connected();
    const stream = bench.client.subscribe('room/a', { from: 'start' });
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), event(2));
    for await (const { offset } of stream) if (offset === 1) break;
    await settled();
    expect(bench.socket.command('unsubscribe').topic).toBe('room/a');
  });

  it('gives gaps and events in their order', async () => {
    const bench = await Bench.connected();
    const stream = bench.client.subscribe('room/a', { from: 'start' });
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), { gap: { topic: 'room/a', from: 2, to: 3, reason: 'slow' } }, event(4));
    bench.client.close();
    const heard: string[] = [];
    for await (const push of stream.pushes()) heard.push('event' in push ? `${push.event.offset}` : Object.keys(push)[0]!);
    expect(heard).toEqual(['1', 'gap', '4']);
  });

  it('throws what has ended the stream, after what came before', async () => {
    const bench = await Bench.connected();
    const stream = bench.client.subscribe('room/a', { from: 'start' });
    await settled();
    bench.socket.push({ id: bench.socket.command('subscribe').id, error: { code: 'forbidden', message: 'no' } });
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('that is slow pauses the subscription, and goes on from the log', async () => {
    const bench = await Bench.connected();
    const stream = bench.client.subscribe('room/a', { from: 'start', buffer_max: 3 });
    await bench.subscribed('room/a', 0);
    bench.socket.push(event(1), event(2), event(3), event(4));
    await settled();
    expect(bench.socket.command('unsubscribe').topic).toBe('room/a');
    const loop = stream[Symbol.asyncIterator]();
    const offsets: number[] = [];
    const take = async () => offsets.push((await loop.next()).value!.offset);
    for (let i = 0; i < 3; i++) await take();
    const fourth = take();
    await bench.subscribed('room/a', 3);
    expect(bench.socket.command('subscribe', 1).from).toEqual({ epoch: 'e1', offset: 3 });
    bench.socket.push(event(4), event(5));
    await fourth;
    await take();
    expect(offsets).toEqual([1, 2, 3, 4, 5]);
  });

  it('of a filter leaves out what is too much, and tells that', async () => {
    const bench = await Bench.connected();
    const stream = bench.client.subscribe('room/#', { buffer_max: 2 });
    await settled();
    bench.socket.ok(bench.socket.command('subscribe'), { filter: 'room/#' });
    bench.socket.push(event(1), event(2), event(3), event(4));
    const heard: unknown[] = [];
    const loop = stream.pushes();
    for (let i = 0; i < 3; i++) {
      const { value } = await loop.next();
      heard.push('event' in value! ? value.event.offset : value);
    }
    expect(heard).toEqual([1, 2, { missed: { filter: 'room/#', reason: 'slow' } }]);
    bench.socket.push(event(5));
    expect((await loop.next()).value).toMatchObject({ event: { offset: 5 } });
  });
});
