import { kRealClock } from '../clock';
import type { Endpoints } from '../connection/endpoints';
import type { SessionOptions } from '../session/options';
import { Session } from '../session/session';
import { browserTabs, type TabPlatform } from '../tabs/platform';
import { lazily } from '../transport/lazily';
import type { OpenTransport } from '../transport/transport';
import { Client } from './client';

/** The leader waits between its attempts; a tab that has lost it has nothing to spare an edge. */
const kTabBackoff = { base_ms: 50, cap_ms: 500 };

/** A client whose connection is that of all tabs; null where the browser can't. */
export function shareTabs(
  name: string,
  endpoints: Endpoints,
  open: OpenTransport,
  options: SessionOptions,
  platform: TabPlatform | null = browserTabs(),
): Client | null {
  if (platform === null) return null;
  let close: () => void = () => undefined;
  let is_closed = false;
  const openTab = lazily(async () => {
    const { Tabs } = await import('../tabs/tabs');
    const tabs = new Tabs({
      name,
      platform,
      clock: options.clock ?? kRealClock,
      openSession: (handlers) => new Session(endpoints, open, options, handlers),
    });
    close = () => tabs.close();
    if (is_closed) close();
    return tabs.open;
  });
  const client = new Client(endpoints, openTab, { ...options, token: undefined, backoff: kTabBackoff });
  client.onClose(() => {
    is_closed = true;
    close();
  });
  return client;
}
