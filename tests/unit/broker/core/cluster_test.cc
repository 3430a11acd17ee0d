#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "broker/core/edge_standing.h"
#include "protocol/limits.h"
#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::ElementsAre;

struct ClusterStories : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();

    void report(const link::EdgeReport& report) {
        edge.receiver().report(link::prepare(report));
        world.settle();
    }
    boost::json::object cluster() { return edge.ask("cluster").ok; }
    boost::json::object only_edge() { return cluster().at("edges").as_array().at(0).as_object(); }
    boost::json::object only_broker() { return cluster().at("brokers").as_array().at(0).as_object(); }
};

TEST_F(ClusterStories, AnEdgeThatHasSaidNothingIsThere) {
    const auto told = only_edge();
    EXPECT_EQ(told.at("reported_us"), 0);
    EXPECT_EQ(told.at("connections"), 0);
    EXPECT_TRUE(told.at("slow").as_array().empty());
}

TEST_F(ClusterStories, WhatAnEdgeReportsIsShownUntilItIsGone) {
    link::EdgeReport said;
    said.program = "longwire-edge 1.2.3";
    said.figures.connections = 12;
    said.figures.delivered = 34;
    said.figures.at_client = {.events = 5, .p50_us = 600, .p99_us = 7'000, .max_us = 8'000};
    report(said);
    const auto told = only_edge();
    EXPECT_EQ(told.at("version"), "longwire-edge 1.2.3");
    EXPECT_EQ(told.at("reported_us"), world.now_us());
    EXPECT_EQ(told.at("connections"), 12);
    EXPECT_EQ(told.at("delivered"), 34);
    EXPECT_EQ(text_of(told.at("ages")), R"([{"hop":"edge","events":0,"p50_us":0,"p99_us":0,"max_us":0},)"
                                        R"({"hop":"client","events":5,"p50_us":600,"p99_us":7000,"max_us":8000}])");

    auto& other = world.edge("other");
    EXPECT_EQ(cluster().at("edges").as_array().size(), 2U);
    other.receiver().say_bye(world.now_us());
    world.settle();
    EXPECT_EQ(cluster().at("edges").as_array().size(), 1U);
}

TEST_F(ClusterStories, ASlowClientIsShownToItsOwnRealmAlone) {
    link::EdgeReport said;
    said.slow.push_back({"conn-1", kRealm, "ada", "192.0.2.7", 2, 100, 300'000, 1});
    said.slow.push_back({"conn-2", "elsewhere", "eve", "192.0.2.8", 1, 200, 300'000, 1});
    report(said);
    const auto told = only_edge();
    const auto& slow = told.at("slow").as_array();
    ASSERT_EQ(slow.size(), 1U);
    EXPECT_EQ(text_of(slow.at(0)), R"({"connection":"conn-1","user":"ada","address":"192.0.2.7","topics":2,)"
                                   R"("events":100,"unsent_bytes":300000,"since_us":1})");
}

TEST_F(ClusterStories, AReportThatSaysTooMuchIsCut) {
    const std::string name(1'000, 'x');
    link::EdgeReport said;
    said.program = name;
    said.slow.assign(1'000, {name, kRealm, name, name, 1, 1, 1, 1});
    report(said);
    const auto told = only_edge();
    EXPECT_EQ(told.at("version").as_string().size(), kNameBytesMax);
    EXPECT_EQ(told.at("slow").as_array().size(), EdgeStanding::kSlowClientsMax);
    EXPECT_EQ(told.at("slow").as_array().at(0).at("user").as_string().size(), kNameBytesMax);
}

TEST_F(ClusterStories, TheAgesOfEventsCountFromTheTimeTheyCarry) {
    edge.ask("publish", R"({"topic":"room/a","type":"t"})");
    const auto ages = only_broker().at("ages").as_array();
    EXPECT_EQ(ages.at(0).at("hop"), "broker");
    EXPECT_EQ(ages.at(0).at("events"), 0) << "only of workers' events: a client's are made here";
    EXPECT_EQ(ages.at(1).at("hop"), "log");
    EXPECT_EQ(ages.at(1).at("events"), 1);
}

TEST_F(ClusterStories, ItIsTheBrokersOwnFiguresToo) {
    auto& worker = world.worker({.name = "one", .capacity = 1});
    worker.hello();
    edge.start("a");
    edge.start("b");
    const auto told = only_broker();
    EXPECT_EQ(told.at("workers"), 1);
    EXPECT_EQ(told.at("running"), 1);
    EXPECT_EQ(told.at("queued"), 1);
    EXPECT_EQ(told.at("topics"), 2);
    EXPECT_TRUE(told.at("takes_work").as_bool());
    EXPECT_GT(told.at("events").as_int64(), 2);
}

}  // namespace
}  // namespace longwire::broker::testing
