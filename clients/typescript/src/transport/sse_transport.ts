import type { Clock } from '../clock';
import { LongwireError } from '../errors';
import type { Command, From, Hello, Message, Snapshot } from '../protocol';
import { EventStream } from './event_stream';
import { asHttp } from './http_commands';
import type { Transport, TransportEvents } from './transport';
import { kNeverOpened } from './web_socket_transport';

/** An edge sends a comment every 15 s. */
const kSilenceMs = 40_000;
const kMessageBytesMax = 1 << 20;
const kClosed = new Map([
  [401, 4401],
  [403, 4403],
  [429, 1013],
  [503, 1013],
]);

/** Where WebSockets are blocked: events by one stream of Server-Sent Events, commands by requests. What HTTP does not
 *  have (filters, membership, being there for a task) is refused as `unsupported`. */
export class SseTransport implements Transport {
  private readonly edge: string;
  private readonly fetch: typeof fetch;
  private readonly clock: Clock;
  private readonly events: TransportEvents;
  private readonly abort = new AbortController();
  private readonly stream: EventStream;
  private token: string | undefined;
  private is_over = false;

  constructor(edge: string, how: { fetch: typeof fetch; clock: Clock }, events: TransportEvents) {
    this.edge = edge;
    this.fetch = how.fetch;
    this.clock = how.clock;
    this.events = events;
    this.stream = new EventStream(how.clock, {
      fetch: (path, signal) => this.request('GET', path, undefined, signal),
      received: (messages) => this.is_over || events.received(messages),
      ended: (code, reason) => this.end(code, reason),
    });
    void this.open();
  }

  send(objects: readonly object[]): void {
    for (const object of objects) void this.obey(object as Command);
  }

  close(): void {
    this.is_over = true;
    this.abort.abort();
    this.stream.close();
  }

  private async open(): Promise<void> {
    try {
      const { ok, status } = await this.request('GET', '/readyz');
      if (this.is_over) return;
      if (ok) this.events.opened();
      else this.end(kClosed.get(status) ?? kNeverOpened, `status ${status}`);
    } catch (error) {
      this.end(kNeverOpened, String(error));
    }
  }

  private async obey(command: Command): Promise<void> {
    const { id, cmd } = command;
    try {
      const ok = await this.answer(command);
      // A subscribe is answered within its stream.
      if (ok !== null) this.reply({ id, ok });
    } catch (error) {
      if (!(error instanceof LongwireError)) return this.end(1006, `${cmd}: ${String(error)}`);
      const { code, message, field, retry_after_ms } = error;
      this.reply({ id, error: { code, message, field, retry_after_ms } });
    }
  }

  private async answer(command: Command): Promise<object | null> {
    switch (command.cmd) {
      case 'hello':
        this.token = command.token as string | undefined;
        return this.hello();
      case 'refresh':
        this.token = command.token as string;
        return { expires_us: null };
      case 'ping':
        await this.request('GET', '/healthz');
        return { time_us: this.clock.now() * 1_000 };
      case 'subscribe':
        if (typeof command.topic !== 'string') throw unsupported('a filter');
        await this.subscribe(command, command.topic, (command.from ?? 'now') as From);
        return null;
      case 'unsubscribe':
        if (typeof command.topic === 'string') this.stream.remove(command.topic);
        return {};
      default:
        return this.ask(command);
    }
  }

  private hello(): Hello {
    return {
      connection: 'sse',
      realm: '',
      user: '',
      edge: this.edge,
      heartbeat_ms: kSilenceMs,
      max_message_bytes: kMessageBytesMax,
      expires_us: null,
    };
  }

  private async subscribe({ id }: Command, topic: string, from: From): Promise<void> {
    const snapshot = from === 'snapshot' ? await this.snapshot(topic) : null;
    const place = await this.place(topic, snapshot ?? (from as Exclude<From, 'snapshot'>));
    this.stream.add(topic, place, (answer) => {
      if (answer instanceof LongwireError) return this.reply({ id, error: { code: answer.code, message: answer.message } });
      this.reply({ id, ok: answer });
      const { epoch, offset } = answer;
      if (snapshot !== null) this.reply({ snapshot, topic, epoch, offset });
    });
  }

  private async snapshot(topic: string): Promise<Snapshot> {
    const task = topic.slice('task/'.length);
    return (await this.ask({ id: 0, cmd: 'state', task, output: true })) as unknown as Snapshot;
  }

  /** The stream knows now, start and places. */
  private async place(topic: string, from: Exclude<From, 'snapshot'>) {
    if (typeof from === 'string' || 'epoch' in from) return from;
    const { epoch, head } = (await this.ask({ id: 0, cmd: 'history', topic, limit: 1 })) as { epoch: string; head: number };
    return epoch === '' ? 'start' : { epoch, offset: Math.max(0, head - from.last) };
  }

  private async ask(command: Command): Promise<Message> {
    const request = asHttp(command);
    if (request === null) throw unsupported(command.cmd);
    const response = await this.request(request.method, request.path, request.body);
    const body = (await response.json()) as Message;
    if (response.ok) return body;
    const { code, detail, field } = body as { code?: string; detail?: string; field?: string };
    const after_s = Number(response.headers.get('retry-after') ?? 0);
    const retry_after_ms = after_s > 0 ? after_s * 1_000 : undefined;
    throw LongwireError.from({ code, message: detail, field, retry_after_ms });
  }

  private request(method: string, path: string, body?: unknown, signal = this.abort.signal): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.token !== undefined) headers.authorization = `Bearer ${this.token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const { fetch } = this; // a browser's wants no `this`
    return fetch(this.edge + path, { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  private reply(message: object): void {
    if (!this.is_over) this.events.received([message as Message]);
  }

  private end(code: number, reason: string): void {
    if (this.is_over) return;
    this.close();
    this.events.closed(code, reason);
  }
}

function unsupported(what: string): LongwireError {
  return new LongwireError('unsupported', `${what} needs a WebSocket`);
}
