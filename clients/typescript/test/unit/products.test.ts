import { describe, expect, it } from 'vitest';
import {
  connectCoordination,
  connectGuide,
  connectStream,
  connectTask,
  connectTracking,
  type ProductOptions,
} from '../../src/products/index';
import { FakeSocket } from '../support/fake_socket';
import { ManualClock, settled } from '../support/manual_clock';

function make() {
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const options: ProductOptions = {
    clock,
    random: () => 0,
    webSocket: class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    },
  };
  const lose = async (code = 1006) => {
    sockets.at(-1)!.hangUp(code);
    await clock.advance(0);
    sockets.at(-1)!.open();
    await settled();
  };
  return { clock, sockets, options, lose, said: () => sockets.at(-1)!.frames.map((frame) => JSON.parse(frame) as object) };
}

const task_event = (event_id: number) => ({ type: 'event', data: { event_id, event_type: 'LOG' } });
const state = (status: string) => ({ type: 'state', data: { task_id: 't', status } });

describe('a task’s connection', () => {
  it('goes on behind the last event, and drops what comes twice', async () => {
    const { sockets, options, lose } = make();
    const one = connectTask('http://edge', 't', { ...options, token: 'secret' });
    const ids: number[] = [];
    one.on('event', ({ data }) => ids.push(data.event_id));
    sockets[0]!.open();
    expect(sockets[0]!.url).toBe('ws://edge/ws/tasks/t?token=secret');
    expect(sockets[0]!.protocols).toEqual([]);
    sockets[0]!.push(task_event(1));
    sockets[0]!.push(task_event(2));
    await lose();
    expect(sockets[1]!.url).toBe('ws://edge/ws/tasks/t?after=2&token=secret');
    sockets[1]!.push(task_event(2));
    sockets[1]!.push(task_event(3));
    expect(ids).toEqual([1, 2, 3]);
  });

  it('is over with the final state, and gives it', async () => {
    const { sockets, options, clock } = make();
    const one = connectTask('http://edge', 't', options);
    sockets[0]!.open();
    sockets[0]!.push(state('COMPLETED'));
    sockets[0]!.hangUp(1000);
    expect(await one.done).toMatchObject({ status: 'COMPLETED' });
    expect(one.state).toEqual({ kind: 'closed' });
    await clock.advance(60_000);
    expect(sockets.length).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('that is closed before gives none', async () => {
    const { sockets, options } = make();
    const one = connectTask('http://edge', 't', options);
    sockets[0]!.open();
    sockets[0]!.push(state('RUNNING'));
    one.close();
    expect(await one.done).toBe(null);
  });
});

describe('what is said', () => {
  it('while away waits, bounded in number and age, each in a frame of its own', async () => {
    const { sockets, options, clock, said } = make();
    const one = connectStream('http://edge', { ...options, queue_size_max: 2, queue_age_max_ms: 5_000 });
    const old = expect(one.chat('old')).rejects.toMatchObject({ code: 'expired_here' });
    await clock.advance(6_000);
    const young = one.chat('young');
    await expect(one.chat('too many')).rejects.toMatchObject({ code: 'too_many' });
    sockets.at(-1)!.open();
    await Promise.all([old, young]);
    await one.cancel();
    await settled();
    expect(said()).toEqual([
      { type: 'chat', payload: { message: 'young' } },
      { type: 'cancel', payload: {} },
    ]);
    one.close();
    await expect(one.chat('late')).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a chat', () => {
  it('resumes by its token, and drops pieces that come twice', async () => {
    const { sockets, options, lose } = make();
    const one = connectStream('http://edge', options);
    const words: string[] = [];
    one.on('token', ({ text }) => words.push(text));
    sockets[0]!.open();
    const token = (index: number, text: string) => ({ type: 'token', stream: 's', index, text });
    sockets[0]!.push({ type: 'welcome', resume: 'r1', client_id: 'c', resumed: false });
    for (const [i, text] of ['a', 'b', 'c'].entries()) sockets[0]!.push(token(i, text));
    await lose();
    expect(sockets[1]!.url).toBe('ws://edge/ws/stream?resume=r1');
    sockets[1]!.push({ type: 'welcome', resume: 'r2', client_id: 'c', resumed: true });
    for (const [i, text] of ['b', 'c', 'd'].entries()) sockets[1]!.push(token(i + 1, text));
    sockets[1]!.push({ type: 'result', content: 'abcd', agents_used: [], timestamp: '' });
    sockets[1]!.push(token(0, 'e'));
    expect(words).toEqual(['a', 'b', 'c', 'd', 'e']);
    await lose();
    expect(sockets[2]!.url).toBe('ws://edge/ws/stream?resume=r2');
  });

  it('asks for a sign of life, and gives up who gives none', async () => {
    const { sockets, options, clock, said } = make();
    const one = connectStream('http://edge', options);
    sockets[0]!.open();
    await clock.advance(30_000);
    expect(said()).toEqual([{ type: 'ping', payload: {} }]);
    sockets[0]!.push({ type: 'pong' });
    await clock.advance(40_000);
    await clock.advance(10_000);
    expect(sockets[0]!.closed).toBe(4000);
    expect(one.state).toMatchObject({ kind: 'reconnecting' });
  });
});

describe('a session', () => {
  it('is named by its token, and hears each piece once', async () => {
    const { sockets, options, lose, said } = make();
    const one = connectGuide('http://edge', { session_token: 's 1', ...options });
    const heard: number[] = [];
    one.on('agent_streaming', ({ stream_index }) => heard.push(stream_index));
    sockets[0]!.open();
    expect(sockets[0]!.url).toBe('ws://edge/api/ws/guide?session_token=s+1');
    const id = await one.say('hello');
    await settled();
    expect(said()).toEqual([{ type: 'user_message', message: 'hello', message_id: id }]);
    const piece = (stream_index: number) => ({ type: 'agent_streaming', message_id: 'm', stream_index, message: 'x' });
    for (const i of [0, 1]) sockets[0]!.push(piece(i));
    await lose();
    for (const i of [0, 1, 2]) sockets[1]!.push(piece(i));
    expect(heard).toEqual([0, 1, 2]);
  });

  it('that has expired is not connected to again', async () => {
    const { sockets, options } = make();
    const one = connectGuide('http://edge', { session_token: 's', ...options });
    sockets[0]!.open();
    sockets[0]!.hangUp(4401, 'session expired');
    expect(one.state).toMatchObject({ kind: 'failed', why: 'unauthorized', reason: 'session expired' });
  });
});

describe('a dashboard', () => {
  it('answers pings, matches answers, and streams on at the next edge', async () => {
    const { sockets, options, lose, said } = make();
    const one = connectTracking('http://edge', { ...options, client_id: 'client_1_a' });
    sockets[0]!.open();
    sockets[0]!.push({ type: 'ping', timestamp: 1 });
    const asked = one.sessionState('s');
    const unknown = expect(one.sessionLogs('nobody')).rejects.toMatchObject({ code: 'not_found' });
    await one.streamLogs('s');
    await settled();
    expect(said().map((one) => (one as { type: string }).type)).toEqual([
      'pong',
      'get_session_state',
      'get_session_logs',
      'start_log_streaming',
    ]);
    sockets[0]!.push({ type: 'session_state', session_id: 's', state: { query: 'q' } });
    sockets[0]!.push({ type: 'error', code: 'not_found', message: 'no', session_id: 'nobody' });
    expect((await asked).state.query).toBe('q');
    await unknown;
    await lose();
    expect(said()).toEqual([{ type: 'start_log_streaming', session_id: 's' }]);
  });

  it('does not wait for ever', async () => {
    const { sockets, options, clock } = make();
    const one = connectTracking('http://edge', options);
    expect(sockets[0]!.url).toMatch(/\/ws\/agent-tracking\/client_\d+_[a-z0-9]+$/);
    sockets[0]!.open();
    const late = expect(one.sessionState('s')).rejects.toMatchObject({ code: 'timeout' });
    await clock.advance(10_000);
    await late;
  });
});

describe('an agent', () => {
  it('says again what was not acknowledged, by the same id, and hears nothing twice', async () => {
    const { sockets, options, lose, said } = make();
    const one = connectCoordination('http://edge', 'A', options);
    const heard: unknown[] = [];
    one.onMessage(({ type, payload }) => type === 'note' && heard.push(payload.n));
    sockets[0]!.open();
    const first = one.broadcast('one');
    const second = one.tell('B', 'note', { n: 1 });
    const refused = expect(one.assign('C', 't', 'do')).rejects.toMatchObject({ code: 'too_many' });
    await settled();
    const ids = said().map((one) => (one as { metadata: { message_id: string } }).metadata.message_id);
    sockets[0]!.push({ type: 'ack', payload: { message_id: ids[0], offset: 1, recipients: 0 }, metadata: {} });
    const details = { message_id: ids[2] };
    sockets[0]!.push({ type: 'error', payload: { code: 'too_many', message: 'no', details }, metadata: {} });
    await first;
    await refused;
    const note = { type: 'note', payload: { n: 7 }, metadata: { sender: 'B', message_id: 'm1' } };
    sockets[0]!.push(note);
    await lose();
    expect(said()).toEqual([{ type: 'note', payload: { n: 1 }, metadata: { recipient: 'B', message_id: ids[1] } }]);
    sockets[1]!.push(note);
    sockets[1]!.push({ type: 'ack', payload: { message_id: ids[1], offset: 2, delivered: true }, metadata: {} });
    expect(await second).toMatchObject({ delivered: true });
    expect(heard).toEqual([7]);
  });

  it('knows who else is here', async () => {
    const { sockets, options } = make();
    const one = connectCoordination('http://edge', 'A', options);
    sockets[0]!.open();
    sockets[0]!.push({ type: 'welcome', payload: { agent_id: 'A', agents: [{ agent_id: 'B' }], resumed: false } });
    sockets[0]!.push({ type: 'agent_joined', payload: { agent_id: 'C' } });
    sockets[0]!.push({ type: 'agent_left', payload: { agent_id: 'B', reason: 'lost' } });
    expect(one.agents).toEqual(['C']);
  });

  it('that is replaced by a newer one of its id does not come back', async () => {
    const { sockets, options, clock } = make();
    const one = connectCoordination('http://edge', 'A', options);
    sockets[0]!.open();
    sockets[0]!.hangUp(4409);
    await clock.advance(60_000);
    expect(sockets.length).toBe(1);
    expect(one.state).toMatchObject({ kind: 'failed', why: 'refused', code: 4409 });
  });
});
