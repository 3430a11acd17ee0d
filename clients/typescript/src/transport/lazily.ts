import type { OpenTransport, Transport } from './transport';
import { kNeverOpened } from './web_socket_transport';

/** A way to an edge whose code is loaded when it is used for the first time. */
export function lazily(load: () => Promise<OpenTransport>): OpenTransport {
  let loaded: OpenTransport | null = null;
  return (url, events) => {
    if (loaded !== null) return loaded(url, events);
    let transport: Transport | null = null;
    let is_closed = false;
    load().then(
      (open) => {
        loaded = open;
        if (!is_closed) transport = open(url, events);
      },
      (error) => is_closed || events.closed(kNeverOpened, String(error)),
    );
    return {
      send: (objects) => transport?.send(objects),
      close: (code, reason) => {
        is_closed = true;
        transport?.close(code, reason);
      },
      hurry: () => transport?.hurry?.(),
      doubt: () => transport?.doubt?.(),
    };
  };
}
