import { Endpoints } from '../../src/connection/endpoints';
import type { Client } from '../../src/index';
import { shareTabs } from '../../src/client/share_tabs';
import { chooseTransport } from '../../src/transport/choice';
import { kJsonCodec } from '../../src/wire/json_codec';
import { FakeBrowser, type FakeTab } from './fake_browser';
import type { FakeEdge } from './fake_edge';
import { FakeSocket } from './fake_socket';
import type { ManualClock } from './manual_clock';

/** Tabs of one browser that share a connection to a fake edge. */
export class TabBench {
  readonly browser: FakeBrowser;
  private readonly clock: ManualClock;
  private readonly edge: FakeEdge;
  private readonly random: () => number;

  constructor(clock: ManualClock, edge: FakeEdge, random: () => number = () => 0.5) {
    this.clock = clock;
    this.edge = edge;
    this.random = random;
    this.browser = new FakeBrowser(clock);
  }

  async open(): Promise<{ client: Client; tab: FakeTab }> {
    const { random } = this;
    const { WebSocket } = this.edge;
    const tab = this.browser.open();
    const clock = tab.clock(this.clock);
    const open = chooseTransport({
      create: (url, protocols) => new (this.browser.tabs.has(tab) ? WebSocket : FakeSocket)(url, protocols),
      codec: kJsonCodec,
      clock,
      open_timeout_ms: 10_000,
      fetch: undefined,
    });
    const client = shareTabs('test', new Endpoints(['http://edge'], random), open, { clock, random }, tab)!;
    client.open();
    // The code of tabs is loaded when it is used: in real time.
    while (tab.channels.size === 0) await new Promise((resolve) => setImmediate(resolve));
    return { client, tab };
  }

  get leader(): FakeTab | undefined {
    return this.browser.holderOf('longwire:test');
  }

  /** Dead at once: its socket is gone as well. */
  kill(tab: FakeTab): void {
    if (tab === this.leader) this.edge.cut();
    this.browser.kill(tab);
  }
}
