import type { ManualClock } from './manual_clock';
import { FakeSocket, type Sent } from './fake_socket';

interface Log {
  epoch: string;
  tail: number;
  events: { type: string; data: unknown }[];
  keys: Map<string, number>;
}

export interface Faults {
  /** Of a push: that it comes twice, and that it overtakes the one before. */
  double: number;
  overtake: number;
}

type Push = { topic: string; body: object };

/** What an edge does with topics, in memory: logs with epochs, subscriptions from a place, keys. Sends over a wire with
 *  the given faults; connections are cut by `cut`. */
export class FakeEdge {
  readonly logs = new Map<string, Log>();
  readonly sockets: FakeSocket[] = [];
  published = 0;
  private readonly clock: ManualClock;
  private readonly random: () => number;
  private readonly faults: Faults;
  private readonly live = new Set<Wire>();
  private epochs = 0;

  constructor(clock: ManualClock, random: () => number, faults: Faults = { double: 0, overtake: 0 }) {
    this.clock = clock;
    this.random = random;
    this.faults = faults;
  }

  /** For `webSocket` of a client's options. */
  get WebSocket(): new (url: string, protocols: string[]) => FakeSocket {
    const accept = (socket: FakeSocket) => this.accept(socket);
    return class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        accept(this);
      }
    };
  }

  publish(topic: string, key?: string): { topic: string; epoch: string; offset: number; duplicate: boolean } {
    const log = this.log(topic);
    const before = key === undefined ? undefined : log.keys.get(key);
    if (before !== undefined) return { topic, epoch: log.epoch, offset: before, duplicate: true };
    const offset = log.tail + log.events.length;
    log.events.push({ type: 'note', data: { at: offset } });
    if (key !== undefined) log.keys.set(key, offset);
    this.published += 1;
    for (const wire of this.live) wire.wake(topic);
    return { topic, epoch: log.epoch, offset, duplicate: false };
  }

  /** Forgets the oldest events. */
  trim(topic: string, count: number): void {
    const log = this.log(topic);
    log.events.splice(0, count);
    log.tail += count;
  }

  /** The topic's log is lost. */
  reset(topic: string): void {
    this.logs.delete(topic);
    for (const wire of this.live) wire.newEpoch(topic);
  }

  /** Connections that are open at both ends. */
  get connections(): number {
    return [...this.live].filter(({ socket }) => socket.closed === null).length;
  }

  cut(code = 1006): void {
    for (const wire of [...this.live]) {
      this.live.delete(wire);
      wire.socket.hangUp(code);
    }
  }

  snapshot(task: string): object {
    const topic = `task/${task}`;
    const log = this.log(topic);
    return { task, topic, epoch: log.epoch, offset: log.tail + log.events.length - 1, state: 'RUNNING' };
  }

  log(topic: string): Log {
    let log = this.logs.get(topic);
    if (log === undefined) {
      log = { epoch: String(++this.epochs).padStart(16, '0'), tail: 1, events: [], keys: new Map() };
      this.logs.set(topic, log);
    }
    return log;
  }

  private accept(socket: FakeSocket): void {
    this.sockets.push(socket);
    const wire = new Wire(this, socket, this.clock, this.random, this.faults);
    this.clock.setTimeout(() => {
      if (socket.closed !== null) return;
      this.live.add(wire);
      socket.open();
    }, 5);
  }
}

/** One connection. */
class Wire {
  readonly socket: FakeSocket;
  private readonly edge: FakeEdge;
  private readonly clock: ManualClock;
  private readonly random: () => number;
  private readonly faults: Faults;
  private readonly next = new Map<string, number>();
  private readonly incoming: Sent[] = [];
  private outgoing: (object | Push)[] = [];
  private is_sending = false;

  constructor(edge: FakeEdge, socket: FakeSocket, clock: ManualClock, random: () => number, faults: Faults) {
    this.edge = edge;
    this.socket = socket;
    this.clock = clock;
    this.random = random;
    this.faults = faults;
    socket.heard = (sent) => {
      this.incoming.push(sent);
      if (this.incoming.length === 1) this.obeySoon();
    };
  }

  wake(topic: string): void {
    const log = this.edge.log(topic);
    let next = this.next.get(topic);
    if (next === undefined) return;
    if (next < log.tail) {
      this.say({ topic, body: { gap: { topic, from: next, to: log.tail - 1, reason: 'trimmed' } } });
      next = log.tail;
    }
    for (; next < log.tail + log.events.length; next++) {
      const body = { topic, offset: next, time_us: next, ...log.events[next - log.tail] };
      this.say({ topic, body });
      if (this.random() < this.faults.double) this.say({ topic, body });
    }
    this.next.set(topic, next);
  }

  newEpoch(topic: string): void {
    const next = this.next.get(topic);
    if (next === undefined) return;
    const { epoch } = this.edge.log(topic);
    // What is behind it is of another log: nothing overtakes this one.
    this.say({ gap: { topic, from: next, to: next - 1, reason: 'epoch_changed', epoch } });
    this.next.set(topic, 1);
  }

  /** One after the other. */
  private obeySoon(): void {
    this.clock.setTimeout(() => {
      const sent = this.incoming.shift();
      if (sent !== undefined) this.obey(sent);
      if (this.incoming.length > 0) this.obeySoon();
    }, this.random() * 2);
  }

  private obey(sent: Sent): void {
    if (this.socket.closed !== null) return;
    const ok = this.ok(sent);
    if (ok !== null) this.say({ id: sent.id, ok });
    if (sent.cmd !== 'subscribe') return;
    const snapshot = sent.from === 'snapshot' ? this.edge.snapshot(String(sent.topic).slice(5)) : null;
    if (snapshot !== null) this.say({ snapshot, ...snapshot });
    this.wake(sent.topic as string);
  }

  private ok(sent: Sent): object | null {
    const topic = sent.topic as string;
    if (sent.cmd === 'hello') return { heartbeat_ms: 25_000, expires_us: null, user: 'dev' };
    if (sent.cmd === 'state') return this.edge.snapshot(String(sent.task));
    if (sent.cmd === 'publish') return this.edge.publish(topic, sent.key as string | undefined);
    if (sent.cmd === 'unsubscribe') this.next.delete(topic);
    if (sent.cmd !== 'subscribe') return {};
    if (this.next.has(topic)) {
      this.say({ id: sent.id, error: { code: 'conflict', message: 'already subscribed' } });
      return null;
    }
    return this.subscribe(topic, sent.from as string | { last: number } | { epoch: string; offset: number });
  }

  private subscribe(topic: string, from: string | { last: number } | { epoch: string; offset: number }): object {
    const log = this.edge.log(topic);
    const head = log.tail + log.events.length - 1;
    let offset = head;
    let resumed = false;
    if (from === 'start') offset = log.tail - 1;
    else if (typeof from === 'object' && 'last' in from) offset = Math.max(0, head - from.last);
    else if (typeof from === 'object') {
      resumed = from.epoch === log.epoch;
      offset = resumed ? from.offset : log.tail - 1;
    }
    const after = Math.max(offset, log.tail - 1);
    this.next.set(topic, after + 1);
    return { topic, epoch: log.epoch, offset: after, head, tail: log.tail, resumed };
  }

  /** Pushes of one topic may overtake each other; answers and new epochs stand where they are. */
  private say(message: object | Push): void {
    const before = this.outgoing.at(-1);
    const overtakes =
      'body' in message && before !== undefined && 'body' in before && this.random() < this.faults.overtake;
    if (overtakes) this.outgoing.splice(-1, 0, message);
    else this.outgoing.push(message);
    if (this.is_sending) return;
    this.is_sending = true;
    this.clock.setTimeout(() => this.flush(), 1 + this.random() * 10);
  }

  private flush(): void {
    this.is_sending = false;
    const messages = this.outgoing.map((message) => ('body' in message ? message.body : message));
    this.outgoing = [];
    this.socket.push(...messages);
  }
}
