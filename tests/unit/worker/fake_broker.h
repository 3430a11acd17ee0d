#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "protocol/envelope.h"
#include "protocol/link/link_counter.h"
#include "protocol/link/producer_messages.h"
#include "protocol/link/producer_receiver.h"
#include "protocol/wake_fd.h"
#include "protocol/zmq/socket.h"

namespace longwire::testing {

/// One event as the broker would put it in its log.
struct LoggedEvent {
    std::string path;
    std::string type;
    std::string json;  // of the payload
    std::uint64_t sequence = 0;
    std::uint32_t partition = 0;
    std::uint32_t attempt = 0;
};

/// The broker's end of the producer link for one worker, on a thread of its own and on real sockets: logs what it
/// accepts in memory, and fails in the ways that tests ask for.
///
/// Thread: all functions from the test's.
class FakeBroker {
  public:
    struct Options {
        std::uint32_t partitions = 4;
        std::uint64_t window_bytes = 8 << 20;
        int lose_published_percent = 0;  // of the messages that come by PUB
        bool subscribe = true;           // false: events can only come over the link
        bool keep_payloads = true;       // false: only counts, for measurements
        std::int64_t heartbeat_ms = 200;
        std::string refuse = {};  // answers hellos with this refusal
    };

    FakeBroker() : FakeBroker(Options{}) {}
    explicit FakeBroker(Options options);
    ~FakeBroker();

    const std::string& events_endpoint() const { return events_endpoint_; }
    const std::string& link_endpoint() const { return link_endpoint_; }

    void assign(const std::string& task, std::uint32_t attempt, const std::string& kind, const std::string& input_json);
    void cancel(const std::string& task, std::uint32_t attempt, const std::string& reason);
    void revoke(const std::string& task, std::uint32_t attempt, const std::string& reason);
    void input(const std::string& task, std::uint32_t attempt, std::uint64_t offset, const std::string& json);

    void child_state(const std::string& task, std::uint32_t attempt, const std::string& name, const std::string& child,
                     const std::string& state, const std::string& result_json = "null");
    void child_refused(const std::string& task, std::uint32_t attempt, const std::string& name, const Error& error);

    /// Ends the session as a broker that has forgotten it would.
    void reset_session();
    /// Accepts events but acknowledges none until release_acks().
    void hold_acks();
    void release_acks();
    /// The next message to the worker is numbered, and lost.
    void lose_next_message();

    /// Waits for a condition on what has happened so far; false if it hasn't come true within 60 s.
    struct Seen {
        std::vector<LoggedEvent> events;
        std::size_t event_count = 0;
        std::size_t hellos = 0;
        std::vector<std::string> last_running;  // "task:attempt" of the newest hello
        std::vector<std::string> handed_back;   // "task:attempt reason"
        std::vector<std::string> children;      // asked for: "task:attempt name"
        std::string last_child;                 // the newest one's fields, as JSON
        std::size_t resent_messages = 0;
        std::size_t lost_messages = 0;
        bool draining = false;
        bool bye = false;
        bool violated = false;  // an event came out of order or twice past the receiver
    };
    bool wait_until(const std::function<bool(const Seen&)>& condition);
    Seen seen();

    /// The types of one task's events, in order.
    static std::vector<std::string> types_of(const Seen& seen, const std::string& task);
    static std::vector<LoggedEvent> events_of(const Seen& seen, const std::string& task);

  private:
    void run();
    void handle(std::string_view bytes);
    void handle_event_message(std::string_view key, std::string_view envelopes);
    void log(std::string_view path, std::uint32_t partition, std::string_view envelope);
    void welcome(const link::WorkerHello& hello);
    void commit();
    void post(std::function<void()> what);
    template <class Message>
    void send(const Message& message);

    Options options_;
    zmq::context_t context_;
    zmq::socket_t events_;
    zmq::socket_t link_;
    std::string events_endpoint_;
    std::string link_endpoint_;

    // The thread's.
    std::string peer_;
    std::optional<link::LinkCounter> session_;
    std::map<std::uint64_t, link::ProducerReceiver> receivers_;  // by incarnation
    link::ProducerReceiver* receiver_ = nullptr;
    std::vector<std::uint64_t> accepted_;   // per partition
    std::vector<std::uint64_t> committed_;  // per partition
    bool holding_acks_ = false;
    bool lose_next_ = false;
    std::uint64_t random_ = 88172645463325252ULL;

    std::mutex mutex_;
    std::condition_variable changed_;
    Seen seen_;
    std::vector<std::function<void()>> posted_;
    std::atomic<bool> ending_{false};
    WakeFd wake_;
    std::thread thread_;
};

}  // namespace longwire::testing
