#pragma once

#include <gtest/gtest.h>

#include "edge/dialects/coordination/coordination.h"
#include "tests/unit/edge/dialects/fake_host.h"

namespace longwire::edge {

/// An agent CLINE-1 whose connection a test plays. 1'700'000'000 s are 2023-11-14T22:13:20Z.
struct CoordinationTest : testing::Test {
    static constexpr auto kPath = "/ws/v1/coordination/{agent_id}";
    static constexpr auto kInbox = "agent/CLINE-1";
    static constexpr auto kRoom = "room/coordination";

    void open() { host.open(*product, kPath, {{"agent_id", "CLINE-1"}}); }

    /// Answers what it asks until it is welcome; `record` is the newest of its place, `members` are in the room.
    void settle(std::string_view record = R"({"events":[]})", std::string_view members = R"({"members":[]})",
                int head = 40) {
        host.reply("history", record);
        host.reply("history",
                   R"({"epoch":"000000000000000e","tail":1,"events":[],"head":)" + std::to_string(head) + "}");
        host.reply("publish", R"({"topic":"agent/CLINE-1","epoch":"000000000000000e","offset":1,"duplicate":false})");
        host.reply("presence", members);
        host.reply("join", "{}");
    }

    /// An agent that is welcome, with GEMINI in the room besides.
    void be_welcome() {
        open();
        settle(R"({"events":[]})", R"({"members":[{"id":"GEMINI","info":null,"since_us":1700000000000000}]})", 0);
        host.reply("subscribe", R"({"topics":[]})");
        // The record that this id has been here.
        host.reply("publish", R"({"topic":"agent/CLINE-1/place","epoch":"01","offset":1})");
        host.heard();
        host.commands();
    }

    /// What the log answers to the oldest publish.
    void logged(std::uint64_t offset, bool duplicate = false) {
        host.reply("publish", R"({"topic":"t","epoch":"000000000000000e","offset":)" + std::to_string(offset) +
                                  R"(,"duplicate":)" + (duplicate ? "true}" : "false}"));
    }

    /// The only message since the last call: its type and payload.
    std::string heard() {
        const auto text = host.heard();
        std::string lines;
        std::size_t from = 0;
        while (from < text.size()) {
            const auto end = std::min(text.find('\n', from), text.size());
            const auto message = json::parse(text.substr(from, end - from)).as_object();
            lines.append(lines.empty() ? "" : "\n");
            lines.append(message.at("type").as_string()).append(" ").append(json::serialize(message.at("payload")));
            from = end + 1;
        }
        return lines;
    }

    std::unique_ptr<Product> product = make_coordination_product();
    FakeHost host{"coordination"};
};

}  // namespace longwire::edge
