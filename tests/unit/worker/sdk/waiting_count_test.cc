#include "worker/sdk/waiting_count.h"

#include <gtest/gtest.h>

namespace longwire::worker {
namespace {

struct WaitingTest : testing::Test {
    std::shared_ptr<WaitingCount> all = std::make_shared<WaitingCount>(std::make_shared<Doorbell>());
    AttemptWaiting one{all};
    AttemptWaiting other{all};
};

TEST_F(WaitingTest, AnAttemptCountsOnceHoweverManyOfItsThreadsWait) {
    {
        const AttemptWaiting::Place first(one);
        {
            const AttemptWaiting::Place second(one);
            EXPECT_EQ(all->value(), 1U);
        }
        EXPECT_EQ(all->value(), 1U);
        const AttemptWaiting::Place of_another(other);
        EXPECT_EQ(all->value(), 2U);
    }
    EXPECT_EQ(all->value(), 0U);
}

TEST_F(WaitingTest, WhatIsReadyOrOverSoonIsNotCounted) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    std::uint32_t most = 0;
    const auto look = [&](bool is_ready) {
        most = std::max(most, all->value());
        return is_ready;
    };
    EXPECT_TRUE(one.wait(changed, lock, {}, std::nullopt, [&] { return look(true); }));
    EXPECT_FALSE(one.wait(changed, lock, {}, std::chrono::milliseconds(5), [&] { return look(false); }));
    EXPECT_EQ(most, 0U);
    EXPECT_FALSE(one.wait(changed, lock, {}, std::chrono::milliseconds(40), [&] { return look(false); }));
    EXPECT_EQ(most, 1U);
    EXPECT_EQ(all->value(), 0U);
}

}  // namespace
}  // namespace longwire::worker
