#include <gmock/gmock.h>

#include <set>

#include "protocol/limits.h"
#include "protocol/node/clock.h"
#include "protocol/node/metrics.h"
#include "protocol/node/random_id.h"
#include "protocol/node/sha256.h"
#include "protocol/topic.h"

namespace longwire {
namespace {

using ::testing::HasSubstr;

TEST(Sha256, IsThatOfTheStandardHoweverItComesInPieces) {
    EXPECT_EQ(Sha256().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    Sha256 hash;
    hash.add("a");
    hash.add("");
    hash.add("bc");
    EXPECT_EQ(hash.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Clock, NeverGoesBack) {
    std::int64_t last = now_us();
    EXPECT_GT(last, 1'600'000'000'000'000);
    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t now = now_us();
        ASSERT_GE(now, last);
        last = now;
    }
}

TEST(RandomId, IsANameAndDoesNotRepeat) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = random_id("t");
        EXPECT_EQ(id.size(), 17u);
        EXPECT_TRUE(check_name("task", id, kNameBytesMax));
        EXPECT_TRUE(seen.insert(id).second);
    }
    EXPECT_EQ(random_id("", 4).size(), 4u);
    EXPECT_NE(random_u64(), random_u64());
}

TEST(Metrics, AreWrittenAsText) {
    Metrics metrics;
    Counter events = metrics.counter("longwire_events_total", "Events committed.", {{"engine", "memory"}});
    events.add();
    metrics.counter("longwire_events_total", "Events committed.", {{"engine", "memory"}}).add(2);
    metrics.gauge("longwire_connections", "Open connections.").set(5);
    metrics.histogram("longwire_commit_seconds", "Time of a commit.", {0.1, 1}).observe(0.5);
    EXPECT_EQ(events.value(), 3);
    const std::string text = metrics.text();
    EXPECT_THAT(text, HasSubstr("longwire_events_total{engine=\"memory\"} 3"));
    EXPECT_THAT(text, HasSubstr("# HELP longwire_connections Open connections."));
    EXPECT_THAT(text, HasSubstr("longwire_commit_seconds_bucket{le=\"1\"} 1"));
}

}  // namespace
}  // namespace longwire
