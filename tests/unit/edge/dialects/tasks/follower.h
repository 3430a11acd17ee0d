#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "edge/dialects/tasks/tasks.h"
#include "tests/unit/edge/dialects/fake_host.h"

namespace longwire::edge {

/// A client of task `t1` on /ws/tasks/{task_id}, and the task as its broker knows it.
struct TasksFollower {
    explicit TasksFollower(Product& followed) : product(followed) {}

    void open(Opening::Values query = {}) {
        host.open(product, "/ws/tasks/{task_id}", {{"task_id", "t1"}}, std::move(query));
    }

    /// The task's snapshot: RUNNING in its first run, after three events, but for what `changes` says.
    static std::string snapshot(std::string_view changes = "{}") {
        auto fields =
            json::parse(
                R"({"task":"t1","kind":"agent.team","input":{"requirement":"Grow"},"state":"RUNNING","held":false,
                    "run":1,"progress":0.25,"message":"","current_agent":null,"agents":[],
                    "created_us":1700000000000000,"started_us":1700000001500000,"ended_us":null,"result":null,
                    "error":null,"epoch":"000000000000000e","offset":3})")
                .as_object();
        const auto changed = json::parse(changes).as_object();
        for (const auto& [name, value] : changed) fields[name] = value;
        return json::serialize(fields);
    }

    void state(std::string_view changes = "{}") { host.reply("state", snapshot(changes)); }
    void subscribed() {
        host.reply("subscribe", R"({"topic":"task/t1","epoch":"000000000000000e","offset":0,"head":3,"tail":1})");
    }

    /// Follows the task as it is, and takes what comes first.
    void follow(Opening::Values query = {}, std::string_view changes = "{}") {
        open(std::move(query));
        state(changes);
        subscribed();
        host.heard();
        host.commands();
    }
    void event(std::string_view type, std::string_view data = "{}") { host.event("task/t1", type, data); }

    /// Of what was sent since the last time, each message as its type and the most telling part of its data.
    std::string outline() {
        std::string lines;
        std::istringstream all(host.heard());
        for (std::string line; std::getline(all, line);) {
            const auto message = json::parse(line).as_object();
            const auto& data = message.at("data").as_object();
            const std::string type(message.at("type").as_string());
            lines += lines.empty() ? "" : "\n";
            lines += type + " ";
            if (type == "event") lines += json::serialize(data.at("event_id")) + " " + text(data.at("event_type"));
            if (type == "state") lines += text(data.at("status")) + " " + json::serialize(data.at("progress"));
            if (type == "error" || type == "connected") lines += text(data.at("message"));
        }
        return lines;
    }

    static std::string text(const json::value& value) { return std::string(value.as_string()); }

    Product& product;
    FakeHost host{"tasks"};
};

}  // namespace longwire::edge
