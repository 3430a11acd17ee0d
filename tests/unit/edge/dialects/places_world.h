#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "edge/dialects/places.h"

namespace longwire::edge {

/// A broker with one topic and tasks by name, for as many connections as a test likes, on whatever edges.
struct PlacesWorld {
    struct Event {
        std::string type;
        json::object data;
    };
    std::vector<Event> log;
    std::map<std::string, std::uint64_t> keys;
    std::map<std::string, json::object> tasks;  // started, by name
    std::set<std::string> cancelled;
    std::optional<Error> no_start;
    std::int64_t now_us = 1'000'000'000;
    int names = 0;

    json::object publish(const json::object& fields) {
        const auto* const key = fields.if_contains("key");
        if (key != nullptr) {
            const auto [known, is_new] = keys.try_emplace(std::string(key->as_string()), log.size() + 1);
            if (!is_new) return {{"offset", known->second}, {"duplicate", true}};
        }
        log.push_back({std::string(fields.at("type").as_string()), fields.at("data").as_object()});
        return {{"offset", log.size()}, {"duplicate", false}};
    }

    json::object history(std::size_t limit) const {
        json::array events;
        for (std::size_t i = log.size(); i > 0 && events.size() < limit; --i) {
            events.push_back({{"offset", i}, {"type", log[i - 1].type}, {"data", log[i - 1].data}});
        }
        return {{"epoch", log.empty() ? "" : "00000000000000e0"}, {"head", log.size()}, {"events", std::move(events)}};
    }

    Result<json::object> start(json::object fields) {
        if (no_start) return *no_start;
        const auto task = std::string(fields.at("task").as_string());
        const bool is_new = tasks.try_emplace(task, std::move(fields)).second;
        return json::object{{"task", task}, {"created", is_new}};
    }
};

/// One connection: what its Places commands is done when the test says `work`, what is written comes with `hear`.
class PlacesClient final : public Host, public Places::Owner {
  private:
    PlacesWorld& world_;

  public:
    explicit PlacesClient(PlacesWorld& world, Places::Settings settings = {})
        : world_(world), places(*this, *this, "session/a/guide", settings) {}

    /// Opens and does all that there is to do.
    void come() {
        places.open();
        settle();
    }
    /// Does the commands that were given; without events.
    void work() {
        while (!commands_.empty()) {
            auto [name, fields, on_reply] = std::move(commands_.front());
            commands_.pop_front();
            const auto reply = obey(name, fields);
            if (on_reply && !is_gone_) on_reply(reply);
        }
    }
    void hear() {
        while (heard_ && *heard_ < world_.log.size()) {
            const auto& event = world_.log[*heard_];
            NativeEvent native;
            native.topic = "session/a/guide";
            native.epoch = 0xe0;
            native.offset = ++*heard_;
            native.type = event.type;
            native.data = event.data;
            places.on_event(native);
        }
    }
    void settle() {
        do {
            work();
            hear();
        } while (!commands_.empty());
    }
    /// Sends up to there, and has it proven.
    void get(std::uint64_t turn, std::uint64_t offset) {
        send(turn, offset);
        pass_ms(1'000);
        places.on_proven(proofs);
        settle();
    }
    void send(std::uint64_t turn, std::uint64_t offset) { places.sent({turn, 0xe, offset}); }
    void pass_ms(std::int64_t ms) {
        world_.now_us += ms * 1000;
        if (const auto next = places.next_us(); next && *next <= world_.now_us) places.on_time();
        settle();
    }
    void close(std::uint16_t code) {
        places.on_closed(code);
        is_gone_ = true;
        work();
    }
    /// Its edge has been killed: whatever it had to do is not done.
    void kill() { is_gone_ = true; }

    void begin(std::string key, std::string message) {
        places.begin(std::move(key), {{"kind", "agent.guide"}, {"input", {{"message", std::move(message)}}}},
                     [this](const Result<Places::Begun>& turn) {
                         if (!turn) {
                             begun = describe(turn.error());
                             return;
                         }
                         const bool has_failed = turn->turn.state == Turn::State::failed;
                         begun = (has_failed ? "failed " : turn->is_mine ? "mine " : "known ") + turn->turn.task;
                     });
    }

    Places places;
    std::optional<Place> place;
    bool has_missed = false;
    std::vector<std::string> turns;  // as they came, "2:task-2"
    std::string failed;
    std::string begun;
    std::optional<Error> error;
    std::uint64_t proofs = 0;

    void on_place(const Result<Place>& at, bool missed) override {
        if (!at) {
            error = at.error();
            return;
        }
        place = *at;
        has_missed = missed;
    }
    void on_turn(const Turn& turn) override { turns.push_back(std::to_string(turn.number) + ":" + turn.task); }
    void on_turn_failed(const Turn& turn, const Error& why) override { failed += turn.task + " " + describe(why); }

    using Host::command;
    void send(const json::object& /*message*/, std::string_view /*id*/) override {}
    void send_event(const NativeEvent& /*event*/, RenderEvent /*render*/) override {}
    void command(std::string_view name, json::object fields, OnReply on_reply) override {
        commands_.push_back({std::string(name), std::move(fields), std::move(on_reply)});
    }
    std::uint64_t prove() override { return ++proofs; }
    const Identity& who() const override { return identity_; }
    Result<Identity> identify(std::string_view /*token*/) const override { return identity_; }
    void become(Identity /*who*/) override {}
    std::int64_t now_us() const override { return world_.now_us; }
    void wake_at(std::int64_t /*time_us*/) override {}
    std::string new_id(std::string_view prefix) override {
        return (prefix.empty() ? "task-" : std::string(prefix)) + std::to_string(++world_.names);
    }
    std::string fingerprint(std::string_view text) const override { return std::string(text); }

  private:
    struct Command {
        std::string name;
        json::object fields;
        OnReply on_reply;
    };

    void answer(unsigned /*status*/, const json::value& /*body*/) override {}
    void refuse(const Error& /*error*/) override {}
    void close(std::uint16_t /*code*/, std::string_view /*reason*/) override {}

    Result<json::object> obey(const std::string& name, const json::object& fields) {
        if (name == "history") return world_.history(fields.at("limit").to_number<std::size_t>());
        if (name == "publish") return world_.publish(fields);
        if (name == "start") return world_.start(fields);
        if (name == "cancel") world_.cancelled.emplace(fields.at("task").as_string());
        if (name == "subscribe") {
            const auto& from = fields.at("from");
            heard_ = from.is_object() ? from.at("offset").to_number<std::size_t>() : 0;
        }
        return json::object{};
    }

    Identity identity_{"dev", "anna"};
    std::deque<Command> commands_;
    std::optional<std::size_t> heard_;
    bool is_gone_ = false;
};

}  // namespace longwire::edge
