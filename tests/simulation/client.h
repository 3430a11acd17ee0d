#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "edge/dialects/native/encoding.h"
#include "tests/simulation/edge_node.h"
#include "tests/simulation/environment.h"
#include "tests/simulation/filter_follower.h"
#include "tests/simulation/follower.h"
#include "tests/simulation/push.h"

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

    /// Each has either filters or topics of its own: where the two overlap it could not tell which brought an event.
    bool is_for_filters() const { return number_ % 2 == 1; }
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

    /// The topics that it wants to be a member of.
    const std::set<std::string>& joined() const { return joined_; }

    /// Since when its present connection is there for a task, as it was told; nothing if it is not.
    std::optional<std::int64_t> there_since_us(const std::string& task) const;
    const EdgeNode* edge() const { return is_connected() ? way_->edge : nullptr; }

    /// What keeps it from being content: nothing is asked for, all that it follows has come. Empty if it is.
    std::string waits_for() const;
    bool is_sending_input() const;

    // Its connection.

    struct Pace {
        std::size_t bytes_max = 0;  // that it takes at a time,
        std::int64_t pause_us = 0;  // and after how long again
    };
    Pace pace() const;
    const edge::NativeEncoding& encoding() const;
    void connection_changed(const Link& link, bool is_open);
    void hear(const ToClient& message);

    /// The edge has closed the connection. What was under way is lost, and perhaps this code.
    void sent_away(std::uint16_t code);

  private:
    struct Asked {
        std::string command;
        std::string fields = {};
        bool may_repeat = false;
        std::uint64_t id = 0;     // of what is to be stored, 0 for none
        std::string path = {};    // where
        std::string key = {};     // of a start
        std::uint64_t wipes = 0;  // of the log, until then
        std::string parent = {};  // of a start
        std::string task = {};    // to be there for; of a start, any that it leads to
        bool attaches = false;
        std::string topic = {};  // to join
    };

    // client.cc: its connection, and what it follows
    void read(std::string_view object, const ToClient& message);
    void follow_something();
    void leave_something();
    void filter_or_not();
    void follow(Follower& follower);
    void unsubscribe(std::string_view what, std::string_view name);
    void follow_filter();
    std::string any_topic();
    Follower* follower_of(std::string_view topic);
    void take(const EventPush& push, const ToClient& message);
    void take(const GapPush& push, const ToClient& message);
    void take(const FilterGapPush& push, const ToClient& message);
    void take(const MergedPush& push, const ToClient& message);
    void take(const SnapshotPush& push, const ToClient& message);
    void check_outbox(const ToClient& message) const;
    void command(std::uint64_t id, std::string_view name, std::string_view fields);
    void say(std::function<void(ClientSession&)> message);
    bool is_connected() const { return way_ != nullptr && way_->link->is_open(End::dialler); }

    // client_attendance.cc: what it is there for
    void join_or_leave();
    void ask_to_join(const std::string& topic);
    void ask_to_attach(const std::string& task);
    void be_there_again();
    void is_there(const Asked& asked, const Answer& answer);

    // client_asks.cc: what it asks for
    void start_something();
    void ask_about_task(const std::string& command);
    void ask(Asked asked);
    std::uint64_t send(Asked asked);
    void ask_again();
    void take(const Answer& answer, const ToClient& message);
    void begin(const Asked& asked, const Answer& answer);
    void follow_again(Follower& follower, const Error& error);
    void check_refusal(const Asked& asked, const Error& error);
    void check_reply(const Asked& asked, std::string_view ok);

    Environment& environment_;
    std::size_t number_;
    std::string name_;
    std::vector<Way> ways_;
    Way* way_ = nullptr;     // the edge it is at, or on its way to
    std::size_t place_ = 0;  // of that among the ways
    bool is_reading_ = true;
    std::uint64_t last_number_ = 0;
    bool is_slow_;
    bool goes_elsewhere_ = false;                             // for this edge has sent it away
    std::map<std::string, Follower, std::less<>> followers_;  // by topic
    std::optional<FilterFollower> filter_;
    std::map<std::uint64_t, Asked> asked_;  // each time under a new number
    std::set<std::string> joined_;
    std::set<std::string> minds_;                // tasks that it wants to be there for,
    std::map<std::string, std::int64_t> there_;  // and is, by its present connection; since when
};

}  // namespace longwire::simulation
