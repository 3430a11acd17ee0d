// Made by scripts/generate_dialects.mjs of protocol/spec/dialects. Do not edit.

export type SessionsClientMessage =
  | SessionsSayUserMessage
  | SessionsSayQuestionAnswer
  | SessionsSayFileSelected
  | SessionsSayAgentMessage
  | SessionsSayAgentStreaming
  | SessionsSayAgentComplete
  | SessionsSaySystemMessage
  | SessionsSayErrorMessage
  | SessionsSayWarningMessage
  | SessionsSaySessionCreated
  | SessionsSaySessionUpdated
  | SessionsSaySessionExpired
  | SessionsSayFileProcessing
  | SessionsSayFileComplete
  | SessionsSayFileError
  | SessionsSayVisualizationData
  | SessionsSayAnalysisResult
  | SessionsSayWorkflowGenerated
  | SessionsSaySopGenerated
  | SessionsSayStatusUpdate
  | SessionsSayProgressUpdate
  | SessionsSayPing
  | SessionsSayPong;
/**
 * The token that the client came with.
 */
export type SessionsSessionToken = string;
/**
 * Of a liaison.
 */
export type SessionsPillar = string;
/**
 * Of a file.
 */
export type SessionsFileUuid = string;
/**
 * Of a file.
 */
export type SessionsFileName = string;
/**
 * Where a file is.
 */
export type SessionsFileUrl = string;
/**
 * What is wrong, for programs.
 */
export type SessionsErrorCode = string;
/**
 * How far something is.
 */
export type SessionsStatus = string;
/**
 * How far something is.
 */
export type SessionsProgress = number;
/**
 * Whether this is a piece of a text.
 */
export type SessionsIsStreaming = boolean;
/**
 * Which piece of its text this is, counted from 0.
 */
export type SessionsStreamIndex = number;
/**
 * Who speaks, as the client sees it.
 */
export type SessionsRole = string;
/**
 * The next input of the task that runs.
 */
export type SessionsSayQuestionAnswer = {
  [k: string]: unknown;
};
/**
 * For people.
 */
export type SessionsMessage = string;
export type SessionsServerMessage =
  | SessionsSessionCreated
  | SessionsSessionUpdated
  | SessionsSessionExpired
  | SessionsAgentStreaming
  | SessionsAgentComplete
  | SessionsAgentMessage
  | SessionsSystemMessage
  | SessionsWarningMessage
  | SessionsErrorMessage
  | SessionsStatusUpdate
  | SessionsProgressUpdate
  | SessionsQuestionAnswer
  | SessionsFileProcessing
  | SessionsFileComplete
  | SessionsFileError
  | SessionsVisualizationData
  | SessionsAnalysisResult
  | SessionsWorkflowGenerated
  | SessionsSopGenerated
  | SessionsUserMessage
  | SessionsFileSelected
  | SessionsPong;
/**
 * Names the message; the same for all pieces of a text and its end.
 */
export type SessionsMessageId = string;
/**
 * When it was said: RFC 3339, UTC.
 */
export type SessionsTimestamp = string;
/**
 * The session, the same on every edge and for every agent.
 */
export type SessionsSessionId = string;
/**
 * Whom the connection is with.
 */
export type SessionsAgent = 'guide_agent' | 'liaison_agent';

/**
 * A user talks with a guide and with liaisons: the messages of /api/ws/guide and /api/ws/liaison/{pillar}. One flat object for all; what is absent is absent, never null.
 */
export interface SessionsMessages {
  in: SessionsClientMessage;
  out: SessionsServerMessage;
}
/**
 * Begins a task of the agent, or is the next input of the one that runs.
 */
export interface SessionsSayUserMessage {
  type: 'user_message';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  /**
   * What the user says.
   */
  message: string;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Any JSON.
 */
export interface SessionsData {
  [k: string]: unknown;
}
/**
 * Which native event this was: event, offset, task, attempt, agent.
 */
export interface SessionsMetadata {
  [k: string]: unknown;
}
/**
 * Whatever the client adds.
 */
export interface SessionsAdditionalInfo {
  [k: string]: unknown;
}
/**
 * What is wrong, closer.
 */
export interface SessionsErrorDetails {
  [k: string]: unknown;
}
/**
 * Goes along with what the user says next, and to the other connections.
 */
export interface SessionsSayFileSelected {
  type: 'file_selected';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayAgentMessage {
  type: 'agent_message';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayAgentStreaming {
  type: 'agent_streaming';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayAgentComplete {
  type: 'agent_complete';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSaySystemMessage {
  type: 'system_message';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayErrorMessage {
  type: 'error_message';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayWarningMessage {
  type: 'warning_message';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSaySessionCreated {
  type: 'session_created';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSaySessionUpdated {
  type: 'session_updated';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSaySessionExpired {
  type: 'session_expired';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayFileProcessing {
  type: 'file_processing';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayFileComplete {
  type: 'file_complete';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayFileError {
  type: 'file_error';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayVisualizationData {
  type: 'visualization_data';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayAnalysisResult {
  type: 'analysis_result';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayWorkflowGenerated {
  type: 'workflow_generated';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSaySopGenerated {
  type: 'sop_generated';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayStatusUpdate {
  type: 'status_update';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Is passed on to the other connections of the session, in the data of a system_message.
 */
export interface SessionsSayProgressUpdate {
  type: 'progress_update';
  /**
   * Names the message, so that one that is said again is known.
   */
  message_id?: string;
  /**
   * When it was said: RFC 3339, UTC.
   */
  timestamp?: string;
  session_token?: SessionsSessionToken;
  /**
   * The session, the same on every edge and for every agent.
   */
  session_id?: string;
  /**
   * Whom the client talks to; the path decides.
   */
  agent?: string;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
  [k: string]: unknown;
}
/**
 * Every 30 s; answered by pong.
 */
export interface SessionsSayPing {
  type: 'ping';
  [k: string]: unknown;
}
/**
 * Is passed over.
 */
export interface SessionsSayPong {
  type: 'pong';
  [k: string]: unknown;
}
/**
 * The first answer to a token that is new.
 */
export interface SessionsSessionCreated {
  type: 'session_created';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token: SessionsSessionToken;
  session_id: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  status?: SessionsStatus;
}
/**
 * The first answer to a token that is known; what was missed follows.
 */
export interface SessionsSessionUpdated {
  type: 'session_updated';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token: SessionsSessionToken;
  session_id: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  status?: SessionsStatus;
}
/**
 * The token, or the session, is over. The connection is closed with 4401.
 */
export interface SessionsSessionExpired {
  type: 'session_expired';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message: SessionsMessage;
  error_code: SessionsErrorCode;
}
/**
 * A piece of a text that grows.
 */
export interface SessionsAgentStreaming {
  type: 'agent_streaming';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message: SessionsMessage;
  is_streaming: true;
  stream_index: SessionsStreamIndex;
  metadata: SessionsMetadata;
}
/**
 * The end of a text, with all of it where it is not too long.
 */
export interface SessionsAgentComplete {
  type: 'agent_complete';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  is_streaming: false;
  data?: SessionsData;
  metadata: SessionsMetadata;
}
/**
 * Whatever has no other message: data is the native event's.
 */
export interface SessionsAgentMessage {
  type: 'agent_message';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  status?: SessionsStatus;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * A log, a step of an agent, a handing over, or what another connection of the session said.
 */
export interface SessionsSystemMessage {
  type: 'system_message';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  status?: SessionsStatus;
  data?: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * A log of that level, a retry, a text that was taken back (text_discarded), or a gap: what cannot be sent any more.
 */
export interface SessionsWarningMessage {
  type: 'warning_message';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message: SessionsMessage;
  status?: SessionsStatus;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  data?: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * What is wrong with a message (invalid_message, with field, expected and got), who may not (unauthorized, forbidden), or what failed.
 */
export interface SessionsErrorMessage {
  type: 'error_message';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message: SessionsMessage;
  status?: SessionsStatus;
  error_code: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  metadata?: SessionsMetadata;
}
/**
 * Of the task (queued, running, cancelling, cancelled, completed) or of an agent (as the agent says it, in capitals).
 */
export interface SessionsStatusUpdate {
  type: 'status_update';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  status: SessionsStatus;
  progress?: SessionsProgress;
  data?: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * How far the task is.
 */
export interface SessionsProgressUpdate {
  type: 'progress_update';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  progress?: SessionsProgress;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * The agent waits for an answer, or has asked with an artifact of this kind.
 */
export interface SessionsQuestionAnswer {
  type: 'question_answer';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  status?: SessionsStatus;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * A file is being made.
 */
export interface SessionsFileProcessing {
  type: 'file_processing';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  message?: SessionsMessage;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * A file is there; any artifact of no other kind.
 */
export interface SessionsFileComplete {
  type: 'file_complete';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  message?: SessionsMessage;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * A file could not be made.
 */
export interface SessionsFileError {
  type: 'file_error';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  message?: SessionsMessage;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  data: SessionsData;
  metadata?: SessionsMetadata;
  error_code: SessionsErrorCode;
  error_details: SessionsErrorDetails;
}
/**
 * An artifact of this kind: data is the native event's.
 */
export interface SessionsVisualizationData {
  type: 'visualization_data';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * An artifact of this kind: data is the native event's.
 */
export interface SessionsAnalysisResult {
  type: 'analysis_result';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * An artifact of this kind: data is the native event's.
 */
export interface SessionsWorkflowGenerated {
  type: 'workflow_generated';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * An artifact of this kind: data is the native event's.
 */
export interface SessionsSopGenerated {
  type: 'sop_generated';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data: SessionsData;
  metadata?: SessionsMetadata;
}
/**
 * On another connection of the same session.
 */
export interface SessionsUserMessage {
  type: 'user_message';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  role?: SessionsRole;
  message: SessionsMessage;
  data?: SessionsData;
  file_uuid?: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
}
/**
 * On another connection of the same session.
 */
export interface SessionsFileSelected {
  type: 'file_selected';
  message_id: SessionsMessageId;
  timestamp: SessionsTimestamp;
  session_token?: SessionsSessionToken;
  session_id?: SessionsSessionId;
  agent: SessionsAgent;
  pillar?: SessionsPillar;
  message?: SessionsMessage;
  data?: SessionsData;
  file_uuid: SessionsFileUuid;
  file_name?: SessionsFileName;
  file_url?: SessionsFileUrl;
  metadata?: SessionsMetadata;
  additional_info?: SessionsAdditionalInfo;
  error_code?: SessionsErrorCode;
  error_details?: SessionsErrorDetails;
  status?: SessionsStatus;
  progress?: SessionsProgress;
  is_streaming?: SessionsIsStreaming;
  stream_index?: SessionsStreamIndex;
  role?: SessionsRole;
}
/**
 * The answer to a ping.
 */
export interface SessionsPong {
  type: 'pong';
}
