#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <utility>

namespace longwire {

/// How a handler ended. The SDK makes the attempt's one last event of it.
class TaskResult {
  public:
    enum class Kind { completed, failed, cancelled };

    /// `task.completed {result}`.
    static TaskResult completed(boost::json::value result = nullptr) {
        TaskResult ended(Kind::completed);
        ended.value_ = std::move(result);
        return ended;
    }

    /// `task.failed {error: {code, message, details?}, retryable, retry_after_ms?}`. `code` is one word for programs,
    /// `message` for people. A retryable failure is tried again if the task has attempts left: after `retry_after_ms`
    /// (the broker keeps it within a day) or the broker's own backoff, whichever is longer.
    static TaskResult failed(std::string code, std::string message, bool retryable = false,
                             boost::json::value details = nullptr, std::int64_t retry_after_ms = 0) {
        TaskResult ended(Kind::failed);
        ended.code_ = std::move(code);
        ended.text_ = std::move(message);
        ended.retryable_ = retryable;
        ended.retry_after_ms_ = retry_after_ms;
        ended.value_ = std::move(details);
        return ended;
    }

    /// `task.cancelled {reason?}`. Without a reason, that of the cancel request is given.
    static TaskResult cancelled(std::string reason = {}) {
        TaskResult ended(Kind::cancelled);
        ended.text_ = std::move(reason);
        return ended;
    }

    Kind kind() const { return kind_; }
    const boost::json::value& value() const { return value_; }  // the result, or a failure's details
    const std::string& code() const { return code_; }
    const std::string& text() const { return text_; }  // a failure's message, or a cancellation's reason
    bool retryable() const { return retryable_; }
    std::int64_t retry_after_ms() const { return retry_after_ms_; }

  private:
    explicit TaskResult(Kind kind) : kind_(kind) {}

    Kind kind_;
    boost::json::value value_;
    std::string code_;
    std::string text_;
    bool retryable_ = false;
    std::int64_t retry_after_ms_ = 0;
};

}  // namespace longwire
