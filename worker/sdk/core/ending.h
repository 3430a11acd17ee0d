#pragma once

#include <string>
#include <string_view>

#include "worker/sdk/task_result.h"

namespace longwire::worker {

/// An attempt's last event.
struct Ending {
    std::string_view type;
    std::string payload;  // MessagePack
};

/// `cancel_reason` is that of the cancel request, if there was one. A result that no event can hold becomes a failure
/// with code "too_large" or "malformed".
Ending ending_of(const TaskResult& result, std::string_view cancel_reason);

}  // namespace longwire::worker
