// Made by scripts/generate_dialects.mjs of protocol/spec/dialects. Do not edit.

export type AguiClientMessage = AguiRunAgentInput | AguiCancel;
export type AguiMessage =
  | {
      id: string;
      role: 'developer' | 'system' | 'reasoning';
      name?: string;
      metadata?: AguiMetadata;
      content: string;
      [k: string]: unknown;
    }
  | {
      id: string;
      role: 'assistant';
      name?: string;
      metadata?: AguiMetadata;
      content?: string;
      toolCalls?: AguiToolCall[];
      [k: string]: unknown;
    }
  | {
      id: string;
      role: 'user';
      name?: string;
      metadata?: AguiMetadata;
      content: string | AguiPart[];
      [k: string]: unknown;
    }
  | {
      id: string;
      role: 'tool';
      name?: string;
      metadata?: AguiMetadata;
      content: string | AguiPart[];
      toolCallId: string;
      [k: string]: unknown;
    }
  | {
      id: string;
      role: 'activity';
      name?: string;
      metadata?: AguiMetadata;
      activityType: string;
      content: {
        [k: string]: unknown;
      };
      [k: string]: unknown;
    };
export type AguiPart =
  | {
      type: 'text';
      text: string;
      [k: string]: unknown;
    }
  | {
      type: 'image' | 'audio' | 'video' | 'document';
      source: AguiSource;
      [k: string]: unknown;
    };
export type AguiSource =
  | {
      type: 'data';
      value: string;
      mimeType: string;
      [k: string]: unknown;
    }
  | {
      type: 'url' | 'file';
      value: string;
      mimeType?: string;
      [k: string]: unknown;
    };
export type AguiMessages1 = AguiMessage[];
export type AguiServerMessage =
  | AguiRunStarted
  | AguiRunFinished
  | AguiRunError
  | AguiTextMessageStart
  | AguiTextMessageContent
  | AguiTextMessageEnd
  | AguiToolCallStart
  | AguiToolCallArgs
  | AguiToolCallEnd
  | AguiToolCallResult
  | AguiStateSnapshot
  | AguiStateDelta
  | AguiStepStarted
  | AguiStepFinished
  | AguiMessagesSnapshot
  | AguiActivitySnapshot
  | AguiCustom
  | AguiCancelAccepted;
/**
 * Milliseconds since 1970-01-01 UTC.
 */
export type AguiTimestamp = number;
export type AguiOperation =
  | {
      op: 'add' | 'replace' | 'test';
      path: AguiPointer;
      value: unknown;
      [k: string]: unknown;
    }
  | {
      op: 'remove';
      path: AguiPointer;
      [k: string]: unknown;
    }
  | {
      op: 'move' | 'copy';
      from: AguiPointer;
      path: AguiPointer;
      [k: string]: unknown;
    };
export type AguiPointer = string;

/**
 * What AG-UI's clients and the edge say to each other, in the words of @ag-ui/core 1.0. Events are the data of Server-Sent Events.
 */
export interface AguiMessages {
  in: AguiClientMessage;
  out: AguiServerMessage;
}
/**
 * Body of POST /agui/{kind}: begins a run, or comes back to it.
 */
export interface AguiRunAgentInput {
  threadId: string;
  runId: string;
  protocolVersion?: string;
  parentRunId?: string;
  /**
   * Any JSON.
   */
  state?: {
    [k: string]: unknown;
  };
  messages: AguiMessages1;
  tools?: {
    name: string;
    description: string;
    parameters?: unknown;
    metadata?: AguiMetadata;
    [k: string]: unknown;
  }[];
  context?: {
    description: string;
    value: string;
    [k: string]: unknown;
  }[];
  /**
   * Any JSON; the fields of an object become the task's input.
   */
  forwardedProps?: {
    [k: string]: unknown;
  };
  /**
   * @maxItems 1
   */
  resume?:
    | []
    | [
        {
          /**
           * TASK:OFFSET of the question.
           */
          interruptId: string;
          status: 'resolved' | 'cancelled';
          payload?: unknown;
          metadata?: AguiMetadata;
          [k: string]: unknown;
        }
      ];
  [k: string]: unknown;
}
export interface AguiMetadata {
  [k: string]: unknown;
}
export interface AguiToolCall {
  id: string;
  type: 'function';
  function: {
    name: string;
    arguments: string;
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Body of POST /agui/runs/{id}/cancel, which may be empty.
 */
export interface AguiCancel {
  reason?: string;
}
/**
 * The first event of every stream that is not resumed.
 */
export interface AguiRunStarted {
  type: 'RUN_STARTED';
  timestamp: AguiTimestamp;
  threadId: string;
  runId: string;
  protocolVersion: '1.0';
  parentRunId?: string;
  /**
   * What the run was started with, for a client that has attached and may not know it.
   */
  input?: {
    threadId: string;
    runId: string;
    messages: AguiMessages1;
  };
}
/**
 * The task has completed, was cancelled, or asks the user something.
 */
export interface AguiRunFinished {
  type: 'RUN_FINISHED';
  timestamp: AguiTimestamp;
  threadId: string;
  runId: string;
  /**
   * What the task has resulted in, if anything.
   */
  result?: {
    [k: string]: unknown;
  };
  outcome:
    | {
        type: 'success';
        /**
         * Calls of tools that the frontend has brought along, which it is to answer.
         *
         * @minItems 1
         */
        pendingToolCallIds?: [string, ...string[]];
      }
    | {
        type: 'interrupt';
        /**
         * @minItems 1
         * @maxItems 1
         */
        interrupts: [AguiInterrupt];
      }
    | {
        type: 'cancelled';
      };
  usage?: AguiTokenUsage[];
  metadata?: AguiMetadata;
}
export interface AguiInterrupt {
  /**
   * TASK:OFFSET of the question.
   */
  id: string;
  /**
   * input_required where the worker gives none.
   */
  reason: string;
  message?: string;
  toolCallId?: string;
  responseSchema?: {
    [k: string]: unknown;
  };
}
export interface AguiTokenUsage {
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  totalTokens?: number;
}
/**
 * The task has failed or expired, or its events are lost (code log_lost).
 */
export interface AguiRunError {
  type: 'RUN_ERROR';
  timestamp: AguiTimestamp;
  message: string;
  code: string;
  metadata?: AguiMetadata;
}
/**
 * An agent begins to say something.
 */
export interface AguiTextMessageStart {
  type: 'TEXT_MESSAGE_START';
  timestamp: AguiTimestamp;
  messageId: string;
  role: 'assistant';
  /**
   * The agent.
   */
  name?: string;
  metadata?: AguiMetadata;
}
/**
 * A piece of what it says.
 */
export interface AguiTextMessageContent {
  type: 'TEXT_MESSAGE_CONTENT';
  timestamp: AguiTimestamp;
  messageId: string;
  delta: string;
}
/**
 * It has said it, or something has ended it.
 */
export interface AguiTextMessageEnd {
  type: 'TEXT_MESSAGE_END';
  timestamp: AguiTimestamp;
  messageId: string;
}
/**
 * An agent uses a tool.
 */
export interface AguiToolCallStart {
  type: 'TOOL_CALL_START';
  timestamp: AguiTimestamp;
  toolCallId: string;
  toolCallName: string;
  metadata?: AguiMetadata;
}
/**
 * All of the tool's arguments, as JSON.
 */
export interface AguiToolCallArgs {
  type: 'TOOL_CALL_ARGS';
  timestamp: AguiTimestamp;
  toolCallId: string;
  delta: string;
}
/**
 * The arguments are complete.
 */
export interface AguiToolCallEnd {
  type: 'TOOL_CALL_END';
  timestamp: AguiTimestamp;
  toolCallId: string;
}
/**
 * What the tool has answered; whether it could is `ok` of the metadata.
 */
export interface AguiToolCallResult {
  type: 'TOOL_CALL_RESULT';
  timestamp: AguiTimestamp;
  messageId: string;
  toolCallId: string;
  content: string;
  role: 'tool';
  metadata: AguiMetadata;
}
/**
 * The shared state: the application's, with how the task is doing.
 */
export interface AguiStateSnapshot {
  type: 'STATE_SNAPSHOT';
  timestamp: AguiTimestamp;
  snapshot: unknown;
}
/**
 * A change of the shared state (RFC 6902).
 */
export interface AguiStateDelta {
  type: 'STATE_DELTA';
  timestamp: AguiTimestamp;
  delta: AguiOperation[];
}
/**
 * An agent's turn begins.
 */
export interface AguiStepStarted {
  type: 'STEP_STARTED';
  timestamp: AguiTimestamp;
  /**
   * The agent.
   */
  stepName: string;
  metadata?: AguiMetadata;
}
/**
 * An agent's turn has ended.
 */
export interface AguiStepFinished {
  type: 'STEP_FINISHED';
  timestamp: AguiTimestamp;
  /**
   * The agent.
   */
  stepName: string;
  metadata?: AguiMetadata;
}
/**
 * The messages that hold, where some that were sent do not any more, or a client begins anew.
 */
export interface AguiMessagesSnapshot {
  type: 'MESSAGES_SNAPSHOT';
  timestamp: AguiTimestamp;
  messages: AguiMessages1;
}
/**
 * An artifact; one with the same id takes its place.
 */
export interface AguiActivitySnapshot {
  type: 'ACTIVITY_SNAPSHOT';
  timestamp: AguiTimestamp;
  messageId: string;
  activityType: 'artifact';
  content: {
    [k: string]: unknown;
  };
  replace: true;
}
/**
 * Any native event that AG-UI has no word for, by its type; longwire.gap and longwire.expired are the edge's own.
 */
export interface AguiCustom {
  type: 'CUSTOM';
  timestamp: AguiTimestamp;
  name: string;
  value: unknown;
}
/**
 * The answer to a cancel, with status 202: the run ends by an event of its own.
 */
export interface AguiCancelAccepted {
  runId: string;
  state: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'EXPIRED';
  cancelling: boolean;
}
