#include "clients/cli/cluster/cluster_view.h"

#include <gmock/gmock.h>

namespace longwire::cli {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

json::object slow_client(const std::string& connection, std::int64_t events) {
    return {{"connection", connection}, {"user", "ada"},           {"address", "192.0.2.7"}, {"topics", 2},
            {"events", events},         {"unsent_bytes", 300'000}, {"since_us", 1'000'000}};
}

json::object cluster_of(json::array edges) {
    const json::array ages{
        json::object{{"hop", "broker"}, {"events", 0}, {"p50_us", 0}, {"p99_us", 0}, {"max_us", 0}},
        json::object{{"hop", "log"}, {"events", 9}, {"p50_us", 310}, {"p99_us", 2'100}, {"max_us", 12'000'000}}};
    const json::object broker{{"broker", "b-1"},     {"version", "longwire-broker 1"},
                              {"takes_work", false}, {"events", 1234},
                              {"started_us", 0},     {"ages", ages}};
    return {{"brokers", json::array{broker}}, {"edges", std::move(edges)}};
}

TEST(ClusterView, ShowsNodesAndTheHopsThatHadEvents) {
    const auto text = cluster_text(cluster_of({json::object{{"edge", "e-1"}, {"connections", 17}}}), 60'000'000);
    for (const auto* const part :
         {"b-1", "1234", "takes no new work", "e-1", "17", "at the log", "310 µs", "2.1 ms", "12.0 s"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
    EXPECT_THAT(text, Not(HasSubstr("at the broker")));
}

TEST(ClusterView, SlowClientsOfAllEdgesThoseFurthestBehindFirst) {
    const auto cluster = cluster_of({json::object{{"edge", "e-1"}, {"slow", json::array{slow_client("c-1", 5)}}},
                                     json::object{{"edge", "e-2"}, {"slow", json::array{slow_client("c-2", 50)}}}});
    const auto text = slow_text(cluster, 4'000'000);
    EXPECT_LT(text.find("c-2"), text.find("c-1"));
    for (const auto* const part : {"50 events", "e-2", "ada", "192.0.2.7", "0.3 MiB", "3 s ago"}) {
        EXPECT_THAT(text, HasSubstr(part));
    }
    EXPECT_EQ(slow_text(cluster_of({}), 0), "no client is behind\n");
}

TEST(ClusterView, WhatIsMissingIsNotMadeUp) {
    EXPECT_THAT(cluster_text({}, 0), HasSubstr("BROKER"));
    EXPECT_THAT(cluster_text({{"edges", "none"}, {"brokers", json::array{1}}}, 0), HasSubstr("EDGE"));
}

}  // namespace
}  // namespace longwire::cli
