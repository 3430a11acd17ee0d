import type { LongwireError } from '@longwire/client';
import type { TrackingConnection, TrackingLog, TrackingServerMessage, TrackingSession, TrackingSessionState } from '@longwire/client/dialects';
import { Signal, type Schedule } from './signal';
import { Tail } from './tail';

export type Tracking = Pick<
  TrackingConnection,
  'sessions' | 'state' | 'onMessage' | 'onState' | 'sessionState' | 'sessionLogs' | 'streamLogs' | 'stopLogs' | 'retry' | 'close'
>;

export interface SessionLog extends TrackingLog {
  offset: number;
}

const kLogsMax = 5_000;
/** So many of the newest logs are looked at for what comes twice. */
const kKnownLogs = 1_000;

/** The sessions as a dashboard is told of them: the list, and of the one that is looked at its state and its logs. */
export class SessionsWatch {
  readonly signal: Signal;
  readonly tracking: Tracking;
  readonly logs = new Tail<SessionLog>(kLogsMax);
  chosen: string | null = null;
  state: TrackingSessionState['state'] | null = null;
  problem: string | null = null;
  private asking = false;
  private is_stale = false;
  private said = 0;
  private was_away = false;
  /** Logs that came while those before them were asked for; null while nothing is. */
  private held: TrackingLog[] | null = null;

  constructor(tracking: Tracking, schedule?: Schedule) {
    this.tracking = tracking;
    this.signal = new Signal(schedule);
    tracking.onMessage((message) => this.hear(message));
    tracking.onState(({ kind }) => {
      if (kind === 'reconnecting') this.was_away = true;
      // The stream of logs begins anew, a moment after this: what came before it is asked for behind that.
      if (kind === 'connected' && this.was_away) queueMicrotask(() => void this.catchUp());
      this.signal.touch();
    });
  }

  get sessions(): readonly TrackingSession[] {
    return this.tracking.sessions;
  }

  choose(session_id: string | null): void {
    this.chosen = session_id;
    this.state = null;
    this.problem = null;
    this.logs.clear();
    this.held = null;
    this.signal.touch();
    if (session_id === null) void this.tracking.stopLogs();
    else void this.tracking.streamLogs(session_id);
    this.ask();
  }

  close(): void {
    this.chosen = null;
    this.tracking.close();
  }

  private hear(message: TrackingServerMessage): void {
    if (message.type === 'session_logs' && message.session_id === this.chosen) {
      if (this.held === null) this.addLogs(message.logs);
      else this.held.push(...message.logs);
    }
    // Whatever changes among the agents may change the state of what is looked at.
    if (message.type === 'active_sessions' || message.type === 'agent_status') this.ask();
    this.signal.touch();
  }

  /** Fetches the logs of the time without a connection. */
  private async catchUp(): Promise<void> {
    const { chosen } = this;
    if (chosen === null || this.held !== null) return;
    this.was_away = false;
    const held: TrackingLog[] = [];
    this.held = held;
    const missed = await this.tracking.sessionLogs(chosen).then(
      ({ logs }) => logs,
      () => null, // the connection is lost again, or it is said elsewhere why not
    );
    if (held !== this.held) return;
    this.held = null;
    const newest = this.logs.items[this.logs.items.length - 1];
    const known = new Set(this.logs.items.slice(-kKnownLogs).map(identityOf));
    const at = newest === undefined ? -1 : (missed ?? []).findIndex((log) => identityOf(log) === identityOf(newest));
    if (missed === null || (newest !== undefined && at < 0)) this.addLogs([missingLog()]);
    const isNews = (log: TrackingLog) => !known.has(identityOf(log)) && known.add(identityOf(log));
    this.addLogs((missed ?? []).slice(at + 1).filter(isNews));
    // The answer itself is among them, as far back as it goes.
    missed?.forEach(isNews);
    this.addLogs(held.filter(isNews));
    this.signal.touch();
  }

  private addLogs(logs: readonly TrackingLog[]): void {
    for (const log of logs) this.logs.push({ ...log, offset: ++this.said });
  }

  /** One question at a time; what changes meanwhile is asked for once more behind it. */
  private ask(): void {
    const { chosen } = this;
    if (chosen === null) return;
    if (this.asking) {
      this.is_stale = true;
      return;
    }
    this.asking = true;
    this.tracking
      .sessionState(chosen)
      .then(
        ({ state }) => chosen === this.chosen && (this.state = state),
        (error: LongwireError) => chosen === this.chosen && (this.problem = error.message),
      )
      .finally(() => {
        this.asking = false;
        this.signal.touch();
        if (!this.is_stale) return;
        this.is_stale = false;
        this.ask();
      });
  }
}

const identityOf = ({ timestamp, level, agent, message, details }: TrackingLog): string =>
  JSON.stringify([timestamp, level, agent, message, details]);

const missingLog = (): TrackingLog => ({
  timestamp: new Date().toISOString(),
  level: 'warn',
  agent: 'Page',
  message: 'Logs of the time without a connection are missing here',
  details: {},
});
