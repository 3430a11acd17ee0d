import { describe, expect, it } from 'vitest';
import { connect, type Client, type Stream } from '../../src/index';
import { FakeEdge } from '../support/fake_edge';
import { HistoryCheck } from '../support/history_check';
import { ManualClock, settled } from '../support/manual_clock';
import { seeded } from '../support/random';

const kTopics = ['room/a', 'room/b', 'room/c'];
const kSteps = 120;

/** What an application sees of a wire that cuts, repeats and reorders, whatever the order of what it does itself. */
async function story(seed: number, loses_logs: boolean): Promise<void> {
  const random = seeded(seed);
  const clock = new ManualClock();
  const edge = new FakeEdge(clock, random, { double: random() * 0.3, overtake: random() * 0.3 });
  const client = connect('http://edge', { clock, random, webSocket: edge.WebSocket, transport: 'websocket' });
  const readers: { topic: string; check: HistoryCheck; stream: Stream }[] = [];
  const said: Promise<unknown>[] = [];
  let wanted = 0;

  const read = () => {
    const topic = kTopics[Math.floor(random() * kTopics.length)]!;
    const check = new HistoryCheck();
    const from = random() < 0.6 ? 'start' : random() < 0.5 ? 'now' : { last: 3 };
    const stream = client.subscribe(topic, { from, ...check.options });
    readers.push({ topic, check, stream });
  };
  const publish = () => {
    wanted += 1;
    said.push(client.publish(kTopics[Math.floor(random() * kTopics.length)]!, 'note'));
  };
  const leave = () => readers.splice(Math.floor(random() * readers.length), 1)[0]?.stream.close();

  read();
  for (let i = 0; i < kSteps; i++) {
    const dice = random();
    const topic = kTopics[Math.floor(random() * kTopics.length)]!;
    if (dice < 0.3) edge.publish(topic);
    else if (dice < 0.5 && !loses_logs) publish();
    else if (dice < 0.6) edge.cut(random() < 0.5 ? 1006 : 4410);
    else if (dice < 0.7) read();
    else if (dice < 0.73) leave();
    else if (dice < 0.76) edge.trim(topic, Math.floor(random() * edge.log(topic).events.length));
    else if (dice < 0.8 && loses_logs) edge.reset(topic);
    else await clock.advance(random() * 400);
  }
  await calm(clock, client);
  await Promise.all(said);
  for (const { topic, check, stream } of readers) {
    await stream.ready;
    const log = edge.log(topic);
    const behind_head = log.tail + log.events.length;
    expect(check.problems, `seed ${seed}`).toEqual([]);
    expect(check.next, `seed ${seed}: ${topic} is read to its end`).toBe(behind_head);
    expect(stream.place(topic), `seed ${seed}`).toEqual({ epoch: log.epoch, offset: behind_head - 1 });
  }
  const keys = [...edge.logs.values()].reduce((sum, log) => sum + log.keys.size, 0);
  expect(keys, `seed ${seed}: each publish once`).toBe(wanted);
  client.close();
  await settled();
  expect(clock.pending, 'timers that are left').toBeLessThanOrEqual(3); // the wire's own
}

/** No more faults: long enough for the longest delay and for all that is asked again. */
async function calm(clock: ManualClock, client: Client): Promise<void> {
  for (let i = 0; i < 60; i++) await clock.advance(1_000);
  expect(client.state.kind).toBe('connected');
}

describe('each event comes once and in order, and each publish is done once', () => {
  it.each(Array.from({ length: 8 }, (_, part) => part))('over cuts, doubles and overtaking: part %i', async (part) => {
    for (let i = 0; i < 50; i++) await story(part * 1_000 + i, false);
  });

  it.each(Array.from({ length: 4 }, (_, part) => part))('where logs are lost, too: part %i', async (part) => {
    for (let i = 0; i < 50; i++) await story(100_000 + part * 1_000 + i, true);
  });
});
