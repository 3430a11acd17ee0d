import { watchNetwork } from '../client/network';
import { kRealClock, type Clock } from '../clock';
import type { BackoffOptions } from '../connection/backoff';
import { afterClose } from '../connection/close_codes';
import { Connection } from '../connection/connection';
import { edgeUrl, Endpoints, socketUrl } from '../connection/endpoints';
import type { ConnectionState } from '../connection/state';
import { LongwireError } from '../errors';
import { Listeners } from '../listeners';
import type { Hello, Message } from '../protocol';
import { Heartbeat } from '../session/heartbeat';
import { socketMaker } from '../transport/socket';
import { WebSocketTransport } from '../transport/web_socket_transport';
import { kPlainCodec } from './plain_codec';

export interface ProductOptions {
  /** Goes into the query as `token`; asked for at each connect. */
  token?: string | (() => string | undefined);
  webSocket?: new (url: string, protocols: string[]) => unknown;
  backoff?: BackoffOptions;
  clock?: Clock;
  random?: () => number;
  /** Messages that wait for a connection; 100, and each for 60 s at most. */
  queue_size_max?: number;
  queue_age_max_ms?: number;
}

/** What makes one product of them. */
export interface Product {
  /** The path of the WebSocket, and what goes into its query: where it is to go on, after the first time. */
  path: string;
  query?: () => Record<string, string | undefined>;
  /** Asks the edge for a sign of life; null where there is no such message, and the edge itself lets hear of it. */
  ping: object | null;
  /** Silence that is too long: by then it is asked, or taken for dead where it can't be. Null: it may be silent. */
  silence_ms: number | null;
}

type Urls = string | URL | readonly (string | URL)[];

interface Waiting {
  message: object;
  born_ms: number;
  settle: (error: LongwireError | null) => void;
}

/** One connection of a product's frontend, which comes back by itself. `In` is what it may say, `Out` what it hears. */
export abstract class ProductConnection<In extends object, Out extends { type: string }> {
  protected readonly clock: Clock;
  protected readonly edges: readonly string[];
  private readonly options: ProductOptions;
  private readonly product: Product;
  private readonly connection: Connection;
  private readonly heartbeat: Heartbeat;
  private readonly on_state = new Listeners<ConnectionState>();
  private readonly on_message = new Listeners<Out>();
  private readonly unwatch: () => void;
  private waiting: Waiting[] = [];

  constructor(urls: Urls, product: Product, options: ProductOptions) {
    this.options = options;
    this.product = product;
    this.clock = options.clock ?? kRealClock;
    const all = typeof urls === 'string' || urls instanceof URL ? [urls] : urls;
    this.edges = all.map(edgeUrl);
    const random = options.random ?? Math.random;
    const create = socketMaker(options.webSocket);
    if (create === undefined) throw new TypeError('no WebSocket here: give one as `webSocket`');
    const { clock } = this;
    this.connection = new Connection(
      {
        endpoints: new Endpoints(this.edges, random),
        open: (edge, events) =>
          new WebSocketTransport(
            socketUrl(edge, this.path()),
            { create, codec: kPlainCodec, clock, open_timeout_ms: 10_000 },
            events,
          ),
        clock,
        random,
        backoff: options.backoff ?? { base_ms: 500, cap_ms: 15_000 },
        after: (code) => (code === 1000 ? 'done' : afterClose(code)),
      },
      {
        opened: () => this.opened(),
        received: (message) => this.receive(message as unknown as Out),
        lost: () => this.heartbeat.stop(),
        changed: (state) => {
          if (state.kind === 'closed') this.ended();
          this.on_state.tell(state);
        },
      },
    );
    this.heartbeat = new Heartbeat(clock, {
      heard_ms: () => this.connection.heard_ms,
      heard_count: () => this.connection.heard_count,
      ping: () => product.ping !== null && this.connection.send(product.ping),
      dead: () => this.connection.drop('no sign of life'),
    });
    this.unwatch = watchNetwork(() => this.retry());
  }

  get state(): ConnectionState {
    return this.connection.state;
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    return this.on_state.add(listener);
  }

  /** Each message once, as far as it can be told from another. */
  onMessage(listener: (message: Out) => void): () => void {
    return this.on_message.add(listener);
  }

  /** Messages of one type. */
  on<Type extends Out['type']>(type: Type, listener: (message: Extract<Out, { type: Type }>) => void): () => void {
    return this.onMessage((message) => {
      if (message.type === type) listener(message as Extract<Out, { type: Type }>);
    });
  }

  /** Says something, now or when there is a connection: resolves when it has been handed to one. Whether it has arrived
   *  only the product's own messages tell. */
  send(message: In): Promise<void> {
    if (this.state.kind === 'connected') {
      this.connection.send(message);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const settle: Waiting['settle'] = (error) => (error === null ? resolve() : reject(error));
      if (this.state.kind === 'closed') return settle(new LongwireError('closed', 'the connection is closed'));
      if (this.waiting.length >= (this.options.queue_size_max ?? 100)) {
        return settle(new LongwireError('too_many', 'too many messages wait for a connection'));
      }
      this.waiting.push({ message, born_ms: this.clock.now(), settle });
    });
  }

  /** Tries to connect now instead of later, also after `failed`; finds out whether a connection still lives. */
  retry(): void {
    if (this.state.kind === 'connected') this.heartbeat.doubt();
    else this.connection.retry();
  }

  close(): void {
    this.connection.close();
  }

  /** To be called by the constructor of each product, when all of it is there. */
  protected start(): void {
    this.connection.open();
  }

  /** What comes first on each connection. */
  protected greet(): void {}

  /** Looks at a message before the application does; false for one that has come before. */
  protected abstract isNews(message: Out): boolean;

  /** The connection is over for good. */
  protected ended(): void {
    this.unwatch();
    for (const { settle } of this.waiting.splice(0)) settle(new LongwireError('closed', 'the connection is closed'));
  }

  private path(): string {
    const { token } = this.options;
    const own = typeof token === 'function' ? token() : token;
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...this.product.query?.(), token: own })) {
      if (value !== undefined) query.set(name, value);
    }
    const text = query.toString();
    return this.product.path + (text === '' ? '' : `?${text}`);
  }

  private opened(): void {
    this.connection.established(plainHello(this.product.silence_ms ?? 0));
    if (this.product.silence_ms !== null) this.heartbeat.start(this.product.silence_ms);
    this.greet();
    const age_max_ms = this.options.queue_age_max_ms ?? 60_000;
    for (const { message, born_ms, settle } of this.waiting.splice(0)) {
      if (this.clock.now() - born_ms > age_max_ms) {
        settle(new LongwireError('expired_here', 'there was no connection in time'));
      } else {
        this.connection.send(message);
        settle(null);
      }
    }
  }

  private receive(message: Out): void {
    if (this.isNews(message)) this.on_message.tell(message);
  }

  /** A request to the edge that serves this connection, or another. */
  protected async post(path: string, body: Message): Promise<Message> {
    const edge = this.state.kind === 'connected' ? this.state.url : this.edges[0]!;
    return postTo(edge, path, body);
  }
}

/** Products tell nothing of the edge and of who one is. */
export function plainHello(heartbeat_ms: number): Hello {
  return { connection: '', realm: '', user: '', edge: '', heartbeat_ms, max_message_bytes: 262_144, expires_us: null };
}

interface PostOptions {
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

export async function postTo(edge: string, path: string, body: Message, options: PostOptions = {}): Promise<Message> {
  const headers = { 'content-type': 'application/json', ...options.headers };
  const post = options.fetch ?? fetch;
  const response = await post(edge + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as Message;
  if (response.ok) return answer;
  throw LongwireError.from({ code: answer.code, message: answer.detail, field: answer.field });
}
