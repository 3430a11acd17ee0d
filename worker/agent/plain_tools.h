#pragma once

#include <chrono>
#include <memory>

#include "worker/agent/tool.h"

namespace longwire::agent {

/// calculator {expression}: see calculate().
std::unique_ptr<Tool> calculator_tool();

/// ask_user {question}: asks whoever watches, and waits for the next input of the task.
std::unique_ptr<Tool> ask_user_tool(std::chrono::milliseconds patience);

/// Asks whether something may be done. Errors: forbidden if not, unavailable if nobody answers in time.
Status ask_leave(Task& task, std::string_view question, std::chrono::milliseconds patience);

/// What a person has sent as an answer, as text.
std::string answer_text(const boost::json::value& input);

}  // namespace longwire::agent
