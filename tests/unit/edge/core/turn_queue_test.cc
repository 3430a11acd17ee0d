#include "edge/core/turn_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace longwire::edge {
namespace {

TEST(TurnQueue, IsFirstComeFirstServed) {
    std::mt19937_64 random(1);
    TurnQueue queue;
    std::deque<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 5'000; ++i) {
        if (random() % 100 < 52) {
            queue.push(i);
            expected.push_back(i);
        } else if (!expected.empty()) {
            ASSERT_EQ(queue.front(), expected.front());
            queue.pop();
            expected.pop_front();
        }
        ASSERT_EQ(queue.empty(), expected.empty());
    }
}

}  // namespace
}  // namespace longwire::edge
