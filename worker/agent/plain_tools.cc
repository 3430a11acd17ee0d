#include "worker/agent/plain_tools.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "protocol/ascii.h"
#include "protocol/utf8.h"
#include "worker/agent/core/calculator.h"

namespace longwire::agent {
namespace {

constexpr std::size_t kQuestionBytesMax = 4'000;

class Calculator : public Tool {
  public:
    ToolSpec spec() const override {
        return {"calculator", "Calculates an arithmetic expression, such as (2 + 3) * sqrt(16) or 2^10.",
                schema_of({{"expression", "the expression"}})};
    }
    Result<std::string> use(const boost::json::object& arguments, Task&) const override {
        LW_TRY(const auto expression, text_argument(arguments, "expression"));
        LW_TRY(const auto value, calculate(expression));
        return number_text(value);
    }
};

class AskUser : public Tool {
  public:
    explicit AskUser(std::chrono::milliseconds patience) : patience_(patience) {}
    ToolSpec spec() const override {
        return {"ask_user", "Asks the user a question and waits for the answer.",
                schema_of({{"question", "the question"}})};
    }
    Result<std::string> use(const boost::json::object& arguments, Task& task) const override {
        LW_TRY(const auto question, text_argument(arguments, "question"));
        const auto answer = task.ask(utf8_prefix(question, kQuestionBytesMax), patience_);
        if (!answer) return Error{Errc::unavailable, "nobody has answered"};
        return answer_text(*answer);
    }

  private:
    std::chrono::milliseconds patience_;
};

/// Without its capitals and what it may end with.
std::string plain(std::string_view answer) {
    auto text = lower_case(answer);
    while (text.ends_with('.') || text.ends_with('!') || text.ends_with(' ')) text.pop_back();
    return text;
}

}  // namespace

std::unique_ptr<Tool> calculator_tool() {
    return std::make_unique<Calculator>();
}

std::unique_ptr<Tool> ask_user_tool(std::chrono::milliseconds patience) {
    return std::make_unique<AskUser>(patience);
}

Status ask_leave(Task& task, std::string_view question, std::chrono::milliseconds patience) {
    const auto answer = task.ask(question, patience);
    if (!answer) return Error{Errc::unavailable, "nobody has answered whether it is allowed"};
    constexpr std::array kYes{"yes", "y", "ok", "true", "allow", "approve", "approved"};
    const auto said = plain(answer_text(*answer));
    if (std::find(kYes.begin(), kYes.end(), said) != kYes.end()) return {};
    return Error{Errc::forbidden, "the user did not allow it, and said: " + said};
}

std::string answer_text(const boost::json::value& input) {
    if (input.is_string()) return std::string(input.get_string());
    if (const auto* const fields = input.if_object()) {
        for (const auto* const name : {"message", "answer", "text", "approved"}) {
            const auto* const value = fields->if_contains(name);
            if (value != nullptr) return answer_text(*value);
        }
    }
    return boost::json::serialize(input);
}

}  // namespace longwire::agent
