#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "edge/dialects/agui/agui.h"
#include "tests/unit/edge/dialects/fake_host.h"

namespace longwire::edge {

/// One client of AG-UI. Its runs are run-1 of thread-1, and the task's log has the epoch e.
struct AguiFixture {
    static constexpr std::string_view kEpoch = "000000000000000e";
    static constexpr std::string_view kInput =
        R"({"threadId":"thread-1","runId":"run-1","messages":[{"id":"m1","role":"user","content":"Hello"}]})";

    void post(std::string_view body = kInput, const std::string& last_event_id = {}) {
        host.open(*product, "/agui/{kind}", {{"kind", "agent.chat"}}, {}, "POST", last_event_id);
        host.say(body);
    }
    void get(const std::string& run = "run-1", const std::string& last_event_id = {}) {
        host.open(*product, "/agui/runs/{id}", {{"id", run}}, {}, "GET", last_event_id);
    }
    void subscribed(std::uint64_t offset = 0, std::uint64_t head = 0, std::string_view epoch = kEpoch) {
        host.reply("subscribe", R"({"topic":"task/run-1","epoch":")" + std::string(epoch) + R"(","offset":)" +
                                    std::to_string(offset) + R"(,"head":)" + std::to_string(head) +
                                    R"(,"tail":1,"resumed":true})");
    }
    /// A run that has just begun; what it says of that is taken away.
    void start(std::string_view body = kInput) {
        post(body);
        host.reply("start", R"({"task":"run-1","topic":"task/run-1","state":"PENDING","created":true})");
        subscribed();
        host.heard();
        host.commands();
        host.ids.clear();
    }
    void event(std::string_view type, std::string_view data, std::uint32_t attempt = 1) {
        host.event("task/run-1", type, data, attempt);
    }

    /// What was sent, without the time, which is always the same.
    std::string heard() {
        auto lines = host.heard();
        constexpr std::string_view kTime = R"(,"timestamp":1700000000000)";
        for (auto at = lines.find(kTime); at != std::string::npos; at = lines.find(kTime, at)) {
            lines.erase(at, kTime.size());
        }
        return lines;
    }
    /// What an event becomes.
    std::string heard(std::string_view type, std::string_view data, std::uint32_t attempt = 1) {
        event(type, data, attempt);
        return heard();
    }

    std::unique_ptr<Product> product = make_agui_product();
    FakeHost host{"agui"};
};

}  // namespace longwire::edge
