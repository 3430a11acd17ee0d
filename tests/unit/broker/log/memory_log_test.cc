#include "broker/log/memory_log.h"

#include <gmock/gmock.h>

namespace longwire::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct MemoryLogTest : ::testing::Test {
    std::uint64_t ticket = 0;
    std::map<std::string, std::uint64_t> heads;

    /// One batch of events of 36 bytes each, which cost 100 with what keeping them costs.
    void append(MemoryLog& log, const std::vector<std::string>& paths) {
        auto records = std::make_shared<std::vector<Record>>();
        for (const auto& path : paths) {
            const auto offset = ++heads[path];
            auto text = path + "-" + std::to_string(offset);
            text.resize(36, '.');
            records->push_back({SharedText(path), 7, offset, SharedSlice::of(text)});
        }
        log.append({++ticket, 0, records, {}});
    }
    static ReadPage read(MemoryLog& log, const std::string& path, std::uint64_t after, std::size_t events_max = 1000,
                         std::size_t bytes_max = 1 << 20) {
        log.read({5, path, after, events_max, bytes_max});
        return log.poll().pages.at(0);
    }
    static std::vector<std::string> texts(const ReadPage& page) {
        std::vector<std::string> lines;
        for (const auto& envelope : page.envelopes) {
            lines.emplace_back(envelope.bytes.substr(0, envelope.bytes.find('.')));
        }
        return lines;
    }
};

TEST_F(MemoryLogTest, CommitsAtOnceAndInOrder) {
    MemoryLog log(1 << 20);
    append(log, {"a"});
    append(log, {"a", "b"});
    const auto outcome = log.poll();
    ASSERT_EQ(outcome.committed.size(), 2U);
    EXPECT_EQ(outcome.committed[0].ticket, 1U);
    EXPECT_EQ(outcome.committed[1].ticket, 2U);
    EXPECT_TRUE(outcome.committed[1].status.has_value());
    EXPECT_TRUE(log.poll().empty());
    EXPECT_EQ(log.fd(), -1);
}

TEST_F(MemoryLogTest, ReadsWhatFollows) {
    MemoryLog log(1 << 20);
    append(log, {"a", "b", "a", "a"});
    static_cast<void>(log.poll());
    const auto page = read(log, "a", 1);
    EXPECT_EQ(page.token, 5U);
    EXPECT_EQ(page.path, "a");
    EXPECT_EQ(page.first, 2U);
    EXPECT_THAT(texts(page), ElementsAre("a-2", "a-3"));
    EXPECT_THAT(texts(read(log, "a", 3)), IsEmpty());
    EXPECT_THAT(texts(read(log, "nobody", 0)), IsEmpty());
}

TEST_F(MemoryLogTest, PagesEndByEvents) {
    MemoryLog log(1 << 20);
    append(log, {"a", "a", "a"});
    static_cast<void>(log.poll());
    EXPECT_THAT(texts(read(log, "a", 0, 2)), ElementsAre("a-1", "a-2"));
}

TEST_F(MemoryLogTest, PagesEndByBytesButHoldOneEventAtLeast) {
    MemoryLog log(1 << 20);
    append(log, {"a", "a", "a"});
    static_cast<void>(log.poll());
    EXPECT_THAT(texts(read(log, "a", 0, 1000, 2 * 36)), ElementsAre("a-1", "a-2"));
    EXPECT_THAT(texts(read(log, "a", 0, 1000, 2 * 36 - 1)), ElementsAre("a-1"));
    EXPECT_THAT(texts(read(log, "a", 0, 1000, 1)), ElementsAre("a-1"));
}

TEST_F(MemoryLogTest, DropsTheOldestOfAllTopicsAndTells) {
    MemoryLog log(300);
    append(log, {"a", "b", "a"});
    EXPECT_THAT(log.poll().trimmed, IsEmpty());
    append(log, {"b", "b"});
    const auto outcome = log.poll();
    ASSERT_EQ(outcome.trimmed.size(), 2U);
    EXPECT_EQ(outcome.trimmed[0].path, "a");
    EXPECT_EQ(outcome.trimmed[0].tail, 2U);
    EXPECT_EQ(outcome.trimmed[1].path, "b");
    EXPECT_EQ(outcome.trimmed[1].tail, 2U);
    const auto page = read(log, "a", 0);
    EXPECT_EQ(page.first, 2U);
    EXPECT_THAT(texts(page), ElementsAre("a-2"));
}

TEST_F(MemoryLogTest, TellsOfARunOfDropsOnce) {
    MemoryLog log(300);
    append(log, {"a", "a", "a", "a", "a"});
    const auto outcome = log.poll();
    ASSERT_EQ(outcome.trimmed.size(), 1U);
    EXPECT_EQ(outcome.trimmed[0].tail, 3U);
}

TEST_F(MemoryLogTest, ATopicOfWhichNothingIsLeftGoesOnInItsNumbers) {
    MemoryLog log(200);
    append(log, {"a", "b", "b"});
    static_cast<void>(log.poll());
    const auto none = read(log, "a", 0);
    EXPECT_EQ(none.first, 2U) << "so that a reader learns of the gap";
    EXPECT_THAT(texts(none), IsEmpty());
    append(log, {"a"});
    static_cast<void>(log.poll());
    const auto page = read(log, "a", 0);
    EXPECT_EQ(page.first, 2U);
    EXPECT_THAT(texts(page), ElementsAre("a-2"));
}

TEST_F(MemoryLogTest, TrimsATopicAndGoesOnDroppingTheOldestOfTheRest) {
    MemoryLog log(400);
    append(log, {"a", "b", "a", "b"});
    log.append({++ticket, 0, std::make_shared<std::vector<Record>>(), {}, {{"a", 2}}});
    EXPECT_EQ(log.poll().trimmed.at(0).tail, 2U);
    EXPECT_EQ(read(log, "a", 0).first, 2U);
    append(log, {"a"});
    EXPECT_THAT(log.poll().trimmed, IsEmpty()) << "there was room for one again";
    append(log, {"a"});
    EXPECT_EQ(log.poll().trimmed.at(0).path, "b");
    log.append({++ticket, 0, std::make_shared<std::vector<Record>>(), {}, {{"a", 5}}});
    append(log, {"a", "b", "b"});
    EXPECT_THAT(texts(read(log, "a", 0)), ElementsAre("a-5"));
    EXPECT_THAT(texts(read(log, "b", 0)), ElementsAre("b-2", "b-3", "b-4"));
}

TEST_F(MemoryLogTest, KeepsOneEventHoweverLarge) {
    MemoryLog log(10);
    append(log, {"a"});
    static_cast<void>(log.poll());
    EXPECT_THAT(texts(read(log, "a", 0)), ElementsAre("a-1"));
}

TEST_F(MemoryLogTest, HasNothingFromAnEarlierLife) {
    MemoryLog log(1 << 20);
    EXPECT_TRUE(log.visit_topics([](const KeptTopic&) { FAIL(); }).has_value());
    EXPECT_TRUE(log.visit_state([](const StatePut&) { FAIL(); }).has_value());
}

}  // namespace
}  // namespace longwire::broker
