#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "edge/dialects/tracking/tracking.h"
#include "tests/unit/edge/dialects/fake_host.h"

namespace longwire::edge {

/// Gives settings other values than their defaults.
class ChosenSettings final : public SettingSink {
  public:
    explicit ChosenSettings(std::map<std::string, std::string> chosen) : chosen_(std::move(chosen)) {}

    void text(const ProductSetting& setting, std::string& value, const Check& check) override {
        names.push_back(setting.name);
        if (!chosen_.contains(setting.name)) return;
        const auto status = check ? check(chosen_[setting.name]) : Status();
        if (!status) {
            refused = status.error();
            return;
        }
        value = chosen_[setting.name];
    }
    void number(const ProductSetting& setting, std::int64_t& value, std::int64_t least, std::int64_t most) override {
        names.push_back(setting.name);
        EXPECT_GE(value, least) << setting.name;
        EXPECT_LE(value, most) << setting.name;
        if (chosen_.contains(setting.name)) value = std::stoll(chosen_[setting.name]);
    }
    void list(const ProductSetting&, std::vector<std::string>&, const Check&) override {}
    void toggle(const ProductSetting&, bool&) override {}

    std::vector<std::string> names;
    std::optional<Error> refused;

  private:
    std::map<std::string, std::string> chosen_;
};

/// A dashboard and the broker that it asks, played by the test.
struct TrackingTest : testing::Test {
    static constexpr const char* kPath = "/ws/agent-tracking/{client_id}";
    static constexpr const char* kList =
        "tasks {\"limit\":500,\"state\":\"PENDING\"}\n"
        "tasks {\"limit\":500,\"state\":\"RUNNING\"}\n"
        "tasks {\"limit\":200}";

    FakeHost host{"tracking"};
    std::unique_ptr<Product> product = make_tracking_product();

    void choose(std::map<std::string, std::string> settings) {
        ChosenSettings chosen(std::move(settings));
        product->declare(chosen);
        ASSERT_FALSE(chosen.refused) << chosen.refused->message;
    }

    void connect(const std::string& id = "client_1700000000000_a1b2c3") {
        host.open(*product, kPath, {{"client_id", id}});
    }

    /// Answers a list: what is pending, what runs, and the youngest of any state.
    void list(const std::string& pending = "", const std::string& running = "", const std::string& youngest = "") {
        for (const auto& tasks : {pending, running, youngest}) host.reply("tasks", R"({"tasks":[)" + tasks + "]}");
    }

    /// Connects to a cluster with these tasks; the first list of sessions has been heard.
    void open(const std::string& running = "", const std::string& youngest = "") {
        connect();
        host.reply("subscribe", R"({"filter":"task/+"})");
        list("", running, youngest);
        host.heard();
        host.commands();
    }

    /// A snapshot; `more` are further fields, each behind a comma.
    static std::string task(const std::string& id, const std::string& state, const std::string& more = "") {
        const auto fields = R"({"task":")" + id + R"(","kind":"agent.team","state":")" + state + '"';
        return fields + R"(,"epoch":"000000000000000e","created_us":1699999999000000)" + more + "}";
    }
    static std::string asked(const std::string& requirement) {
        return R"(,"input":{"requirement":")" + requirement + "\"}";
    }

    /// A task that starts now, and runs.
    void begin(const std::string& id, const std::string& query = "Why?", const std::string& parent = "") {
        const auto parent_field = parent.empty() ? "null" : '"' + parent + '"';
        host.event("task/" + id, "task.queued",
                   R"({"run":1,"kind":"agent.team","parent":)" + parent_field + R"(,"input":{"requirement":")" + query +
                       "\"}}");
        host.event("task/" + id, "task.started", R"({"run":1,"attempt":1})");
    }

    void status(const std::string& task, const std::string& agent, const std::string& word, double progress = 0.5) {
        host.event("task/" + task, "agent.status",
                   R"({"agent":"The )" + agent + R"(","agent_id":")" + agent + R"(","status":")" + word +
                       R"(","progress":)" + std::to_string(progress) + R"(,"message":"works"})");
    }

    /// What has been heard of one type.
    std::vector<json::object> heard(std::string_view type) {
        std::vector<json::object> messages;
        std::istringstream lines(host.heard());
        for (std::string line; std::getline(lines, line);) {
            auto message = json::parse(line).as_object();
            if (message.at("type").as_string() == type) messages.push_back(std::move(message));
        }
        return messages;
    }

    /// The newest list of sessions: "id query status agents", a line for each.
    std::string sessions() {
        const auto lists = heard("active_sessions");
        if (lists.empty()) return "none";
        std::string lines;
        for (const auto& value : lists.back().at("data").at("sessions").as_array()) {
            const auto& session = value.as_object();
            lines.append(lines.empty() ? "" : "\n")
                .append(session.at("session_id").as_string())
                .append(" ")
                .append(session.at("query").as_string())
                .append(" ")
                .append(session.at("status").as_string())
                .append(" ")
                .append(std::to_string(session.at("agents_active").to_number<int>()));
        }
        return lines;
    }
};

}  // namespace longwire::edge
