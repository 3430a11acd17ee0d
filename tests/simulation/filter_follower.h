#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tests/simulation/model.h"
#include "tests/simulation/push.h"

namespace longwire::simulation {

/// Rule 3, of one client and one filter, on one connection: each event at most once and in order, and none missed that
/// no gap was told of.
///
/// A filter has no past. The client asks something right behind it, and what happens after that answer must come.
class FilterFollower {
  public:
    FilterFollower(const Model& model, std::string who, std::string filter)
        : model_(model), who_(std::move(who)), filter_(std::move(filter)) {}

    const std::string& filter() const { return filter_; }

    /// On another connection, by a command of this id. What is pushed until the answer is not for it.
    void asks(std::uint64_t id, std::uint64_t question);
    void hears(std::uint64_t answer);

    void takes(const EventPush& push);
    void misses(const GapPush& gap);
    void misses(const FilterGapPush& gap);

    /// Whether it has heard that it is in force, and has all that it can expect.
    bool has_caught_up() const;

  private:
    struct Place {
        std::uint64_t epoch = 0;
        std::uint64_t last = 0;
    };
    static constexpr std::uint64_t kAll = UINT64_MAX;

    bool is_expected(std::uint64_t epoch, const std::string& path, std::uint64_t from, std::uint64_t to) const;
    void require_nothing_missed(std::uint64_t epoch, const std::string& path, std::uint64_t from,
                                std::uint64_t to) const;
    void move_to(Place& place, std::uint64_t epoch, const std::string& path, std::uint64_t from);
    std::string named(const std::string& path) const;

    const Model& model_;
    std::string who_;
    std::string filter_;
    std::uint64_t asked_ = 0;       // and not answered
    std::uint64_t question_ = 0;    // and not answered
    std::uint64_t excused_ = kAll;  // up to this number of event some may be missing
    std::map<std::string, Place, std::less<>> places_;
};

}  // namespace longwire::simulation
