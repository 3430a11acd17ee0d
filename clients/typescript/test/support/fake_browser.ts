import type { TabChannel, TabPlatform } from '../../src/tabs/platform';
import type { Clock } from '../../src/clock';
import type { ManualClock } from './manual_clock';

interface Request {
  tab: FakeTab;
  held: () => Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
  granted?: () => void;
}

/** The locks and channels that tabs share, and tabs that can die without a word. */
export class FakeBrowser {
  readonly tabs = new Set<FakeTab>();
  private readonly clock: ManualClock;
  private readonly holders = new Map<string, Request>();
  private readonly queues = new Map<string, Request[]>();

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  open(): FakeTab {
    const tab = new FakeTab(this);
    this.tabs.add(tab);
    return tab;
  }

  /** All it held is free, nothing of it is heard, and it hears nothing. */
  kill(tab: FakeTab): void {
    this.tabs.delete(tab);
    for (const [name, queue] of this.queues) {
      this.queues.set(name, queue.filter((one) => one.tab !== tab));
    }
    for (const [name, holder] of [...this.holders]) if (holder.tab === tab) this.release(name, holder);
  }

  /** Whether some tab has the lock. */
  holderOf(name: string): FakeTab | undefined {
    return this.holders.get(name)?.tab;
  }

  request(name: string, options: { signal?: AbortSignal; steal?: boolean }, request: Request): void {
    if (options.signal?.aborted) return request.reject(new Error('aborted'));
    const queue = this.queues.get(name) ?? [];
    this.queues.set(name, queue);
    const holder = this.holders.get(name);
    if (options.steal && holder !== undefined) {
      this.holders.delete(name);
      holder.reject(new Error('stolen'));
      queue.unshift(request);
    } else {
      queue.push(request);
    }
    const abort = () => {
      this.queues.set(name, this.queues.get(name)!.filter((one) => one !== request));
      request.reject(new Error('aborted'));
    };
    options.signal?.addEventListener('abort', abort);
    request.granted = () => options.signal?.removeEventListener('abort', abort);
    this.grant(name);
  }

  deliver(from: FakeTab, sender: TabChannel, name: string, message: unknown): void {
    for (const tab of this.tabs) {
      for (const channel of tab.channels.get(name) ?? []) {
        if (channel === sender) continue;
        const copy = structuredClone(message);
        this.clock.setTimeout(() => {
          if (this.tabs.has(tab) && (!from.is_frozen || from === tab) && !tab.is_frozen) channel.onmessage?.(copy);
        }, 1);
      }
    }
  }

  private grant(name: string): void {
    if (this.holders.has(name)) return;
    const next = this.queues.get(name)?.shift();
    if (next === undefined) return;
    this.holders.set(name, next);
    next.granted?.();
    void Promise.resolve()
      .then(() => next.held())
      .then(() => {
        this.release(name, next);
        next.resolve();
      }, next.reject);
  }

  private release(name: string, holder: Request): void {
    if (this.holders.get(name) !== holder) return;
    this.holders.delete(name);
    this.grant(name);
  }
}

export class FakeTab implements TabPlatform {
  readonly channels = new Map<string, Set<TabChannel>>();
  /** Says, hears and does nothing, but keeps its locks. */
  is_frozen = false;
  private readonly browser: FakeBrowser;
  private late: (() => void)[] = [];

  constructor(browser: FakeBrowser) {
    this.browser = browser;
  }

  /** The tab's own timers: what falls due while it is frozen runs when it thaws. */
  clock(clock: ManualClock): Clock {
    const cleared = new Set<unknown>();
    return {
      now: () => clock.now(),
      setTimeout: (run, delay_ms) => {
        const timer: unknown = clock.setTimeout(() => {
          if (this.is_frozen) this.late.push(() => cleared.has(timer) || run());
          else run();
        }, delay_ms);
        return timer;
      },
      clearTimeout: (timer) => {
        cleared.add(timer);
        clock.clearTimeout(timer);
      },
    };
  }

  thaw(): void {
    this.is_frozen = false;
    this.late.splice(0).forEach((run) => run());
  }

  lock(name: string, options: { signal?: AbortSignal; steal?: boolean }, held: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.browser.request(name, options, { tab: this, held, resolve, reject });
    });
  }

  channel(name: string): TabChannel {
    const all = this.channels.get(name) ?? new Set();
    this.channels.set(name, all);
    const channel: TabChannel = {
      onmessage: null,
      post: (message) => {
        if (this.browser.tabs.has(this) && !this.is_frozen) this.browser.deliver(this, channel, name, message);
      },
      close: () => {
        all.delete(channel);
        channel.onmessage = null;
      },
    };
    all.add(channel);
    return channel;
  }
}
