#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/edge_node.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/follower.h"

namespace longwire::simulation {

/// A client: follows topics and filters, asks for things, loses its connection and comes back at any edge with what it
/// knows.
class Client {
  public:
    struct Way {
        EdgeNode* edge;
        Link* link;
    };

    Client(Environment& environment, std::size_t number);

    const std::string& name() const { return name_; }
    std::size_t number() const { return number_; }
    bool is_reading() const { return is_reading_; }

    /// How it can reach an edge.
    void add_way(EdgeNode& edge, Link& link) { ways_.push_back({&edge, &link}); }

    /// Does something, whatever comes to its mind.
    void act();

    void connect();
    void disconnect();
    void stop_reading(std::int64_t for_us);

    /// Gives the task something to go on with.
    void send_input(const std::string& task);
    void publish(const std::string& topic);

    /// What keeps it from being content: nothing is asked for, all that it follows has come. Empty if it is.
    std::string waits_for() const;
    bool has_caught_up_by_filters(const std::string& path) const;
    bool is_waiting_for_answers() const { return !asked_.empty(); }

    // What the connection brings.

    void connection_changed(const Link& link, bool is_open);
    void on_watching(std::uint64_t watch, const edge::WatchStart& start);
    void on_watch_failed(std::uint64_t watch);
    void on_events(std::uint64_t watch, const edge::EventBatchPtr& batch, std::size_t from);
    void on_gap(std::uint64_t watch, const edge::Gap& gap);
    void on_filtered(std::uint64_t filter, const edge::EventBatchPtr& batch, bool is_left_out);
    void on_reply(std::uint64_t number, const Result<std::string>& reply);

  private:
    struct Asked {
        std::string command;
        std::string fields;
        bool may_repeat = false;
        std::uint64_t id = 0;     // of what is to be stored, 0 for none
        std::string path;         // where
        std::string key;          // of a start
        std::uint64_t wipes = 0;  // of the log, until then
    };

    void follow_something();
    void leave_something();
    void filter_or_not();
    void start_something();
    void ask_about_task(const std::string& command);
    void ask(Asked asked);
    void send(Asked asked);
    void ask_again();
    void follow(Follower follower);
    void follow_filter();
    void check_reply(const Asked& asked, const std::string& ok);
    std::string any_topic();
    Follower* find(std::uint64_t watch);
    void say(std::function<void(ClientSession&)> message);
    bool is_connected() const { return way_ != nullptr && way_->link->is_open(End::dialler); }

    Environment& environment_;
    std::size_t number_;
    std::string name_;
    std::vector<Way> ways_;
    Way* way_ = nullptr;  // the edge it is at, or on its way to
    bool is_reading_ = true;
    std::uint64_t last_number_ = 0;
    std::map<std::uint64_t, Follower> followers_;  // by watch
    std::optional<FilterFollower> filter_;
    std::uint64_t filter_number_ = 0;
    std::map<std::uint64_t, Asked> asked_;  // each time under a new number
};

}  // namespace longwire::simulation
