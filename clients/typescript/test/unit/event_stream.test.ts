import { describe, expect, it } from 'vitest';
import { EventStreamParser, type ServerSentEvent } from '../../src/transport/event_stream_parser';
import { asHttp } from '../../src/transport/http_commands';
import { seeded } from '../support/random';

const kText = ': longwire\n\nid: e1:0\n\nid: e1:1\ndata: {"a":1}\n\n: keep-alive\n\nevent: error\r\ndata: x\r\ndata:y\r\n\r\nid: e1:2\ndata\n\n';
const kEvents: ServerSentEvent[] = [
  { type: 'message', data: '', id: 'e1:0' },
  { type: 'message', data: '{"a":1}', id: 'e1:1' },
  { type: 'error', data: 'x\ny', id: 'e1:1' },
  { type: 'message', data: '', id: 'e1:2' },
];

describe('an event stream', () => {
  it('is read whatever pieces it comes in', () => {
    const random = seeded(3);
    for (let i = 0; i < 200; i++) {
      const events: ServerSentEvent[] = [];
      const parser = new EventStreamParser((event) => events.push(event));
      for (let at = 0; at < kText.length; ) {
        const size = 1 + Math.floor(random() * 12);
        parser.push(kText.slice(at, at + size));
        at += size;
      }
      expect(events).toEqual(kEvents);
    }
  });
});

describe('commands over HTTP', () => {
  it.each([
    [{ cmd: 'start', kind: 'x', key: 'k' }, { method: 'POST', path: '/v1/tasks', body: { kind: 'x', key: 'k' } }],
    [{ cmd: 'cancel', task: 'a b', reason: 'r' }, { method: 'POST', path: '/v1/tasks/a%20b/cancel', body: { reason: 'r' } }],
    [{ cmd: 'state', task: 't', output: true }, { method: 'GET', path: '/v1/tasks/t?output=true' }],
    [{ cmd: 'tasks', kind: 'x', after: undefined }, { method: 'GET', path: '/v1/tasks?kind=x' }],
    [
      { cmd: 'publish', topic: 'room/a?b', type: 'note', data: 1 },
      { method: 'POST', path: '/v1/topics/room/a%3Fb/events', body: { type: 'note', data: 1 } },
    ],
    [{ cmd: 'history', topic: 'room/a', limit: 3 }, { method: 'GET', path: '/v1/topics/room/a/events?limit=3' }],
    [{ cmd: 'history', topic: 'room/a', reverse: true }, null],
    [{ cmd: 'workers' }, { method: 'GET', path: '/v1/workers' }],
    [{ cmd: 'kinds' }, { method: 'GET', path: '/v1/kinds' }],
    [{ cmd: 'start', kind: 'x', on_disconnect: 'cancel' }, null],
    [{ cmd: 'join', topic: 'room/a' }, null],
  ])('%j', (command, request) => {
    expect(asHttp({ id: 1, ...command })).toEqual(request);
  });
});
