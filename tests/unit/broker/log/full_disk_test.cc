// A log on a disk that really fills up.
#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/small_disk.h"
#include "tests/unit/broker/log/rocks_log_fixture.h"

namespace longwire::broker::testing {
namespace {

using ::testing::HasSubstr;

class FullDisk : public RocksLogFixture {
  protected:
    void SetUp() override {
        RocksLogFixture::SetUp();
        disk_ = std::make_unique<SmallDisk>(options_.directory + "/disk", 256 << 20);
        if (!disk_->why_not().empty()) GTEST_SKIP() << "no disk of its own for this test: " << disk_->why_not();
        options_.directory += "/disk/data";
        options_.reserve_bytes = 0;
    }
    void TearDown() override {
        if (disk_) disk_->make_room();
        log_.reset();
        disk_.reset();
        RocksLogFixture::TearDown();
    }

    /// Appends events of 100 kB until the log says that it has no room, and then a few more. Returns what it was told
    /// to have been committed meanwhile.
    std::uint64_t append_until_full() {
        std::uint64_t committed = 0;
        const auto outcome = gather([&](const LogOutcome& all) {
            if (!all.committed.empty()) committed = all.committed.back().ticket;
            if (!all.room && ticket_ - committed < 20) append({record("r/a", ticket_ + 1, event(100'000))});
            return all.room.has_value();
        });
        EXPECT_FALSE(outcome.room->has_value());
        for (int i = 0; i < 10; ++i) append({record("r/a", ticket_ + 1, event(100'000))});
        return committed;
    }

    std::unique_ptr<SmallDisk> disk_;
};

TEST_F(FullDisk, WritesWaitInTheirOrderAndGoOnWhenThereIsRoom) {
    open();
    for (std::uint64_t i = 1; i <= 10; ++i) append({record("r/a", i, event(100'000))});
    commit();
    disk_->fill();
    const auto committed = append_until_full();
    EXPECT_LT(committed, ticket_);
    EXPECT_FALSE(log_->can_close());
    EXPECT_EQ(read("r/a", 0, 5).envelopes.size(), 5U) << "reads go on";
    EXPECT_EQ(read("r/a", committed).envelopes.size() > 20U, false) << "what is not written is not read";
    disk_->make_room();
    const auto outcome = gather([&](const LogOutcome& all) {
        return all.room && *all.room && !all.committed.empty() && all.committed.back().ticket == ticket_;
    });
    auto expected = outcome.committed.front().ticket;
    EXPECT_LE(expected, committed + 1);
    for (const auto& one : outcome.committed) {
        EXPECT_EQ(one.ticket, expected++);
        EXPECT_TRUE(one.status) << describe(one.status.error());
    }
    log_.reset();
    const auto sound = check_rocks_log(options_.directory);
    ASSERT_TRUE(sound) << describe(sound.error());
    EXPECT_THAT(*sound, HasSubstr(std::to_string(ticket_) + " events"));
}

TEST_F(FullDisk, NewWorkIsRefusedBeforeTheReserveIsTouched) {
    options_.reserve_bytes = 32 << 20;
    open();
    disk_->fill(16 << 20);
    const auto full = gather([](const LogOutcome& all) { return all.room.has_value(); });
    ASSERT_FALSE(*full.room);
    EXPECT_EQ(full.room->error().code, Errc::unavailable);
    EXPECT_GT(full.room->error().retry_after_ms, 0);
    EXPECT_THAT(full.room->error().message, HasSubstr("the disk of " + options_.directory));
    append({record("r/a", 1)});
    EXPECT_TRUE(commit().committed.back().status) << "what was decided before still goes into the reserve";
    EXPECT_TRUE(log_->can_close());
    disk_->make_room();
    const auto found = gather([](const LogOutcome& all) { return all.room.has_value(); });
    EXPECT_TRUE(*found.room);
}

}  // namespace
}  // namespace longwire::broker::testing
