#include "clients/cli/audit/topic_hops.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace longwire::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

boost::json::object answer(const std::string& edge, const std::string& given) {
    return boost::json::parse(R"({"topic": "task/a", "epoch": "e", "head": 9, "tail": 1,
        "sent": [{"edge": "edge-1", "offset": 9, "due": 9, "events": 7, "gap": 2},
                 {"edge": "edge-2", "offset": 9, "due": 4, "events": 4, "gap": 0}],
        "received": {"edge": ")" +
                              edge + R"(", "offset": 9, "watches": 2,
        "received": {"due": 9, "events": 7, "merged": 0, "gap": 2}, "given": )" +
                              given + "}}")
        .as_object();
}

TEST(TopicHops, EachEdgeAddsItsPartAndTheBrokersIsTakenOnce) {
    TopicHops hops;
    ASSERT_TRUE(hops.add(answer("edge-1", R"({"due": 18, "events": 10, "merged": 4, "gap": 4})")));
    ASSERT_TRUE(hops.add(answer("edge-2", R"({"due": 0, "events": 0, "merged": 0, "gap": 0})")));
    std::vector<std::string> names;
    for (const auto& hop : hops.hops()) names.push_back(hop.name);
    EXPECT_THAT(names, ElementsAre("log to edge-1", "log to edge-2", "edge-1 from link", "edge-1 to clients",
                                   "edge-2 from link", "edge-2 to clients"));
    EXPECT_EQ(hops.hops()[3].tally, (Tally{18, 10, 4, 4}));
    EXPECT_EQ(hops.hops()[3].watches, 2U);
    EXPECT_THAT(hops.differences(), IsEmpty());
}

TEST(TopicHops, WhatDoesNotAddUpIsNamedByItsHop) {
    TopicHops hops;
    ASSERT_TRUE(hops.add(answer("edge-1", R"({"due": 18, "events": 10, "merged": 4, "gap": 3})")));
    EXPECT_THAT(hops.differences(), ElementsAre(HasSubstr("edge-1 to clients: 18 events were due, 10 handed on")));
}

TEST(TopicHops, AnAnswerWithoutItsFieldsIsAnError) {
    TopicHops hops;
    EXPECT_EQ(hops.add(boost::json::object{}).error().field, "sent");
    EXPECT_EQ(hops.add(answer("edge-1", R"({"due": 1})")).error().field, "events");
}

}  // namespace
}  // namespace longwire::cli
