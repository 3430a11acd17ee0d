#pragma once

#include <cstdint>
#include <string>

namespace longwire::edge::tasks {

struct TasksSettings {
    std::string kind = "agent.team";
    std::string test_kind = "demo.team";
    std::int64_t progress_ms = 500;
    std::int64_t watchers_max = 1'000;
};

}  // namespace longwire::edge::tasks
