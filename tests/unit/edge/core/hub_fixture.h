#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "edge/core/hub.h"
#include "tests/unit/edge/core/batches.h"
#include "tests/unit/edge/core/recording_watcher.h"

namespace longwire::edge {

/// A hub with its link: what it asks for lies in `asked` until a test answers.
class HubFixture {
  public:
    explicit HubFixture(Hub::Options options = {})
        : hub(options, [this](ToLink message) { asked.push_back(std::move(message)); }) {}

    /// Messages of one type asked for so far.
    template <class Message>
    std::vector<Message> all() const {
        std::vector<Message> found;
        for (const auto& message : asked) {
            if (const auto* one = std::get_if<Message>(&message)) found.push_back(*one);
        }
        return found;
    }

    std::vector<ToLink> asked;
    Hub hub;
};

inline const std::string kPath = "dev/room/ops";
inline constexpr From kNow{};
inline constexpr From kStart{From::Kind::start, 0, 0, 0};

inline From last(std::uint64_t count) {
    return {From::Kind::last, count, 0, 0};
}
inline From after(std::uint64_t offset, std::uint64_t epoch = 1) {
    return {From::Kind::after, 0, epoch, offset};
}

struct HubTest : testing::Test, HubFixture {
    RecordingWatcher watcher;

    void ready(std::uint64_t at, std::uint64_t tail = 1, std::uint64_t epoch = 1) {
        hub.on_ready({kPath, epoch, at, tail});
    }
    void events(std::uint64_t first, std::size_t count, std::uint64_t epoch = 1) {
        hub.on_events(make_batch(kPath, epoch, first, count));
    }
    std::vector<FetchEvents> fetches() const { return all<FetchEvents>(); }

    /// Answers the newest fetch with these events.
    void page(std::uint64_t first, std::size_t count, std::uint64_t tail = 1) {
        hub.on_fetched(
            {fetches().back().token, FetchedPage{1, first + count - 1, tail, make_batch(kPath, 1, first, count)}});
    }
    /// Answers the newest fetch, if it asks for the topic's epoch.
    void epoch_is(std::uint64_t epoch) {
        EXPECT_EQ(fetches().back().epoch, 0U);
        hub.on_fetched({fetches().back().token, FetchedPage{epoch, 0, 1, nullptr}});
    }
    const WatchStart& start(std::uint64_t watch) { return *watcher.seen[watch].start; }
};

}  // namespace longwire::edge
