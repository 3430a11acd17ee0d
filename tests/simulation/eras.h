#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace longwire::simulation {

/// When the broker sent an edge what: in which era of what the edge was subscribed to. A new session begins an era, and
/// so does each filter that comes or goes. Only within an era can a filter be expected to miss nothing.
class Eras {
  public:
    void next(const std::string& edge) { ++eras_[edge]; }
    void sent(const std::string& edge, std::string_view path, std::uint64_t offset) {
        sent_[{edge, std::string(path)}][offset] = eras_[edge];
    }

    std::uint64_t era_of(const std::string& edge, const std::string& path, std::uint64_t offset) const {
        const auto topic = sent_.find({edge, path});
        if (topic == sent_.end()) return 0;
        const auto era = topic->second.find(offset);
        return era == topic->second.end() ? 0 : era->second;
    }

  private:
    std::map<std::string, std::uint64_t> eras_;
    std::map<std::pair<std::string, std::string>, std::map<std::uint64_t, std::uint64_t>> sent_;
};

}  // namespace longwire::simulation
