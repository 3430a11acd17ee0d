#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "edge/dialects/text_chunks.h"

namespace longwire::edge::coordination {

struct Settings {
    std::string room = "room/coordination";
    std::vector<std::string> task_kinds{"agent.{agent_id}", "{agent_id}"};
    ChunkRule chunks;
    std::int64_t place_ms = 1'000;
    std::int64_t unanswered_max = 1'000;
    std::int64_t tasks_max = 100;
    std::int64_t messages_per_s = 1'000;  // with twice as many at once
};

/// A kind's pattern with an agent id in place of {agent_id}.
std::string kind_for(std::string_view pattern, std::string_view agent_id);

}  // namespace longwire::edge::coordination
