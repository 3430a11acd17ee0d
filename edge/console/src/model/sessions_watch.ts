import type { LongwireError } from '@longwire/client';
import type { TrackingConnection, TrackingLog, TrackingServerMessage, TrackingSession, TrackingSessionState } from '@longwire/client/dialects';
import { Signal, type Schedule } from './signal';
import { Tail } from './tail';

export type Tracking = Pick<TrackingConnection, 'sessions' | 'state' | 'onMessage' | 'onState' | 'sessionState' | 'streamLogs' | 'stopLogs' | 'retry' | 'close'>;

export interface SessionLog extends TrackingLog {
  offset: number;
}

const kLogsMax = 5_000;

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

  constructor(tracking: Tracking, schedule?: Schedule) {
    this.tracking = tracking;
    this.signal = new Signal(schedule);
    tracking.onMessage((message) => this.hear(message));
    tracking.onState(() => this.signal.touch());
  }

  get sessions(): readonly TrackingSession[] {
    return this.tracking.sessions;
  }

  choose(session_id: string | null): void {
    this.chosen = session_id;
    this.state = null;
    this.problem = null;
    this.logs.clear();
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
      for (const log of message.logs) this.logs.push({ ...log, offset: ++this.said });
    }
    // Whatever changes among the agents may change the state of what is looked at.
    if (message.type === 'active_sessions' || message.type === 'agent_status') this.ask();
    this.signal.touch();
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
