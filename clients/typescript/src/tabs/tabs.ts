import type { Clock } from '../clock';
import { randomId } from '../random_id';
import type { Session, SessionHandlers } from '../session/session';
import type { OpenTransport } from '../transport/transport';
import { Exchange } from './exchange';
import { Leader } from './leader';
import { Line } from './line';
import type { TabPlatform } from './platform';

export interface TabsOptions {
  /** Tabs of the same name share a connection. */
  name: string;
  platform: TabPlatform;
  clock: Clock;
  openSession: (handlers: SessionHandlers) => Session;
}

/** This tab among those of its browser that share a connection: one of them has it and leads, and when that one goes
 *  another one does. */
export class Tabs {
  private readonly options: TabsOptions;
  private readonly tab = randomId();
  private readonly abort = new AbortController();
  private readonly exchange: Exchange;
  private readonly is_here: Promise<void>;
  private leader: Leader | null = null;
  private leave: () => void = () => undefined;

  constructor(options: TabsOptions) {
    this.options = options;
    this.exchange = new Exchange(options.platform.channel(`longwire:${options.name}`));
    // As long as this tab lives it holds a lock of its own, by which the leader knows.
    this.is_here = new Promise((resolve) => {
      void options.platform
        .lock(`longwire:${options.name}:${this.tab}`, { signal: this.abort.signal }, () => {
          resolve();
          return this.untilClosed();
        })
        .catch(() => undefined);
    });
    this.stand(false);
  }

  /** Ways through the leader, for this tab's client. */
  readonly open: OpenTransport = (_url, events) => {
    let line: Line | null = null;
    let is_over = false;
    void this.is_here.then(() => {
      if (is_over) return;
      const { clock } = this.options;
      const leads = () => this.leader !== null;
      line = new Line({ tab: this.tab, end: this.exchange.line, leads, clock, leaderless: () => this.stand(true) }, events);
    });
    return {
      send: (objects) => line?.send(objects),
      close: () => {
        is_over = true;
        line?.close();
      },
      hurry: () => line?.hurry(),
      doubt: () => line?.doubt(),
    };
  };

  /** The tab takes part no more; another one leads, if this one did. */
  close(): void {
    this.abort.abort();
    this.leave();
    this.exchange.close();
  }

  /** Leads as soon as nobody else does; or now, where the one who should does not. */
  private stand(steal: boolean): void {
    if (this.leader !== null) return;
    const { platform, name } = this.options;
    let leads = false;
    const held = async () => {
      if (this.leader !== null || this.abort.signal.aborted) return;
      leads = true;
      await this.lead();
    };
    platform
      // A lock can be stolen only without a signal.
      .lock(`longwire:${name}`, steal ? { steal } : { signal: this.abort.signal }, held)
      .catch(() => undefined)
      .finally(() => {
        if (!leads) return;
        this.stepDown();
        // Stolen: this tab was taken for dead, and waits for its turn again.
        if (!this.abort.signal.aborted) this.stand(false);
      });
  }

  private lead(): Promise<void> {
    const { platform, name, openSession } = this.options;
    this.leader = new Leader(this.tab, this.exchange.leader, openSession, (tab, gone) => {
      const options = { signal: this.abort.signal };
      platform.lock(`longwire:${name}:${tab}`, options, async () => gone()).catch(() => undefined);
    });
    return this.untilClosed();
  }

  private stepDown(): void {
    this.leader?.close();
    this.leader = null;
  }

  private untilClosed(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.leave;
      this.leave = () => {
        before();
        resolve();
      };
    });
  }
}
