#pragma once

#include "protocol/msgpack_fields.h"
#include "worker/sdk/task.h"

namespace longwire {

/// A task's input as fields to be looked up and checked by name; no input counts as no fields. Views are into the task.
inline Result<MsgpackFields> input_fields(const Task& task) {
    if (task.input().is_null()) return MsgpackFields{};
    return MsgpackFields::parse(task.input_msgpack(), "input");
}

/// The end of a task whose input is wrong: code "bad_request" (or what the error says), with the field in the details.
inline TaskResult bad_input(const Error& error) {
    boost::json::value details;
    if (!error.field.empty()) details.emplace_object()["field"] = error.field;
    return TaskResult::failed(std::string(to_string(error.code)), describe(error), false, std::move(details));
}

}  // namespace longwire
