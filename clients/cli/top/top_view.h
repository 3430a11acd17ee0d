#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/cli/terminal_text.h"
#include "clients/cli/top/top_rates.h"

namespace longwire::cli {

/// Where a picture of the cluster is to fit.
struct TopFrame {
    std::size_t width = 80;
    std::size_t height = 24;  // 0: no bound
    std::int64_t now_us = 0;
    std::string where;    // the cluster
    std::string trouble;  // why what is shown may be old; empty for none
};

/// The lines of a picture: totals and rates, workers, tasks. None is wider than the frame, and there are no more than
/// fit; what is left out is counted. Pure.
std::vector<std::string> top_lines(const TopSample& sample, const TopRates& rates, const TopFrame& frame,
                                   const Paint& paint);

/// The same for programs.
boost::json::object top_json(const TopSample& sample, const TopRates& rates);

/// The tasks in the order in which they are shown, each once: those that run, the busiest first; those that wait, the
/// oldest first; those that have ended, the latest first.
std::vector<boost::json::object> tasks_to_show(const TopSample& sample, const TopRates& rates);

}  // namespace longwire::cli
