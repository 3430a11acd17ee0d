#include "broker/log/rocks_log.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/broker/log/rocks_log_fixture.h"

namespace longwire::broker::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using RocksLogTest = RocksLogFixture;

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

TEST_F(RocksLogTest, TopicsAreTrimmedWithABatchAndNeverBack) {
    options_.retain_ms = 60'000;
    open();
    append({record("r/a", 1), record("r/a", 2), record("r/b", 1)}, {}, kSecondUs);
    append({record("r/a", 3)}, {}, 2 * kSecondUs);
    commit();
    trim("r/a", 4, 3 * kSecondUs);
    const auto outcome = commit();
    ASSERT_EQ(outcome.trimmed.size(), 1U);
    EXPECT_EQ(outcome.trimmed[0].tail, 4U);
    EXPECT_EQ(read("r/a", 0).first, 4U);
    append({record("r/a", 4)}, {}, 61'500'000);  // now the first batch is too old
    commit();
    EXPECT_EQ(read("r/a", 0).first, 4U);
    EXPECT_EQ(read("r/b", 0).first, 2U);
    open();
    EXPECT_THAT(topics(), ElementsAre("r/a 7 4..4", "r/b 7 2..1"));
}

TEST_F(RocksLogTest, EveryTopicsEndIsFoundHoweverManyEventsItHas) {
    // Few events are stepped over and many searched for their end, and so are few that are large.
    struct Topic {
        std::string path;
        std::uint64_t events = 0;
        std::uint64_t tail = 1;
        std::size_t bytes = 0;
    };
    const std::vector<Topic> all{{"r/0", 3, 4},     {"r/a", 1'000},       {"r/a!", 1},         {"r/a/b", 500, 501},
                                 {"r/ab", 14},      {"r/b", 15},          {"r/c", 16},         {"r/d", 17},
                                 {"r/e", 18, 19},   {"r/f", 100, 50},     {"r/g", 2, 1, 9000}, {"r/h", 9, 1, 1000},
                                 {"r/i", 1, 1, 10}, {"r/j", 40, 40, 300}, {"r/k", 300, 301}};
    open();
    std::vector<std::string> expected;
    for (const auto& topic : all) {
        std::vector<Record> records;
        for (std::uint64_t i = 1; i <= topic.events; ++i) records.push_back(record(topic.path, i, event(topic.bytes)));
        append(std::move(records));
        expected.push_back(topic_text({topic.path, 7, topic.events, topic.tail}));
    }
    commit();
    for (const auto& topic : all) {
        if (topic.tail > 1) trim(topic.path, topic.tail);
    }
    commit();
    EXPECT_EQ(topics(), expected) << "in memory";
    open();
    EXPECT_EQ(topics(), expected) << "in files";
}

TEST_F(RocksLogTest, ABatchWithLifecycleEventsReachesMoreWhereThatIsAskedFor) {
    options_.lifecycle_durability = Durability::fsync;
    open();
    append({record("r/a", 1)});
    EXPECT_EQ(commit().committed.back().durability, Durability::os);
    const auto records = std::make_shared<const std::vector<Record>>(std::vector<Record>{record("r/a", 2)});
    log_->append({++ticket_, kSecondUs, records, {}, {}, true});
    EXPECT_EQ(commit().committed.back().durability, Durability::fsync);
    options_.durability = Durability::fsync;
    options_.lifecycle_durability = Durability::os;
    open();
    append({record("r/a", 3)});
    EXPECT_EQ(commit().committed.back().durability, Durability::fsync);
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

TEST_F(RocksLogTest, AWriteThatFailsIsToldAndNothingIsWrittenBehindIt) {
    // No file may grow beyond this: the only error of a disk that a test can make without one.
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    open();
    append({record("r/a", 1)});
    EXPECT_TRUE(commit().committed.back().status);
    const rlimit small{1 << 20, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    append({record("r/a", 2, event(2 << 20))});
    append({record("r/b", 1)});
    const auto failed = commit();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ASSERT_EQ(failed.committed.size(), 2U);
    EXPECT_EQ(failed.committed[0].ticket, 2U);
    ASSERT_FALSE(failed.committed[0].status);
    EXPECT_THAT(failed.committed[0].status.error().message, HasSubstr(options_.directory));
    EXPECT_FALSE(failed.committed[1].status);
    open();
    EXPECT_THAT(topics(), ElementsAre("r/a 7 1..1"));
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
}  // namespace longwire::broker::testing
