// Made by scripts/generate_dialects.mjs of protocol/spec/dialects. Do not edit.

export type CoordinationClientMessage =
  | CoordinationTaskAssignment
  | CoordinationStatusUpdate
  | CoordinationHandoff
  | CoordinationBroadcast
  | CoordinationStream
  | CoordinationError
  | CoordinationPing
  | CoordinationPong
  | CoordinationOther;
/**
 * ISO 8601 in UTC.
 */
export type CoordinationTimestamp = string;
export type CoordinationServerMessage =
  | CoordinationTaskAssignmentOut
  | CoordinationStatusUpdateOut
  | CoordinationHandoffOut
  | CoordinationBroadcastOut
  | CoordinationStreamOut
  | CoordinationErrorOut
  | CoordinationPongOut
  | CoordinationWelcome
  | CoordinationAgentJoined
  | CoordinationAgentLeft
  | CoordinationAck
  | CoordinationOtherOut;

/**
 * Agents and their overseer talk to each other: /ws/v1/coordination/{agent_id}.
 */
export interface CoordinationMessages {
  in: CoordinationClientMessage;
  out: CoordinationServerMessage;
}
/**
 * An agent asks another one to do something. A worker that serves the id does it as a task. As a client sends it.
 */
export interface CoordinationTaskAssignment {
  type: 'task_assignment';
  payload: {
    task_id: string;
    instruction: string;
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn;
  [k: string]: unknown;
}
export interface CoordinationMetadataIn {
  timestamp?: CoordinationTimestamp;
  sender?: string;
  recipient?: string | '*';
  message_id?: string;
  [k: string]: unknown;
}
/**
 * From an agent about itself; or about a task, by `task_id`, from queued to completed. As a client sends it.
 */
export interface CoordinationStatusUpdate {
  type: 'status_update';
  payload: {
    status: string;
    progress?: number;
    message?: string;
    task_id?: string;
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn;
  [k: string]: unknown;
}
/**
 * An agent hands a task over to another. As a client sends it.
 */
export interface CoordinationHandoff {
  type: 'handoff';
  payload: {
    task_id: string;
    to: string;
    reason?: string;
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn;
  [k: string]: unknown;
}
/**
 * Goes to all agents of the room. As a client sends it.
 */
export interface CoordinationBroadcast {
  type: 'broadcast';
  payload: {
    message: string;
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn & {
    recipient?: '*';
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * `index` rises within a stream. Pieces are joined on the way, under the newest one's index. As a client sends it.
 */
export interface CoordinationStream {
  type: 'stream';
  payload: {
    stream: string;
    index: number;
    text: string;
    done?: boolean;
    task_id?: string;
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn;
  [k: string]: unknown;
}
/**
 * Between agents, or from the edge: invalid_message, sender_mismatch, messages_missed, or a native code. As a client sends it.
 */
export interface CoordinationError {
  type: 'error';
  payload: {
    code: string;
    message: string;
    details?: {
      [k: string]: unknown;
    };
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn;
  [k: string]: unknown;
}
/**
 * Are you there? Answered by `pong` with the same payload.
 */
export interface CoordinationPing {
  type: 'ping';
  payload?: {
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn;
  [k: string]: unknown;
}
/**
 * An answer to a `ping`.
 */
export interface CoordinationPong {
  type: 'pong';
  payload?: {
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn;
  [k: string]: unknown;
}
/**
 * Types that are not known here pass as they are, with an object as payload.
 */
export interface CoordinationOther {
  type: string;
  payload: {
    [k: string]: unknown;
  };
  metadata?: CoordinationMetadataIn;
  [k: string]: unknown;
}
/**
 * An agent asks another one to do something. A worker that serves the id does it as a task.
 */
export interface CoordinationTaskAssignmentOut {
  type: 'task_assignment';
  payload: {
    task_id: string;
    instruction: string;
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataOut;
}
export interface CoordinationMetadataOut {
  timestamp: CoordinationTimestamp;
  sender: string;
  recipient?: string;
  message_id?: string;
  [k: string]: unknown;
}
/**
 * From an agent about itself; or about a task, by `task_id`, from queued to completed.
 */
export interface CoordinationStatusUpdateOut {
  type: 'status_update';
  payload: {
    status: string;
    progress?: number;
    message?: string;
    task_id?: string;
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataOut;
}
/**
 * An agent hands a task over to another.
 */
export interface CoordinationHandoffOut {
  type: 'handoff';
  payload: {
    task_id: string;
    to: string;
    reason?: string;
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataOut;
}
/**
 * Goes to all agents of the room.
 */
export interface CoordinationBroadcastOut {
  type: 'broadcast';
  payload: {
    message: string;
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataOut;
}
/**
 * `index` rises within a stream. Pieces are joined on the way, under the newest one's index.
 */
export interface CoordinationStreamOut {
  type: 'stream';
  payload: {
    stream: string;
    index: number;
    text: string;
    done?: boolean;
    task_id?: string;
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataOut;
}
/**
 * Between agents, or from the edge: invalid_message, sender_mismatch, messages_missed, or a native code.
 */
export interface CoordinationErrorOut {
  type: 'error';
  payload: {
    code: string;
    message: string;
    details?: {
      [k: string]: unknown;
    };
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataOut;
}
/**
 * The answer to a `ping`, with its payload.
 */
export interface CoordinationPongOut {
  type: 'pong';
  payload: {
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataEdge;
}
export interface CoordinationMetadataEdge {
  timestamp: CoordinationTimestamp;
  sender: 'longwire';
}
/**
 * The first message: who else is here, and whether this id was here before, so that its inbox goes on.
 */
export interface CoordinationWelcome {
  type: 'welcome';
  payload: {
    agent_id: string;
    agents: {
      agent_id: string;
      since: CoordinationTimestamp;
    }[];
    resumed: boolean;
  };
  metadata: CoordinationMetadataEdge;
}
/**
 * Another agent has connected.
 */
export interface CoordinationAgentJoined {
  type: 'agent_joined';
  payload: {
    agent_id: string;
    since: CoordinationTimestamp;
  };
  metadata: CoordinationMetadataEdge;
}
/**
 * Another agent has gone: `left` if it said so, `lost` if it was not back in time.
 */
export interface CoordinationAgentLeft {
  type: 'agent_left';
  payload: {
    agent_id: string;
    reason: string;
  };
  metadata: CoordinationMetadataEdge;
}
/**
 * It is kept at `offset`. Of a broadcast `recipients` are here; a message to one is `delivered` if that is here.
 */
export interface CoordinationAck {
  type: 'ack';
  payload: {
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataEdge;
}
/**
 * A type that is not known here: from an agent, a worker's task, or whoever else publishes on the bus.
 */
export interface CoordinationOtherOut {
  type: string;
  payload: {
    [k: string]: unknown;
  };
  metadata: CoordinationMetadataAgent;
}
export interface CoordinationMetadataAgent {
  timestamp: CoordinationTimestamp;
  sender: string;
  recipient?: string;
  message_id?: string;
  [k: string]: unknown;
}
