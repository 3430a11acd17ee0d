#include <gmock/gmock.h>

#include "protocol/link/kind_description.h"
#include "tests/unit/broker/broker_harness.h"

namespace longwire::broker::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Described = std::vector<FakeWorker::Described>;

const Described kDemo{{"demo", "Shows something.", R"({"type":"object"})", R"({"n":3})"}};

struct Kinds : ::testing::Test {
    World world;
    FakeEdge& edge = world.edge();

    FakeWorker& join(FakeWorker::Options options, const Described& described = {}) {
        auto& worker = world.worker(std::move(options));
        worker.hello();
        world.settle();
        describe(worker, described);
        return worker;
    }
    void describe(FakeWorker& worker, const Described& described) {
        if (described.empty()) return;
        worker.describe(described);
        world.settle();
    }
    std::string listed() { return text_of(edge.ask("kinds").ok); }
    std::vector<std::string> rows() {
        std::vector<std::string> rows;
        const auto ok = edge.ask("kinds").ok;
        for (const auto& row : ok.at("kinds").as_array()) rows.push_back(text_of(row));
        return rows;
    }
    std::string about(std::string_view kind) {
        const auto ok = edge.ask("kinds").ok;
        for (const auto& row : ok.at("kinds").as_array()) {
            if (row.at("kind").as_string() != kind) continue;
            const auto* said = row.as_object().if_contains("about");
            return said == nullptr ? "nothing" : std::string(said->as_string());
        }
        return "no kind";
    }
};

TEST_F(Kinds, AKindIsListedWithWhatItsWorkerSays) {
    EXPECT_EQ(listed(), R"({"kinds":[],"left_out":0})");
    join({.kinds = {"demo", "silent"}}, kDemo);
    EXPECT_THAT(rows(), ElementsAre(R"({"kind":"demo","about":"Shows something.","input_schema":{"type":"object"},)"
                                    R"("example":{"n":3},"workers":1,"running":0,"queued":0})",
                                    R"({"kind":"silent","workers":1,"running":0,"queued":0})"));
}

TEST_F(Kinds, WhatRunsAndWhatWaitsIsCounted) {
    auto& worker = join({.kinds = {"demo"}});
    for (const auto* task : {"a", "b", "c"}) edge.start(task);
    edge.ask("start", R"({"kind":"nobodys","task":"d"})");
    EXPECT_THAT(rows(), ElementsAre(R"({"kind":"demo","workers":1,"running":1,"queued":2})",
                                    R"({"kind":"nobodys","workers":0,"running":0,"queued":1})"));
    worker.emit("a", "task.completed");
    edge.ask("cancel", R"({"task":"c"})");
    edge.ask("cancel", R"({"task":"d"})");
    EXPECT_THAT(rows(), ElementsAre(R"({"kind":"demo","workers":1,"running":1,"queued":0})"));
}

TEST_F(Kinds, TasksOfAnotherRealmAreNotCounted) {
    edge.receiver().request("other", "u", "start", msgpack(R"({"kind":"theirs","task":"t"})"), false, world.now_us());
    world.settle();
    EXPECT_EQ(world.broker().scheduler().queued(), 1u);
    EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(Kinds, TheYoungestHelloHasTheSay) {
    auto& first = join({.name = "first"}, {{"demo", "of the first"}});
    auto& second = join({.name = "second"}, {{"demo", "of the second"}});
    EXPECT_EQ(about("demo"), "of the second");
    first.hello();
    world.settle();
    EXPECT_EQ(about("demo"), "of the first") << "it said so earlier in this life";
    describe(first, {{"demo", "of the first, later"}});
    EXPECT_EQ(about("demo"), "of the first, later");
    join({.name = "silent"});
    EXPECT_EQ(about("demo"), "of the first, later") << "who says nothing takes nothing back";
    first.bye();
    world.settle();
    EXPECT_EQ(about("demo"), "of the second");
    second.bye();
    world.settle();
    EXPECT_EQ(about("demo"), "nothing");
}

TEST_F(Kinds, AWorkersNextLifeBeginsWithNothingSaid) {
    auto& old = join({.incarnation = 1}, kDemo);
    old.is_connected = false;
    join({.incarnation = 2});
    EXPECT_EQ(about("demo"), "nothing");
}

TEST_F(Kinds, WhatIsSaidLaterReplacesAllOfIt) {
    auto& worker = join({.kinds = {"demo", "more"}}, {{"demo", "one"}, {"more", "two"}});
    describe(worker, {{"more", "three"}});
    EXPECT_EQ(about("demo"), "nothing");
    EXPECT_EQ(about("more"), "three");
}

TEST_F(Kinds, AWorkerThatDrainsOrIsGoneServesNothing) {
    auto& draining = join({.name = "draining", .kinds = {"drained"}}, {{"drained", "soon no more"}});
    auto& leaving = join({.name = "leaving", .kinds = {"left"}});
    auto& silent = join({.name = "silent", .kinds = {"unheard"}});
    EXPECT_EQ(rows().size(), 3u);
    draining.draining();
    leaving.bye();
    silent.is_connected = false;
    world.pass(5'000);
    EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(Kinds, WhatIsNotKeptIsRefusedByKindAndField) {
    const auto long_text = std::string(link::kKindAboutBytesMax + 1, 'a');
    const auto long_json = "\"" + std::string(link::kKindExampleBytesMax, 'a') + "\"";
    auto& worker = join({.kinds = {"demo", "good"}});
    worker.heard();
    describe(worker, {{"demo", long_text}, {"good", "is kept"}});
    EXPECT_THAT(worker.heard(), ElementsAre("not described demo too_large about"));
    EXPECT_EQ(about("demo"), "nothing");
    EXPECT_EQ(about("good"), "is kept");
    describe(worker, {{"demo", "", "", long_json}});
    EXPECT_THAT(worker.heard(), ElementsAre("not described demo too_large example"));
    describe(worker, {{"demo", "", "[1]"}});
    EXPECT_THAT(worker.heard(), ElementsAre("not described demo bad_request input_schema"));
    EXPECT_TRUE(worker.is_live()) << "the kind is served all the same";
    EXPECT_THAT(world.notices, Contains("worker w: bad_request: input_schema: of kind demo is no object"));
}

TEST_F(Kinds, RefusalsHaveABound) {
    auto& worker = join({.kinds = {"demo"}});
    worker.heard();
    Described many(1'000, {"no name", "", "", "1"});
    many.push_back({"demo", "is not looked at"});
    describe(worker, many);
    EXPECT_EQ(worker.heard().size(), 100u);
    EXPECT_EQ(about("demo"), "nothing");
}

TEST_F(Kinds, OneWorkerHasABoundForAllThatItSays) {
    const auto example = "\"" + std::string(link::kKindExampleBytesMax - 3, 'a') + "\"";
    Described many;
    FakeWorker::Options options{.kinds = {}};
    for (int i = 10; i < 30; ++i) {
        options.kinds.push_back("k" + std::to_string(i));
        many.push_back({options.kinds.back(), "", "", example});
    }
    auto& worker = join(options);
    worker.heard();
    describe(worker, many);
    EXPECT_EQ(worker.heard().size(), 5u) << "15 of 16 KiB and their names fit into 256 KiB";
    EXPECT_EQ(rows().size(), 20u);
}

TEST_F(Kinds, AReplyThatIsFullLeavesOutDescriptionsFirst) {
    const auto example = "\"" + std::string(link::kKindExampleBytesMax - 3, 'a') + "\"";
    for (int w = 0; w < 8; ++w) {
        Described many;
        FakeWorker::Options options{.name = "w" + std::to_string(w), .kinds = {}};
        for (int i = 10; i < 22; ++i) {
            options.kinds.push_back("k" + std::to_string(w * 100 + i));
            many.push_back({options.kinds.back(), "", "", example});
        }
        join(options, many);
    }
    edge.bytes_received = 0;
    const auto ok = edge.ask("kinds").ok;
    EXPECT_LT(edge.bytes_received, std::size_t{1100} << 10);
    EXPECT_EQ(ok.at("left_out").to_number<int>(), 0);
    std::size_t described = 0;
    for (const auto& row : ok.at("kinds").as_array()) described += row.as_object().contains("example");
    EXPECT_EQ(ok.at("kinds").as_array().size(), 96u);
    EXPECT_EQ(described, 63u) << "of 16 KiB each, in 1 MiB with the others' names";
}

TEST_F(Kinds, WhatFindsNoPlaceInAReplyIsCounted) {
    FakeWorker::Options options{.kinds = {}};
    for (int i = 0; i < 10'000; ++i) options.kinds.push_back(std::string(100, 'k') + std::to_string(i));
    join(options);
    const auto ok = edge.ask("kinds").ok;
    const auto listed = ok.at("kinds").as_array().size();
    EXPECT_GT(listed, 5'000u);
    EXPECT_EQ(ok.at("left_out").to_number<std::size_t>(), 10'000u - listed);
}

}  // namespace
}  // namespace longwire::broker::testing
