#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longwire::edge::agui {

struct Settings {
    std::vector<std::string> kinds{"agent.*", "demo.*"};  // "a.b", "a.*" or "*"
    std::string state_key = "task";                       // empty: the state is left alone
    std::int64_t snapshot_bytes_max = 1 << 20;
    std::int64_t open_max = 1'000;
    std::int64_t answer_grace_ms = 2'000;

    bool serves(std::string_view kind) const {
        for (const std::string_view known : kinds) {
            if (known == "*" || known == kind) return true;
            if (known.ends_with(".*") && kind.starts_with(known.substr(0, known.size() - 1))) return true;
        }
        return false;
    }
};

}  // namespace longwire::edge::agui
