import type { Clock } from '../clock';
import { socketUrl } from '../connection/endpoints';
import type { Codec } from '../wire/codec';
import { lazily } from './lazily';
import type { CreateSocket } from './socket';
import type { OpenTransport, Transport, TransportEvents } from './transport';
import { kNeverOpened, WebSocketTransport } from './web_socket_transport';

export interface ChoiceOptions {
  /** undefined where there is no WebSocket. */
  create: CreateSocket | undefined;
  codec: Codec;
  clock: Clock;
  open_timeout_ms: number;
  fetch: typeof fetch | undefined;
}

/** So many WebSockets that did not open, one after the other, count as blocked. */
const kBlockedAfter = 2;
/** How long Server-Sent Events stay the choice, where they worked and WebSockets did not. */
const kBlockedMs = 600_000;

/** A WebSocket, or Server-Sent Events where it does not open. */
export function chooseTransport(options: ChoiceOptions): OpenTransport {
  const { create, clock, fetch } = options;
  const openEvents = lazily(async () => {
    const { SseTransport } = await import('./sse_transport');
    return (url, events) => new SseTransport(url, { fetch: fetch!, clock }, events);
  });
  let unopened = 0;
  let blocked_until_ms = 0;
  return (url, events) => {
    const is_blocked = unopened >= kBlockedAfter || clock.now() < blocked_until_ms;
    if (create === undefined || (is_blocked && fetch !== undefined)) {
      if (fetch === undefined) throw new TypeError('no WebSocket here: give one as `webSocket`');
      const opened = () => {
        blocked_until_ms = clock.now() + kBlockedMs;
        events.opened();
      };
      const closed = (code: number, reason: string) => {
        // Then it may have been the network after all.
        unopened = 0;
        if (code === kNeverOpened) blocked_until_ms = 0;
        events.closed(code, reason);
      };
      return openEvents(url, { ...events, opened, closed });
    }
    const opened = () => {
      unopened = 0;
      events.opened();
    };
    const closed = (code: number, reason: string) => {
      if (code === kNeverOpened) unopened += 1;
      events.closed(code, reason);
    };
    return openSocket(url, { ...options, create }, { ...events, opened, closed });
  };
}

/** A page's policy may refuse a WebSocket on the spot. */
function openSocket(
  url: string,
  options: ChoiceOptions & { create: CreateSocket },
  events: TransportEvents,
): Transport {
  try {
    return new WebSocketTransport(socketUrl(url), options, events);
  } catch (error) {
    queueMicrotask(() => events.closed(kNeverOpened, String(error)));
    return { send: () => undefined, close: () => undefined };
  }
}
