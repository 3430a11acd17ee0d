#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "edge/core/hub.h"

namespace longwire::edge {

/// One watch that holds what it is told against the promise: each offset once and in order from where it began, or a
/// gap. Now and then, by the random source, it is full.
class CheckingWatcher final : public Watcher {
  public:
    explicit CheckingWatcher(std::mt19937_64& random) : random_(random) {}

    void on_watching(std::uint64_t, const WatchStart& start) override {
        EXPECT_FALSE(has_begun);
        has_begun = true;
        epoch = start.epoch;
        last = start.after;
        resumed = start.resumed;
    }
    void on_watch_failed(std::uint64_t, std::string_view, const Error&) override { FAIL() << "no topic is refused"; }
    void on_events(std::uint64_t, const EventBatchPtr& batch, std::size_t from) override {
        ASSERT_TRUE(has_begun);
        ASSERT_LT(from, batch->size());
        EXPECT_EQ(batch->epoch(), epoch);
        EXPECT_EQ(batch->first() + from, last + 1) << "a hole or a double";
        last = batch->last();
        if (random_() % 4 == 0) full = true;
    }
    void on_merged(std::uint64_t, const MergedStretch& stretch) override {
        ASSERT_TRUE(has_begun);
        EXPECT_EQ(stretch.newest().batch->epoch(), epoch);
        EXPECT_EQ(stretch.from, last + 1) << "a hole or a double";
        EXPECT_EQ(stretch.newest().offset(), stretch.to);
        last = stretch.to;
        ++merged;
        if (random_() % 4 == 0) full = true;
    }
    void on_gap(std::uint64_t, const Gap& gap) override {
        ASSERT_TRUE(has_begun);
        if (gap.reason == GapReason::epoch_changed) {
            epoch = gap.epoch;
            last = gap.after;
            return;
        }
        EXPECT_EQ(gap.epoch, epoch);
        EXPECT_LE(gap.from, gap.to);
        EXPECT_EQ(gap.after, gap.to);
        // A resumed one may be told of a gap before the place that it was given.
        EXPECT_TRUE(gap.to == last || gap.from == last + 1) << gap.from << " to " << gap.to << " after " << last;
        last = gap.to;
    }
    void on_filtered_events(const EventBatchPtr& batch) override {
        auto& place = filtered[std::string(batch->path())];
        if (place.first == batch->epoch()) {
            EXPECT_GT(batch->first(), place.second) << "a double by filter";
        }
        EXPECT_GE(batch->epoch(), place.first);
        place = {batch->epoch(), batch->last()};
    }
    bool is_full() override { return full; }

    bool has_begun = false;
    bool resumed = false;
    bool full = false;
    int merged = 0;
    std::uint64_t epoch = 0;
    std::uint64_t last = 0;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> filtered;  // path -> epoch, last

  private:
    std::mt19937_64& random_;
};

}  // namespace longwire::edge
