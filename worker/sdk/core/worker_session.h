#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/durability.h"
#include "protocol/link/link_counter.h"
#include "protocol/link/producer_messages.h"
#include "protocol/link/producer_sender.h"
#include "worker/sdk/core/held_attempt.h"

namespace longwire::worker {

// What a session asks of the shell around it.

/// Begin to work on an attempt.
struct StartAttempt {
    AttemptId id = 0;
    std::string realm;
    std::string task;
    std::string kind;
    std::uint32_t attempt = 0;
    std::uint32_t run = 0;
    std::string input;  // MessagePack, empty for none
    std::int64_t timeout_ms = 0;
};

/// Ask the handler to end; how it ends is its own affair.
struct CancelAttempt {
    AttemptId id = 0;
    std::string reason;
};

/// The attempt is no longer ours: ask the handler to end, and drop what it still emits.
struct RevokedAttempt {
    AttemptId id = 0;
    std::string reason;
};

struct GiveInput {
    AttemptId id = 0;
    std::uint64_t offset = 0;
    std::string data;  // MessagePack
};

/// Where a child of an attempt stands, or why there is none.
struct ChildNews {
    AttemptId id = 0;
    std::string name;
    std::string task;
    std::string state;
    std::string result;  // MessagePack, empty for none
    std::string error;   // likewise
    std::optional<Error> refused = {};

    bool has_ended() const { return !refused && state != "PENDING" && state != "RUNNING"; }
};

/// Something for the log.
struct Notice {
    enum class Level { info, warn, error };
    Level level = Level::info;
    std::string message;
};

using Order = std::variant<StartAttempt, CancelAttempt, RevokedAttempt, GiveInput, ChildNews, Notice>;

/// A worker's end of the producer link, as a state machine: says hello until it is welcomed, keeps the session alive,
/// begins a new one when it breaks, and holds the attempts and events that must outlive all that.
///
/// Messages and times go in, and take_output() says what must be sent and done. Nothing here waits, opens or reads a
/// clock.
///
/// Bounds: events not acknowledged, `window_bytes`; attempts held, `capacity` and `waiting_max`.
/// Time:   `now_us`, microseconds since the Unix epoch, never smaller than before.
/// Thread: one at a time; no locks inside.
class WorkerSession {
  public:
    struct Options {
        std::string worker;  // unique among the cluster's workers
        std::uint64_t incarnation = 0;
        std::string program;
        std::vector<std::string> kinds;
        std::optional<link::Prepared> described = {};  // a DescribeKinds about them
        std::uint32_t capacity = 1;
        std::uint32_t waiting_max = 1'000;  // attempts that wait for what others do, beside those
        std::size_t window_bytes = 8 << 20;
        std::int64_t drain_grace_ms = 30'000;   // for running tasks, before they are handed back
        std::int64_t drain_commit_ms = 30'000;  // then for the broker to acknowledge; then what is left is lost
    };

    enum class State {
        joining,  // says hello
        live,
        done,     // drained: everything is acknowledged and the broker knows
        refused,  // the broker will never have us; see the last Notice
        lost,     // drained, but the broker could not be told everything in time
    };

    struct Output {
        std::vector<std::string>
            link;  // to be sent in this order; after a failure call link_failed() and drop the rest
        std::vector<link::ProducerSender::Outgoing> published;  // to be published as [key, envelopes]
        std::vector<Order> orders;
    };

    WorkerSession(Options options, std::int64_t now_us);

    State state() const { return state_; }
    bool is_over() const { return state_ != State::joining && state_ != State::live; }
    bool was_ever_live() const { return was_ever_live_; }
    bool is_draining() const { return draining_; }

    /// What the events acknowledged last survive; nothing before the first.
    std::optional<Durability> durability() const { return durability_; }

    // What comes in.

    /// A message of the link. Malformed ones end the session.
    void receive(std::string_view bytes, std::int64_t now_us);

    /// The events socket has heard a subscription come or go.
    void heard(bool added, std::string_view prefix);

    /// A message of the last output could not be sent.
    void link_failed(std::int64_t now_us);

    /// Time has passed: fires what is due.
    void tick(std::int64_t now_us);

    /// When tick() has something to do next; 0: at once.
    std::int64_t next_tick_us(std::int64_t now_us) const;

    /// Takes no more tasks and ends once those that run have ended, or their grace time has.
    void drain(std::int64_t now_us);

    /// Takes one event of an attempt. False when the window is full: offer it again after the next output. An event of
    /// an attempt that is not running (any more) is dropped, and true returned. `is_last` ends the attempt.
    bool emit(AttemptId id, std::string_view type, std::string_view payload, std::int64_t time_us, bool is_last);

    /// Asks for a child of a running attempt by `fields`, a MessagePack map; again after each new session and while the
    /// broker has no room for it. ChildNews tell where it stands, until it has ended.
    void start_child(AttemptId id, const std::string& name, std::string fields, std::int64_t now_us);

    /// So many attempts wait for what others do; the broker is told, as far as `waiting_max`.
    void waiting(std::uint32_t count);

    /// The shell can't work on an attempt it was told to start.
    void give_back(AttemptId id, std::string_view reason, std::int64_t now_us);

    bool has_room() const { return sender_.has_room(); }

    // What comes out: everything since the last call.
    Output take_output(std::int64_t now_us);

    std::size_t unacknowledged_bytes() const { return sender_.kept_bytes(); }
    const HeldAttempts& attempts() const { return attempts_; }

  private:
    template <class Message>
    void send(const Message& message, std::int64_t now_us);

    void say_hello(std::int64_t now_us);
    void session_over(std::string_view why, std::int64_t now_us);
    void start_anew(std::string_view why, std::int64_t now_us);
    void update_subscribed();
    void settle(std::int64_t now_us);
    void tick_drain(std::int64_t now_us);
    void revoke(AttemptId id, std::string_view reason);
    void hand_back(const link::AttemptRef& ref, std::string_view reason, std::int64_t now_us);
    void notice(Notice::Level level, std::string message);
    void ask_for_children(std::int64_t now_us);
    void notice_refusal(const link::EventRefused& refused, std::int64_t now_us);
    void tick_live(std::int64_t now_us);
    bool tail_is_due(std::int64_t now_us) const;
    bool broker_forgot(const link::WorkerWelcome& welcome) const;
    bool serves(std::string_view kind) const;

    void on(const link::WorkerWelcome& welcome, std::int64_t now_us);
    void on(const link::EventsCommitted& committed, std::int64_t now_us);
    void on(const link::ResendRequest& request, std::int64_t now_us);
    void on(const link::AssignTask& assign, std::int64_t now_us);
    void on(const link::CancelTask& cancel, std::int64_t now_us);
    void on(const link::TaskInput& input, std::int64_t now_us);
    void on(const link::RevokeAttempt& revoke, std::int64_t now_us);
    void on(const link::EventRefused& refused, std::int64_t now_us);
    void on(const link::ChildState& child, std::int64_t now_us);
    void on(const link::ChildRefused& refused, std::int64_t now_us);
    void on(const link::BrokerHeartbeat&, std::int64_t) {}
    void on(const link::DescriptionRefused& refused, std::int64_t now_us);
    void on(const link::LinkReset& reset, std::int64_t now_us);
    void on(const link::HelloRefused& refused, std::int64_t now_us);

    Options options_;
    link::ProducerSender sender_;
    link::LinkCounter counter_;
    State state_ = State::joining;
    bool was_ever_live_ = false;

    bool has_said_hello_ = false;  // since the last session
    std::int64_t hello_due_us_ = 0;
    std::int64_t hello_interval_us_ = 0;
    std::int64_t welcomed_us_ = 0;

    std::uint32_t partitions_ = 0;
    std::set<std::string, std::less<>> prefixes_;  // heard by the events socket, partition prefixes only

    std::int64_t confirmed_us_ = 0;  // the last time that the broker acknowledged anything, or nothing was waiting
    std::int64_t tail_said_us_ = 0;

    std::uint64_t refused_unsaid_ = 0;
    std::int64_t refused_said_us_ = 0;

    HeldAttempts attempts_;
    std::uint32_t waiting_ = 0;
    std::uint32_t waiting_said_ = 0;  // in this session
    bool draining_ = false;
    std::optional<Durability> durability_;
    std::int64_t drain_until_us_ = 0;
    std::int64_t give_up_us_ = 0;

    std::vector<std::string> link_out_;
    std::vector<Order> orders_;
};

}  // namespace longwire::worker
