#pragma once

#include <string_view>

/// The native vocabulary of event types. Any other type is carried as it is.
namespace longwire::event_type {

inline constexpr std::string_view kTaskQueued = "task.queued";
inline constexpr std::string_view kTaskStarted = "task.started";
inline constexpr std::string_view kTaskProgress = "task.progress";
inline constexpr std::string_view kTaskRetrying = "task.retrying";
inline constexpr std::string_view kTaskWaiting = "task.waiting";
inline constexpr std::string_view kTaskInput = "task.input";
inline constexpr std::string_view kTaskCancelling = "task.cancelling";
inline constexpr std::string_view kTaskCompleted = "task.completed";
inline constexpr std::string_view kTaskFailed = "task.failed";
inline constexpr std::string_view kTaskCancelled = "task.cancelled";
inline constexpr std::string_view kTaskExpired = "task.expired";

inline constexpr std::string_view kAgentStatus = "agent.status";
inline constexpr std::string_view kAgentStep = "agent.step";
inline constexpr std::string_view kAgentHandoff = "agent.handoff";
inline constexpr std::string_view kAgentMessage = "agent.message";

inline constexpr std::string_view kTextDelta = "text.delta";
inline constexpr std::string_view kTextDone = "text.done";

inline constexpr std::string_view kToolCall = "tool.call";
inline constexpr std::string_view kToolResult = "tool.result";

inline constexpr std::string_view kLog = "log";
inline constexpr std::string_view kArtifact = "artifact";

inline constexpr std::string_view kPresenceJoin = "presence.join";
inline constexpr std::string_view kPresenceLeave = "presence.leave";

}  // namespace longwire::event_type
