#include "worker/sdk/kind_descriptions.h"

#include <gtest/gtest.h>

#include "protocol/json.h"
#include "protocol/link/producer_messages.h"
#include "worker/sdk/worker.h"

namespace longwire::worker {
namespace {

/// What the link carries, as JSON.
std::string shown(const KindDescriptions& descriptions) {
    const auto message = descriptions.message();
    if (!message) return "nothing";
    std::string json;
    return append_json(message->body, json) ? json : "malformed";
}

std::string refusal(const KindDescription& description) {
    KindDescriptions descriptions;
    const auto added = descriptions.add("job", description);
    return added ? "none" : describe(added.error());
}

TEST(KindDescriptions, AreOnlySaidWhereThereIsSomethingToSay) {
    KindDescriptions descriptions;
    ASSERT_TRUE(descriptions.add("silent", {}));
    EXPECT_EQ(shown(descriptions), "nothing");
    ASSERT_TRUE(descriptions.add("job", {"Does it.", R"({"type": "object"})", R"({"n": 3})"}));
    ASSERT_TRUE(descriptions.add("other", {.about = "Does another."}));
    EXPECT_EQ(shown(descriptions),
              R"([["job","Does it.",{"type":"object"},{"n":3}],["other","Does another.",null,null]])");
}

TEST(KindDescriptions, WhatIsWrongIsNamedByKindAndField) {
    EXPECT_EQ(refusal({.about = std::string(1025, 'a')}), "too_large: about: of kind job is larger than 1024 bytes");
    EXPECT_EQ(refusal({.input_schema = "[1]"}), "bad_request: input_schema: of kind job is no object");
    EXPECT_EQ(refusal({.input_schema = R"({"a": ")" + std::string(16 << 10, 'a') + R"("})"}),
              "too_large: input_schema: of kind job is larger than 16384 bytes");
    EXPECT_EQ(refusal({.example = "\"" + std::string(16 << 10, 'a') + "\""}),
              "too_large: example: of kind job is larger than 16384 bytes");
    EXPECT_TRUE(refusal({.example = "{"}).starts_with("bad_request: example: of kind job is no JSON: "));
    EXPECT_TRUE(refusal({.example = std::string(33, '[') + std::string(33, ']')})
                    .starts_with("bad_request: example: of kind job is no JSON: "));
    EXPECT_EQ(refusal({.example = std::string(32, '[') + std::string(32, ']')}), "none");
}

TEST(KindDescriptions, OneWorkerHasABoundForAll) {
    KindDescriptions descriptions;
    const std::string example = "\"" + std::string(16'000, 'a') + "\"";
    for (int i = 0; i < 16; ++i) ASSERT_TRUE(descriptions.add("job" + std::to_string(i), {.example = example}));
    const auto refused = descriptions.add("one-more", {.example = example});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::too_many);
    EXPECT_TRUE(descriptions.add("short", {.about = "There is room for this."}));
}

TEST(KindDescriptions, AWorkerDoesNotTakeWhatTheBrokerWouldRefuse) {
    Worker worker(WorkerOptions{});
    const auto handler = [](Task&) { return TaskResult::completed({}); };
    EXPECT_NO_THROW(worker.serve("job", handler, {.about = "Does it."}));
    EXPECT_THROW(worker.serve("other", handler, {.example = "{"}), std::invalid_argument);
}

}  // namespace
}  // namespace longwire::worker
