#include <gtest/gtest.h>

#include "tests/unit/edge/dialects/native/client.h"

namespace longwire::edge {
namespace {

struct NativeHistory : testing::Test, NativeClient {
    /// Answers the newest fetch as a broker with events 1 to `head` does, from `tail` on and `count` at most.
    void serve(std::uint64_t head, std::uint64_t tail, std::uint64_t count) {
        const auto fetch = all<FetchEvents>().back();
        FetchedPage answer{0xe, head, tail, nullptr};
        const auto first = std::max(fetch.after < head ? fetch.after + 1 : head + 1, tail);
        if (first <= head) {
            const auto size = std::min({head + 1 - first, count, std::uint64_t{fetch.events_max}});
            answer.batch = make_batch("dev/a", 0xe, first, size);
        }
        page(std::move(answer));
    }
    std::string ask(std::string_view fields) {
        return say("{\"id\":1,\"cmd\":\"history\",\"topic\":\"a\"" + std::string(fields) + "}");
    }
    static std::string answer_of(int head, int tail, std::initializer_list<std::uint64_t> offsets) {
        std::string events;
        for (const auto offset : offsets) events.append(events.empty() ? "" : ",").append(event_push("a", offset));
        return "{\"id\":1,\"ok\":{\"epoch\":\"000000000000000e\",\"head\":" + std::to_string(head) +
               ",\"tail\":" + std::to_string(tail) + ",\"events\":[" + events + "]}}";
    }
};

TEST_F(NativeHistory, ForwardAsksForOnePage) {
    EXPECT_EQ(ask(R"(,"after":4,"limit":3)"), "");
    const auto fetch = all<FetchEvents>().at(0);
    EXPECT_EQ(fetch.path, "dev/a");
    EXPECT_EQ(fetch.epoch, 0U);
    EXPECT_EQ(fetch.after, 4U);
    EXPECT_EQ(fetch.events_max, 3U);
    serve(9, 1, 100);
    EXPECT_EQ(heard(), answer_of(9, 1, {5, 6, 7}));
}

TEST_F(NativeHistory, ForwardPagesAreOfAHundredUnlessAsked) {
    ask("");
    EXPECT_EQ(all<FetchEvents>().at(0).events_max, 100U);
    EXPECT_EQ(all<FetchEvents>().at(0).after, 0U);
}

TEST_F(NativeHistory, ATopicWithoutAnyHasNoEpoch) {
    ask("");
    page({0, 0, 1, nullptr});
    EXPECT_EQ(heard(), R"({"id":1,"ok":{"epoch":"","head":0,"tail":1,"events":[]}})");
}

TEST_F(NativeHistory, ReverseBeginsWithTheNewest) {
    ask(R"(,"reverse":true,"limit":3)");
    serve(9, 1, 100);
    serve(9, 1, 100);
    EXPECT_EQ(heard(), answer_of(9, 1, {9, 8, 7}));
}

TEST_F(NativeHistory, ReverseGoesOnBeforeAnOffset) {
    ask(R"(,"reverse":true,"limit":3,"after":7)");
    serve(9, 1, 100);
    serve(9, 1, 100);
    EXPECT_EQ(heard(), answer_of(9, 1, {6, 5, 4}));
    ask(R"(,"reverse":true,"limit":3,"after":2)");
    serve(9, 1, 100);
    serve(9, 1, 100);
    EXPECT_EQ(heard(), answer_of(9, 1, {1}));
}

TEST_F(NativeHistory, ReverseBeforeTheFirstIsEmpty) {
    // Before the first event there was the first event.
    ask(R"(,"reverse":true,"after":1)");
    serve(9, 1, 100);
    EXPECT_EQ(heard(), answer_of(9, 1, {}));
}

TEST_F(NativeHistory, ReverseOfSmallPagesHoldsTheNewest) {
    // Where the broker's page was smaller than asked for, the newest events were left out.
    ask(R"(,"reverse":true,"limit":5)");
    serve(9, 1, 2);
    serve(9, 1, 2);
    EXPECT_EQ(heard(), "");
    serve(10, 1, 2);
    serve(10, 1, 2);
    EXPECT_EQ(heard(), answer_of(9, 1, {9, 8, 7, 6, 5}));
}

TEST_F(NativeHistory, ReverseDoesNotReachBehindTheTail) {
    // Where all that was asked for had been trimmed, what came after it was given instead.
    ask(R"(,"reverse":true,"after":4)");
    serve(9, 6, 100);
    EXPECT_EQ(heard(), answer_of(9, 6, {}));
    ask(R"(,"reverse":true,"after":8)");
    serve(9, 6, 100);
    serve(9, 7, 100);
    EXPECT_EQ(heard(), answer_of(9, 6, {7}));
}

TEST_F(NativeHistory, ReverseOfNothingIsEmpty) {
    ask(R"(,"reverse":true)");
    serve(0, 1, 100);
    EXPECT_EQ(heard(), answer_of(0, 1, {}));
}

TEST_F(NativeHistory, AFailureIsTheAnswer) {
    for (const auto* fields : {"", R"(,"reverse":true)"}) {
        ask(fields);
        requests.on_fetched({all<FetchEvents>().back().token, Error{Errc::unavailable, "no", {}, 1000}});
        EXPECT_EQ(heard(), R"({"id":1,"error":{"code":"unavailable","message":"no","retry_after_ms":1000}})");
    }
}

}  // namespace
}  // namespace longwire::edge
