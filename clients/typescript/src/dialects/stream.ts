// Made by scripts/generate_dialects.mjs of protocol/spec/dialects. Do not edit.

export type StreamClientMessage = StreamChat | StreamCancel | StreamPing | StreamPong;
export type StreamServerMessage =
  | StreamWelcome
  | StreamAgentStep
  | StreamToolCall
  | StreamToolResult
  | StreamProgress
  | StreamChart
  | StreamToken
  | StreamResult
  | StreamError
  | StreamCancelHeard
  | StreamCancelled
  | StreamEvent
  | StreamPingOut
  | StreamPongOut;
/**
 * ISO 8601 in UTC.
 */
export type StreamTimestamp = string;

/**
 * Chat in, agents' steps and a result out, cancelled at any time: /ws/stream.
 */
export interface StreamMessages {
  in: StreamClientMessage;
  out: StreamServerMessage;
}
/**
 * Starts a task with the message, whose surrounding white space does not count. While the task waits for an answer it is that answer.
 */
export interface StreamChat {
  type: 'chat';
  payload?: {
    message?: string;
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Cancels the running task.
 */
export interface StreamCancel {
  type: 'cancel';
  payload?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Answered by `pong`.
 */
export interface StreamPing {
  type: 'ping';
  payload?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * May answer the edge's `ping`.
 */
export interface StreamPong {
  type: 'pong';
  payload?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The first message. `?resume=` with this token goes on where the connection was; `resumed` says whether it does.
 */
export interface StreamWelcome {
  type: 'welcome';
  resume: string;
  client_id: string;
  resumed: boolean;
}
/**
 * An agent begins its turn, or is done with it.
 */
export interface StreamAgentStep {
  type: 'agent_step';
  agent: string;
  emoji: string;
  status: 'working' | 'completed';
  timestamp: StreamTimestamp;
}
/**
 * An agent calls a tool.
 */
export interface StreamToolCall {
  type: 'tool_call';
  agent: string;
  tool_name: string;
  arguments: unknown;
  timestamp: StreamTimestamp;
}
/**
 * What a tool gave, and whether it did what it was asked.
 */
export interface StreamToolResult {
  type: 'tool_result';
  agent: string;
  tool_name: string;
  result: unknown;
  success: boolean;
  timestamp: StreamTimestamp;
}
/**
 * The turn that is done, and how many there may be.
 */
export interface StreamProgress {
  type: 'progress';
  current_turn: number;
  max_turns: number;
}
/**
 * A chart that the task has made.
 */
export interface StreamChart {
  type: 'chart';
  chart_id: string;
  url: string;
  symbol: string;
  timestamp: StreamTimestamp;
}
/**
 * Pieces put together are a text; `index` counts them within a `stream`. After a resume some may come twice, with the same index.
 */
export interface StreamToken {
  type: 'token';
  text: string;
  index: number;
  stream: string;
}
/**
 * The task is done.
 */
export interface StreamResult {
  type: 'result';
  content: string;
  agents_used: unknown[];
  timestamp: StreamTimestamp;
}
/**
 * What was said could not be done, or the task has failed.
 */
export interface StreamError {
  type: 'error';
  message: string;
  details?: string;
  timestamp: StreamTimestamp;
}
/**
 * Answers a `cancel` at once; `success` says whether there was anything to cancel.
 */
export interface StreamCancelHeard {
  type: 'cancelled';
  success: boolean;
  timestamp: StreamTimestamp;
}
/**
 * The task has ended so.
 */
export interface StreamCancelled {
  type: 'cancelled';
  message: string;
  timestamp: StreamTimestamp;
}
/**
 * An event of the task that has no message of its own, by its native type; `gap` where events are missing.
 */
export interface StreamEvent {
  type: 'event';
  name: string;
  data: unknown;
  timestamp: StreamTimestamp;
}
/**
 * Sent when there was no traffic for a while; needs no answer.
 */
export interface StreamPingOut {
  type: 'ping';
}
/**
 * The answer to a `ping`.
 */
export interface StreamPongOut {
  type: 'pong';
}
