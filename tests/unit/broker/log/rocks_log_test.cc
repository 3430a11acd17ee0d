#include "broker/log/rocks_log.h"

#include <gmock/gmock.h>
#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "protocol/envelope.h"

namespace longwire::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::int64_t kSecondUs = 1'000'000;

/// An envelope whose payload is padding.
std::string event(std::size_t bytes = 0) {
    const std::string payload = "\xC6" +
                                std::string{static_cast<char>(bytes >> 24), static_cast<char>(bytes >> 16),
                                            static_cast<char>(bytes >> 8), static_cast<char>(bytes)} +
                                std::string(bytes, 'x');
    Envelope envelope;
    envelope.producer = "worker-1";
    envelope.type = "log";
    envelope.payload = payload;
    std::string out;
    write_envelope(envelope, out);
    return out;
}

class RocksLogTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "rocks_log_test_XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        options_.directory = name;
    }
    void TearDown() override {
        log_.reset();
        std::filesystem::remove_all(options_.directory);
    }

    void open() {
        log_.reset();
        auto opened = open_rocks_log(options_);
        ASSERT_TRUE(opened) << describe(opened.error());
        log_ = std::move(*opened);
        ticket_ = 0;
    }

    static Record record(const std::string& path, std::uint64_t offset, std::string envelope = event()) {
        return {std::make_shared<const std::string>(path), 7, offset, SharedSlice::of(std::move(envelope))};
    }

    void append(std::vector<Record> records, std::vector<StatePut> state = {}, std::int64_t time_us = kSecondUs) {
        log_->append(
            {++ticket_, time_us, std::make_shared<const std::vector<Record>>(std::move(records)), std::move(state)});
    }

    /// Outcomes gather until all that was appended is told of.
    LogOutcome commit() {
        return gather(
            [this](const LogOutcome& all) { return !all.committed.empty() && all.committed.back().ticket == ticket_; });
    }

    ReadPage read(const std::string& path, std::uint64_t after, std::size_t events_max = 100,
                  std::size_t bytes_max = SIZE_MAX) {
        log_->read({1, path, after, events_max, bytes_max});
        const auto outcome = gather([](const LogOutcome& all) { return !all.pages.empty(); });
        return outcome.pages.empty() ? ReadPage{} : outcome.pages.front();
    }

    std::vector<std::string> topics() {
        std::vector<std::string> found;
        EXPECT_TRUE(log_->visit_topics([&](const KeptTopic& topic) {
            found.push_back(topic.path + " " + std::to_string(topic.epoch) + " " + std::to_string(topic.tail) + ".." +
                            std::to_string(topic.head));
        }));
        return found;
    }

    std::vector<std::string> state() {
        std::vector<std::string> found;
        EXPECT_TRUE(log_->visit_state([&](const StatePut& put) { found.push_back(put.key + "=" + put.value); }));
        return found;
    }

    RocksLogOptions options_;
    std::unique_ptr<CommitLog> log_;
    std::uint64_t ticket_ = 0;

  private:
    template <class Enough>
    LogOutcome gather(Enough enough) {
        LogOutcome all;
        while (!enough(all)) {
            pollfd item{log_->fd(), POLLIN, 0};
            if (::poll(&item, 1, 10'000) != 1) {
                ADD_FAILURE() << "the log says nothing";
                return all;
            }
            auto outcome = log_->poll();
            for (auto& committed : outcome.committed) all.committed.push_back(committed);
            for (auto& page : outcome.pages) all.pages.push_back(page);
            for (auto& trimmed : outcome.trimmed) all.trimmed.push_back(trimmed);
        }
        return all;
    }
};

TEST_F(RocksLogTest, CommitsInOrderAndKeepsEverythingOverAReopening) {
    open();
    append({record("r/a", 1), record("r/b", 1)}, {{"k", "old"}, {"gone", "soon"}});
    append({record("r/a", 2)}, {{"k", "new"}, {"gone", ""}});
    const auto outcome = commit();
    ASSERT_EQ(outcome.committed.size(), 2U);
    EXPECT_EQ(outcome.committed[0].ticket, 1U);
    EXPECT_TRUE(outcome.committed[1].status);
    open();
    EXPECT_THAT(topics(), ElementsAre("r/a 7 1..2", "r/b 7 1..1"));
    EXPECT_THAT(state(), ElementsAre("k=new"));
    std::vector<std::uint64_t> offsets;
    ASSERT_TRUE(
        log_->visit_events("r/a", 1, [&](std::uint64_t offset, std::string_view) { offsets.push_back(offset); }));
    EXPECT_THAT(offsets, ElementsAre(2U));
}

TEST_F(RocksLogTest, PagesEndAtTheirBoundsAndAtTheTopicsEnd) {
    open();
    append({record("r/a", 1, event(100)), record("r/a", 2, event(100)), record("r/a", 3, event(100)), record("r/ab", 1),
            record("r/a!", 1)});
    commit();
    EXPECT_EQ(read("r/a", 0).envelopes.size(), 3U);
    EXPECT_EQ(read("r/a", 1).first, 2U);
    EXPECT_EQ(read("r/a", 0, 2).envelopes.size(), 2U);
    EXPECT_EQ(read("r/a", 0, 100, 200).envelopes.size(), 1U);
    EXPECT_EQ(read("r/a", 0, 100, 1).envelopes.size(), 1U) << "one event is read even if it is larger";
    EXPECT_TRUE(read("r/a", 3).envelopes.empty());
    EXPECT_TRUE(read("r/none", 0).envelopes.empty());
    EXPECT_EQ(read("r/a", 2).envelopes.front().bytes, event(100));
}

TEST_F(RocksLogTest, TheOldestGoWhenThereIsTooMuchAndTopicsGoOnCounting) {
    options_.retain_bytes = 8 << 20;
    open();
    std::vector<Trimmed> trimmed;
    for (std::uint64_t i = 1; i <= 400; ++i) {
        append({record("r/a", i, event(100'000))});
        if (i == 1) append({record("r/old", 1)});
        const auto outcome = commit();
        trimmed.insert(trimmed.end(), outcome.trimmed.begin(), outcome.trimmed.end());
    }
    ASSERT_FALSE(trimmed.empty());
    const auto tail =
        std::find_if(trimmed.rbegin(), trimmed.rend(), [](const auto& t) { return t.path == "r/a"; })->tail;
    EXPECT_GT(tail, 100U);
    EXPECT_EQ(read("r/a", 0).first, tail);
    EXPECT_EQ(read("r/old", 0).first, 2U);
    open();
    EXPECT_THAT(topics(), ElementsAre("r/a 7 " + std::to_string(tail) + "..400", "r/old 7 2..1"));
}

TEST_F(RocksLogTest, EventsBeyondTheirAgeGo) {
    options_.retain_ms = 60'000;
    open();
    append({record("r/a", 1)}, {}, 1 * kSecondUs);
    append({record("r/a", 2)}, {}, 100 * kSecondUs);
    commit();
    append({record("r/a", 3)}, {}, 101 * kSecondUs);
    commit();
    EXPECT_EQ(read("r/a", 0).first, 2U);
}

TEST_F(RocksLogTest, ADirectoryIsForOneBrokerAndOneFormat) {
    open();
    const auto second = open_rocks_log(options_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().field, "data-dir");
    EXPECT_THAT(second.error().message, HasSubstr(options_.directory));
}

TEST_F(RocksLogTest, TheCheckFindsSoundnessAndHoles) {
    open();
    append({record("r/a", 1), record("r/a", 2)});
    commit();
    log_.reset();
    EXPECT_FALSE(check_rocks_log(options_.directory + "/nothing-here"));
    const auto sound = check_rocks_log(options_.directory);
    ASSERT_TRUE(sound) << describe(sound.error());
    EXPECT_THAT(*sound, StartsWith("sound: 1 topics, 2 events"));
    open();
    append({record("r/a", 4)});
    commit();
    log_.reset();
    const auto hole = check_rocks_log(options_.directory);
    ASSERT_FALSE(hole);
    EXPECT_THAT(hole.error().message, HasSubstr("r/a offset 4: expected offset 3"));
}

TEST_F(RocksLogTest, ADamagedFileIsToldNotRead) {
    open();
    append({record("r/a", 1, event(50'000))});
    commit();
    log_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(options_.directory)) {
        if (entry.path().filename() == "CURRENT") std::filesystem::resize_file(entry.path(), 3);
    }
    const auto opened = open_rocks_log(options_);
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message, HasSubstr(options_.directory));
}

}  // namespace
}  // namespace longwire::broker
