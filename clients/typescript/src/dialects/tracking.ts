// Made by scripts/generate_dialects.mjs of protocol/spec/dialects. Do not edit.

export type TrackingClientMessage =
  | TrackingGetSessionLogs
  | TrackingGetSessionState
  | TrackingStartLogStreaming
  | TrackingStopLogStreaming
  | TrackingPong;
export type TrackingServerMessage =
  | TrackingActiveSessions
  | TrackingAgentStatus
  | TrackingAgentCollaboration
  | TrackingSessionState
  | TrackingSessionLogs
  | TrackingPing
  | TrackingError;
/**
 * Seconds since 1970 UTC, with fractions.
 */
export type TrackingSeconds = number;
/**
 * RFC 3339 in UTC with milliseconds.
 */
export type TrackingTime = string;

/**
 * Dashboards that follow all agents and sessions: /ws/agent-tracking/{client_id}.
 */
export interface TrackingMessages {
  in: TrackingClientMessage;
  out: TrackingServerMessage;
}
/**
 * Asks once for the newest logs of a session, whether it has ended or not.
 */
export interface TrackingGetSessionLogs {
  type: 'get_session_logs';
  /**
   * The session: the id of the task at the root of its tree.
   */
  session_id: string;
  [k: string]: unknown;
}
/**
 * Asks how a session is doing and what it has shown so far.
 */
export interface TrackingGetSessionState {
  type: 'get_session_state';
  /**
   * The session: the id of the task at the root of its tree.
   */
  session_id: string;
  [k: string]: unknown;
}
/**
 * From now on the logs of this session are sent as they come, instead of those of the session before.
 */
export interface TrackingStartLogStreaming {
  type: 'start_log_streaming';
  /**
   * The session: the id of the task at the root of its tree.
   */
  session_id: string;
  [k: string]: unknown;
}
/**
 * No more logs are sent as they come.
 */
export interface TrackingStopLogStreaming {
  type: 'stop_log_streaming';
  [k: string]: unknown;
}
/**
 * Shows that the dashboard is there, as any other message does.
 */
export interface TrackingPong {
  type: 'pong';
  [k: string]: unknown;
}
/**
 * Once a connection has begun, and whenever the set has changed, at most every 100 ms. Sessions that have ended stay for 60 s.
 */
export interface TrackingActiveSessions {
  type: 'active_sessions';
  timestamp: TrackingSeconds;
  data: {
    /**
     * How many there are, listed or not.
     */
    total_sessions: number;
    /**
     * The newest first.
     */
    sessions: TrackingSession[];
  };
}
export interface TrackingSession {
  /**
   * The session: the id of the task at the root of its tree.
   */
  session_id: string;
  /**
   * What it was asked to do; the task's kind where its input does not say.
   */
  query: string;
  /**
   * What its root task is doing.
   */
  status: 'pending' | 'processing' | 'completed' | 'error' | 'cancelled';
  /**
   * Agents at work in its tree.
   */
  agents_active: number;
}
/**
 * At most one per agent and 100 ms: the newest of those that came meanwhile.
 */
export interface TrackingAgentStatus {
  type: 'agent_status';
  /**
   * Its id; its name where it has told none.
   */
  agent_id: string;
  /**
   * Its name.
   */
  agent_name: string;
  /**
   * What the agent is doing.
   */
  status: 'IDLE' | 'ANALYZING' | 'PROCESSING' | 'COLLABORATING' | 'COMPLETED' | 'ERROR';
  /**
   * Whole percents.
   */
  progress: number;
  /**
   * For people.
   */
  message: string;
  timestamp: TrackingTime;
  metadata: {
    /**
     * The task that it works on.
     */
    task_id: string;
    /**
     * Seconds that it will still take; absent where it has not said so.
     */
    estimated_completion?: number;
  };
}
/**
 * One hands over to another.
 */
export interface TrackingAgentCollaboration {
  type: 'agent_collaboration';
  /**
   * Who hands over.
   */
  primary_agent: string;
  /**
   * To whom.
   */
  secondary_agent: string;
  /**
   * In what way they work together.
   */
  collaboration_type: string;
  /**
   * Why; empty where nobody has said.
   */
  reason: string;
  timestamp: TrackingTime;
}
/**
 * Answers get_session_state.
 */
export interface TrackingSessionState {
  type: 'session_state';
  /**
   * The session: the id of the task at the root of its tree.
   */
  session_id: string;
  state: {
    /**
     * The session: the id of the task at the root of its tree.
     */
    session_id: string;
    /**
     * What it was asked to do.
     */
    query: string;
    /**
     * What its root task is doing.
     */
    current_phase: 'pending' | 'processing' | 'completed' | 'error' | 'cancelled';
    /**
     * Whole percents of the whole session.
     */
    overall_progress: number;
    active_agents: TrackingActiveAgent[];
    /**
     * In the order in which the tasks of the tree began.
     */
    crew_output: TrackingOutput[];
  };
  timestamp: TrackingSeconds;
}
export interface TrackingActiveAgent {
  /**
   * Its name.
   */
  agent_name: string;
  /**
   * What the agent is doing.
   */
  status: 'IDLE' | 'ANALYZING' | 'PROCESSING' | 'COLLABORATING' | 'COMPLETED' | 'ERROR';
  /**
   * Whole percents.
   */
  progress: number;
  /**
   * What it said last that it does.
   */
  current_task: string;
  details: {
    /**
     * Its id.
     */
    agent_id: string;
    /**
     * The task of the tree that it works on.
     */
    task_id: string;
    /**
     * Seconds that it will still take.
     */
    estimated_completion?: number;
  };
}
export interface TrackingOutput {
  /**
   * Who.
   */
  agent: string;
  /**
   * A text as far as it is, an artifact, a task's result or error; or a note that older ones are left out.
   */
  type: 'text' | 'artifact' | 'result' | 'error' | 'omitted';
  /**
   * The task of the tree.
   */
  task_id: string;
  /**
   * A text's is a string; an artifact, a result or an error is what the worker made it.
   */
  content: {
    [k: string]: unknown;
  };
}
/**
 * Answers get_session_logs with the newest, or brings those that have come since start_log_streaming; the oldest first.
 */
export interface TrackingSessionLogs {
  type: 'session_logs';
  /**
   * The session: the id of the task at the root of its tree.
   */
  session_id: string;
  logs: TrackingLog[];
  timestamp: TrackingSeconds;
}
export interface TrackingLog {
  timestamp: TrackingTime;
  /**
   * info, warn, error, or what else the worker calls it.
   */
  level: string;
  /**
   * Who; System for the life of a task.
   */
  agent: string;
  /**
   * For people; an event's type where it says nothing.
   */
  message: string;
  /**
   * What else there is to say.
   */
  details: {
    [k: string]: unknown;
  };
}
/**
 * After 30 s in which the dashboard has said nothing, and every 30 s from then on; after 90 s the connection is closed with 1001.
 */
export interface TrackingPing {
  type: 'ping';
  timestamp: TrackingSeconds;
}
/**
 * The connection lives on, but where a close follows.
 */
export interface TrackingError {
  type: 'error';
  /**
   * For people.
   */
  message: string;
  /**
   * For programs.
   */
  code:
    | 'bad_request'
    | 'unauthorized'
    | 'forbidden'
    | 'not_found'
    | 'conflict'
    | 'rate_limited'
    | 'too_large'
    | 'too_many'
    | 'expired'
    | 'unavailable'
    | 'internal';
  /**
   * Of which session.
   */
  session_id?: string;
  /**
   * Which field of the message is at fault.
   */
  field?: string;
  /**
   * Seconds to wait.
   */
  retry_after?: number;
  timestamp: TrackingSeconds;
}
