#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/result.h"

#include "edge/dialects/loose_fields.h"

/// What AG-UI's clients send: a RunAgentInput, and the names that follow from it.
namespace longwire::edge::agui {

namespace json = boost::json;

/// A question that a run has ended with: the task that asked, and the offset at which it did.
struct Interrupt {
    std::string task;
    std::uint64_t offset = 0;

    std::string id() const { return task + ":" + std::to_string(offset); }
    static std::optional<Interrupt> parse(std::string_view id);

    bool operator==(const Interrupt&) const = default;
};

/// What the user says to one.
struct Answer {
    Interrupt interrupt;
    json::value data;  // the task's input
};

struct Input {
    std::string thread_id;
    std::string run_id;
    json::object all;  // as it came
    std::optional<Answer> answer;
};

/// Errors: bad_request with the field.
Result<Input> read_input(const json::value& message);

/// What the worker is given: the whole of it, the fields of `forwardedProps`, and the user's newest words as `message`
/// and `requirement`, which is what agents of longwire-worker-agent read.
json::object task_input(const Input& input);

}  // namespace longwire::edge::agui
