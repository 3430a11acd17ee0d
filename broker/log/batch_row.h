#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/record.h"
#include "protocol/result.h"

namespace longwire::broker {

/// What retention knows of events that were written together: a row of the table of batches.
struct BatchRow {
    std::int64_t time_us = 0;
    std::uint64_t bytes = 0;
    std::vector<std::pair<std::string, std::uint64_t>> last_of;  // path and the newest offset there, each path once
};

/// Errors: it is damaged.
Result<BatchRow> read_batch_row(std::string_view bytes);

/// Makes a row of the records that are added. They must live as long.
class BatchRowWriter {
  public:
    void add(const Record& record);

    bool empty() const { return last_of_.empty(); }
    std::uint64_t bytes() const { return bytes_; }

    /// The row; the next record begins another one.
    std::string take(std::int64_t time_us);

  private:
    std::uint64_t bytes_ = 0;
    std::vector<std::pair<std::string_view, std::uint64_t>> last_of_;  // a path as often as it came
};

}  // namespace longwire::broker
