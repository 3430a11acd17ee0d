import { kRealClock } from '../clock';
import { edgeUrl, Endpoints } from '../connection/endpoints';
import type { SessionOptions } from '../session/options';
import { chooseTransport } from '../transport/choice';
import { lazily } from '../transport/lazily';
import { socketMaker } from '../transport/socket';
import { kJsonCodec } from '../wire/json_codec';
import type { Codec } from '../wire/codec';
import { Client } from './client';
import { watchNetwork } from './network';
import { shareTabs } from './share_tabs';

export interface ConnectOptions extends SessionOptions {
  /** How objects travel; JSON, which can be read in a browser's tools, or the smaller MessagePack. */
  encoding?: 'json' | 'msgpack';
  /** "auto": Server-Sent Events where a WebSocket does not open. */
  transport?: 'auto' | 'websocket' | 'sse';
  /** For Node before 22, which has none: that of the package `ws`, for example. */
  webSocket?: new (url: string, protocols: string[]) => unknown;
  fetch?: typeof fetch;
  /** One connection for all tabs of the browser that say the same name, where the browser can (Web Locks and
   *  BroadcastChannel). They have to be of one user: the token is that of the tab that has the connection. */
  tabs?: string;
  /** How long a WebSocket may take to open; 10 s. */
  open_timeout_ms?: number;
}

/** A client that connects at once and stays connected until it is closed. `urls` are of edges, such as
 *  `https://edge.example`; "/" is the one that has served the page. */
export function connect(urls: string | URL | readonly (string | URL)[], options: ConnectOptions = {}): Client {
  const { transport = 'auto' } = options;
  const all = typeof urls === 'string' || urls instanceof URL ? [urls] : urls;
  const openWith = (codec: Codec) =>
    chooseTransport({
      create: transport === 'sse' ? undefined : socketMaker(options.webSocket),
      codec,
      clock: options.clock ?? kRealClock,
      open_timeout_ms: options.open_timeout_ms ?? 10_000,
      fetch: transport === 'websocket' ? undefined : (options.fetch ?? globalThis.fetch),
    });
  const open =
    options.encoding === 'msgpack'
      ? lazily(async () => openWith((await import('../wire/msgpack_codec')).kMsgpackCodec))
      : openWith(kJsonCodec);
  const endpoints = new Endpoints(all.map(edgeUrl), options.random ?? Math.random);
  const client =
    (options.tabs !== undefined && shareTabs(options.tabs, endpoints, open, options)) ||
    new Client(endpoints, open, options);
  client.open();
  client.onClose(watchNetwork(() => client.check()));
  return client;
}
