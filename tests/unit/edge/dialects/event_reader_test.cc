#include "edge/dialects/event_reader.h"

#include <gtest/gtest.h>

#include "protocol/json.h"
#include "tests/unit/edge/core/batches.h"

namespace longwire::edge {
namespace {

int rendered = 0;

boost::json::object count(const NativeEvent& event) {
    return {{"offset", event.offset}, {"n", ++rendered}};
}
boost::json::object type_of(const NativeEvent& event) {
    return {{"type", event.type}};
}

TEST(EventReader, ReadsWhatTranslatorsNeedOfAnEvent) {
    EventReader reader;
    const auto batch = make_batch_of("dev/task/t1", 7, {{"log", R"({"message":"hi"})"}, {"note", "[1]"}});
    const auto& events = reader.read(batch);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].topic, "task/t1");
    EXPECT_EQ(events[0].epoch, 1U);
    EXPECT_EQ(events[0].offset, 7U);
    EXPECT_EQ(events[0].type, "log");
    EXPECT_EQ(events[0].time_us, 1'700'000'000'000'000);
    EXPECT_EQ(events[0].source, "worker-1");
    EXPECT_EQ(events[0].task, "t1");
    EXPECT_EQ(events[0].fields().at("message").as_string(), "hi");
    EXPECT_EQ(events[1].offset, 8U);
    EXPECT_TRUE(events[1].fields().empty()) << "its data is no object";
}

TEST(EventReader, ABatchIsReadOnce) {
    EventReader reader;
    const auto batch = make_batch("dev/room/a", 1, 1, 2);
    const auto* const first = reader.read(batch).data();
    EXPECT_EQ(reader.read(batch).data(), first);
    EXPECT_EQ(reader.read(make_batch("dev/room/a", 1, 3, 1)).front().offset, 3U);
}

TEST(EventReader, OneEventMayHaveAnotherPayload) {
    const auto batch = make_batch("dev/room/a", 1, 5, 3);
    EXPECT_EQ(EventReader::read_one(*batch, 1, {}).data, 6);
    const auto joined = json_to_msgpack(R"({"text":"all"})");
    const auto event = EventReader::read_one(*batch, 2, *joined);
    EXPECT_EQ(event.offset, 7U);
    EXPECT_EQ(event.fields().at("text").as_string(), "all");
}

TEST(EventReader, WhatAnEventBecomesIsMadeOnceForEachWayOfRendering) {
    EventReader reader;
    const auto& events = reader.read(make_batch("dev/room/a", 1, 1, 2));
    rendered = 0;
    const auto text = reader.rendered(events[1], count);
    EXPECT_EQ(*text, R"({"offset":2,"n":1})");
    EXPECT_EQ(reader.rendered(events[1], count), text);
    EXPECT_EQ(*reader.rendered(events[0], count), R"({"offset":1,"n":2})");
    EXPECT_EQ(*reader.rendered(events[1], type_of), R"({"type":"log"})");
    EXPECT_EQ(rendered, 2);
}

TEST(EventReader, OfAnEventOfItsOwnNothingIsKept) {
    EventReader reader;
    rendered = 0;
    const auto own = EventReader::read_one(*make_batch("dev/room/a", 1, 1, 1), 0, {});
    EXPECT_EQ(*reader.rendered(own, count), R"({"offset":1,"n":1})");
    EXPECT_EQ(*reader.rendered(own, count), R"({"offset":1,"n":2})");
    const auto batch = make_batch("dev/room/a", 1, 1, 1);
    reader.read(batch);
    EXPECT_EQ(*reader.rendered(own, count), R"({"offset":1,"n":3})");
}

TEST(EventReader, LetsGoOfABatchWhenTheTurnEnds) {
    EventReader reader;
    auto batch = make_batch("dev/room/a", 1, 1, 1);
    const std::weak_ptr<const EventBatch> watched = batch;
    rendered = 0;
    EXPECT_EQ(*reader.rendered(reader.read(batch)[0], count), R"({"offset":1,"n":1})");
    batch.reset();
    EXPECT_FALSE(watched.expired());
    reader.forget();
    EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace longwire::edge
