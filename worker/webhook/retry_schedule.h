#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace longwire::webhook {

/// Attempts that the broker grants a delivery.
inline constexpr std::size_t kAttemptsInRun = 10;

/// How long to wait after each attempt before the next one, in ms: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and
/// 24 h, as the Standard Webhooks specification has it.
inline const std::vector<std::int64_t> kStandardRetryMs{5'000,      300'000,    1'800'000,  7'200'000, 18'000'000,
                                                        36'000'000, 50'400'000, 72'000'000, 86'400'000};

/// The wait after an attempt, of which the first has the number 1; the last one in the schedule holds for those beyond.
/// Attempts count on over all runs of a task: after as many as a run has the schedule begins anew.
inline std::int64_t retry_delay_ms(const std::vector<std::int64_t>& schedule, std::uint32_t attempt) {
    const std::size_t place = attempt == 0 ? 0 : (attempt - 1) % kAttemptsInRun;
    return schedule[place < schedule.size() ? place : schedule.size() - 1];
}

}  // namespace longwire::webhook
