// Made by scripts/generate_dialects.mjs of protocol/spec/dialects. Do not edit.

/**
 * The bodies of requests. The WebSocket takes no messages.
 */
export type TasksClientMessage = TasksCreateTask | TasksAskTask;
/**
 * Messages of the WebSocket, and answers to requests.
 */
export type TasksServerMessage =
  TasksConnected | TasksEvent | TasksState | TasksError | TasksStanding | TasksTask | TasksTaskList | TasksEventPage;
/**
 * ISO 8601 in UTC, with milliseconds.
 */
export type TasksTime = string;
export type TasksStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
export type TasksTimeOrNull = TasksTime | null;

/**
 * One browser follows one task: the messages of /ws/tasks/{task_id} and the bodies of /api/tasks.
 */
export interface TasksMessages {
  in: TasksClientMessage;
  out: TasksServerMessage;
}
/**
 * The body of POST /api/tasks: makes a task that waits to be run.
 */
export interface TasksCreateTask {
  /**
   * What is wanted; input.requirement of the task.
   */
  requirement: string;
  /**
   * Who is to do it; a setting says who where this is absent.
   */
  kind?: string | null;
  /**
   * Without a kind: the demonstration's.
   */
  test_mode?: boolean | null;
  [k: string]: unknown;
}
/**
 * The body of POST /api/tasks/{task_id}/run and /cancel; it may be absent.
 */
export interface TasksAskTask {
  /**
   * Why it is cancelled.
   */
  reason?: string | null;
}
/**
 * The first message: the task is there, and runs or will.
 */
export interface TasksConnected {
  type: 'connected';
  data: {
    task_id: string;
    message: string;
  };
}
/**
 * One event of the task. All of them come, in their order.
 */
export interface TasksEvent {
  type: 'event';
  data: TasksEventData;
}
export interface TasksEventData {
  /**
   * Rises by one from event to event; what ?after= takes.
   */
  event_id: number;
  task_id: string;
  timestamp: TasksTime;
  /**
   * The agent; System for what befalls the task, and where there is no agent.
   */
  agent_role: string;
  /**
   * The native type in capitals, such as TOOL_CALL; MESSAGE for what an agent says.
   */
  event_type: string;
  /**
   * The event's data; other data than an object is its value.
   */
  payload: {
    [k: string]: unknown;
  };
}
/**
 * How the task stands; the last one before the connection is closed is final.
 */
export interface TasksState {
  type: 'state';
  data: {
    task_id: string;
    status: TasksStatus;
    progress: number;
    current_agent: string | null;
    last_message: string | null;
    started_at: TasksTimeOrNull;
    completed_at: TasksTimeOrNull;
  };
}
/**
 * Something went wrong. Where that is the end the connection is closed next.
 */
export interface TasksError {
  type: 'error';
  data: {
    message: string;
  };
}
/**
 * The answer to POST /api/tasks, /run and /cancel.
 */
export interface TasksStanding {
  task_id: string;
  status: TasksStatus;
}
/**
 * The answer to GET /api/tasks/{task_id}.
 */
export interface TasksTask {
  task_id: string;
  requirement: string | null;
  kind: string;
  status: TasksStatus;
  progress: number;
  current_agent: string | null;
  last_message: string | null;
  created_at: TasksTimeOrNull;
  started_at: TasksTimeOrNull;
  completed_at: TasksTimeOrNull;
  /**
   * What came of it, as its worker gave it.
   */
  result: {
    [k: string]: unknown;
  };
  /**
   * Why it failed: code, message and perhaps details.
   */
  error: {
    [k: string]: unknown;
  } | null;
}
/**
 * The answer to GET /api/tasks: the youngest first.
 */
export interface TasksTaskList {
  tasks: TasksListedTask[];
  /**
   * For ?after= of the next page; null after the last.
   */
  next: string | null;
}
export interface TasksListedTask {
  task_id: string;
  requirement: string | null;
  kind: string;
  status: TasksStatus;
  progress: number;
  current_agent: string | null;
  last_message: string | null;
  created_at: TasksTimeOrNull;
  started_at: TasksTimeOrNull;
  completed_at: TasksTimeOrNull;
}
/**
 * The answer to GET /api/tasks/{task_id}/events: the oldest first.
 */
export interface TasksEventPage {
  task_id: string;
  events: TasksEventData[];
  /**
   * The events before those that are no longer kept.
   */
  missing: {
    from: number;
    to: number;
  } | null;
  /**
   * For ?after= of the next page; null after the last.
   */
  next: number | null;
}
