#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "clients/cli/verify/load.h"

namespace longwire::cli {

/// What a verification has found, for people and for programs.
class VerifyReport {
  public:
    VerifyReport(const std::vector<Findings>& findings, const KillLog& kills, std::int64_t took_us,
                 bool was_interrupted);

    /// Nothing was lost, doubled, reordered or different, and everyone has seen the end.
    bool is_exact() const;

    std::string to_text() const;
    boost::json::object to_json() const;

  private:
    std::uint64_t events_per_s() const;

    struct Recovery {
        std::size_t kills = 0;
        LatencyHistogram times;  // of each kill and each client
    };

    Findings all_;
    std::map<std::string, Recovery> recovery_;  // by the killed process's name
    std::vector<std::string> stuck_;
    std::int64_t took_us_;
    bool was_interrupted_;
};

}  // namespace longwire::cli
