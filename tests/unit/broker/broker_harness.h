#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/broker.h"
#include "broker/log/memory_log.h"
#include "protocol/envelope.h"
#include "protocol/link/link_counter.h"
#include "protocol/link/producer_sender.h"
#include "protocol/link/subscriber_receiver.h"

/// A broker's core with everything around it played by the test: the clock, the log, workers and edges. Tests read as
/// stories: `worker.hello(); edge.ask("start", …); world.settle(); EXPECT_THAT(worker.heard(), …)`.
namespace longwire::broker::testing {

/// The realm of every story.
inline constexpr std::string_view kRealm = "r";

std::string msgpack(std::string_view json);
boost::json::value json_of(std::string_view msgpack);
std::string text_of(const boost::json::value& value);
std::string path_of(std::string_view topic);

/// An event as somebody sees it.
struct SeenEvent {
    std::string topic;
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;
    std::string type;
    std::uint32_t attempt = 0;
    std::string producer;
    std::uint64_t sequence = 0;
    boost::json::value data;
};

SeenEvent seen(std::string_view path, std::uint64_t epoch, std::uint64_t offset, std::string_view envelope);

/// "3 task.started", …
std::string brief(const SeenEvent& event);
std::vector<std::string> brief(const std::vector<SeenEvent>& events);

/// A log in memory whose commits the test can hold up. They come out in their order or not at all.
class GatedLog {
  public:
    explicit GatedLog(std::size_t bytes_max) : log_(bytes_max) {}

    void append(CommitBatch batch);
    void read(ReadRequest request);
    LogOutcome poll();

    void hold() { held_ = true; }
    /// Lets the oldest `batches` held become durable; without a number all of them, and those to come at once.
    void release();
    void release(std::size_t batches);
    std::size_t waiting() const { return waiting_.size(); }

    /// What it says to have reached from now on.
    void reach(Durability durability) { durability_ = durability; }

    /// Whether the last batch said so.
    bool had_lifecycle() const { return had_lifecycle_; }

    /// Nothing before this offset can be read any more; with kAll, nothing at all.
    void damage(std::uint64_t readable_from) { readable_from_ = readable_from; }
    static constexpr std::uint64_t kAll = UINT64_MAX;

    /// Says that there is no room for new work, and that there is again.
    void run_out_of_room() { room_ = Status(Error{Errc::unavailable, "the disk is full", {}, 1000}); }
    void find_room() { room_ = Status(); }

    /// The process has died: what was not durable is gone.
    void crash();

    const std::vector<Record>& durable() const { return durable_; }

    /// What a broker that starts anew finds.
    std::vector<KeptTopic> topics() const;
    std::vector<StatePut> state() const;

  private:
    void commit(CommitBatch batch);

    MemoryLog log_;
    bool held_ = false;
    std::optional<Status> room_;  // to be told
    std::uint64_t readable_from_ = 0;
    std::optional<Durability> durability_;
    bool had_lifecycle_ = false;
    std::map<std::string, KeptTopic> trimmed_;
    std::vector<FailedRead> failed_reads_;  // to be told
    std::deque<CommitBatch> waiting_;
    std::vector<Record> durable_;
    std::map<std::string, std::string> state_;
};

/// A worker on the wire: says what it is told to say, and notes what it hears.
class FakeWorker {
  public:
    struct Options {
        std::string name = "w";
        std::vector<std::string> kinds = {"demo"};
        std::uint32_t capacity = 1;
        std::uint64_t incarnation = 1;
        std::size_t window_bytes = 8 << 20;
    };
    struct Attempt {
        std::uint32_t attempt = 0;
        std::uint32_t run = 0;
        std::uint64_t last_input = 0;
        bool cancelled = false;
        std::optional<link::PartitionSequence> end;  // where its last event is
    };
    struct Emitted {
        link::PartitionSequence at;
        std::string id;
    };

    explicit FakeWorker(Options options);

    void hello();
    void bye();
    void draining();
    void waiting(std::uint32_t attempts);
    void hand_back(const std::string& task);
    struct Described {
        std::string kind;
        std::string about = {};
        std::string input_schema = {};  // JSON, empty for none
        std::string example = {};       // likewise
    };
    void describe(const std::vector<Described>& kinds);
    /// Asks for a child of the attempt it has, or of another one.
    void start_child(const std::string& task, std::string_view name, std::string_view json, std::uint32_t attempt = 0);

    /// An event of the attempt it has, or had last. False when the window is full.
    bool emit(const std::string& task, std::string_view type, std::string_view json = "{}");
    bool emit_as(const std::string& task, std::uint32_t attempt, std::string_view type, std::string_view json = "{}");
    bool publish(std::string_view topic, std::string_view type, std::string_view json = "{}",
                 const Envelope& extra = {});

    /// What it has heard since the last call, without heartbeats: "assign t#1", "input t#1 5 "text"", "cancel t#1",
    /// "revoke t#1", "refused conflict", "child t#1 name RUNNING", "ack", "welcome", "reset", …
    std::vector<std::string> heard() { return std::exchange(heard_, {}); }
    std::size_t count(std::string_view word) const;

    const std::map<std::string, Attempt>& attempts() const { return attempts_; }
    const std::vector<link::PartitionSequence>& positions() const { return positions_; }  // of the last welcome
    std::uint32_t durability() const { return durability_; }                              // of the last acknowledgement
    const link::ProducerSender& sender() const { return sender_; }
    const Options& options() const { return options_; }
    bool is_live() const { return is_live_; }

    bool is_connected = true;  // false: nothing reaches it and nothing of it gets out
    bool is_heartbeating = true;
    bool rejoins = false;          // says hello when its session ends
    bool publishes_by_pub = true;  // false: over the link
    bool loses_pub = false;
    bool duplicates_pub = false;
    std::vector<std::pair<std::string, std::string>> inputs;  // "task#attempt" and data, each once
    std::vector<std::string> order;                           // tasks as they were assigned
    std::set<std::string> handed_back;                        // "task#attempt"

    // For the world that it lives in.
    void receive(std::string_view bytes, std::int64_t now_us);
    void tick(std::int64_t now_us);
    void send_into(BrokerInbox& in);

  private:
    template <class Message>
    void send(const Message& message) {
        if (counter_) outgoing_.push_back(link::encode(counter_->next(now_us_), message));
    }
    void hear(const link::BrokerToWorker& message);
    void session_over();
    void assigned(const link::AssignTask& assign);
    std::string forget(const link::AttemptRef& ref);

    Options options_;
    link::ProducerSender sender_;
    std::optional<link::LinkCounter> counter_;
    bool is_live_ = false;
    std::int64_t now_us_ = 0;
    std::vector<std::string> outgoing_;
    std::vector<std::string> heard_;
    std::map<std::string, Attempt> attempts_;
    std::map<std::string, std::uint32_t> last_attempt_;
    std::vector<link::PartitionSequence> positions_;
    std::uint32_t durability_ = 0;
};

/// An answer to a command.
struct Answer {
    boost::json::object ok;
    std::string code;  // of the error, empty for none
    std::string field;
    std::int64_t retry_after_ms = 0;

    std::string text(std::string_view name) const;
    std::int64_t number(std::string_view name) const;
};

class World;

/// An edge on the wire.
class FakeEdge final : public link::SubscriberListener {
  public:
    FakeEdge(World& world, std::string name, std::size_t window_bytes);

    void subscribe(std::string_view topic) { receiver_.subscribe(path_of(topic)); }
    void unsubscribe(std::string_view topic) { receiver_.unsubscribe(path_of(topic)); }
    void subscribe_filter(std::string_view filter) {
        receiver_.subscribe_filter(std::string(kRealm), std::string(filter));
    }
    void unsubscribe_filter(std::string_view filter) {
        receiver_.unsubscribe_filter(std::string(kRealm), std::string(filter));
    }

    /// Asks, and lets the world come to rest.
    Answer ask(std::string_view command, std::string_view json = "{}");
    Answer start(const std::string& task, std::string_view more = "");
    boost::json::object state(const std::string& task);

    /// Asks and doesn't wait. The answer is in `answers` when it has come.
    std::uint64_t send(std::string_view command, std::string_view json = "{}");
    std::uint64_t fetch(std::string_view topic, std::uint64_t epoch, std::uint64_t after, std::uint32_t events_max);

    /// A message of any kind, past the receiver.
    std::vector<std::string> events_of(std::string_view topic) const;

    std::map<std::uint64_t, Answer> answers;
    std::map<std::uint64_t, std::vector<std::string>> fetched;
    std::vector<SeenEvent> events;
    std::vector<std::string> told;  // "up", "down", "subscribed room/a 0 3 1", "gap room/a 1-2", …
    bool is_connected = true;
    bool is_reading = true;  // false: what comes waits outside, and gives no credit
    std::size_t bytes_received = 0;

    link::SubscriberReceiver& receiver() { return receiver_; }

    // For the world that it lives in.
    void receive(std::string_view bytes, std::int64_t now_us);
    void tick(std::int64_t now_us);
    void send_into(BrokerInbox& in);

    void on_link_up() override { told.emplace_back("up"); }
    void on_link_down() override { told.emplace_back("down"); }
    void on_subscribed(const std::string& path, const link::Subscribed& subscribed) override;
    void on_subscribe_failed(const std::string& path, const Error& error) override;
    void on_events(const link::TopicEvents& events) override;
    void on_gap(const std::string& path, const link::DeliveryGap& gap) override;
    void on_reply(std::uint64_t request, const Result<std::string_view>& reply) override;
    void on_fetched(std::uint64_t request, const Result<link::Fetched>& fetched) override;

  private:
    World& world_;
    std::string name_;
    link::SubscriberReceiver receiver_;
    std::int64_t now_us_ = 0;
    std::deque<std::string> unread_;
};

class World {
  public:
    struct Options {
        Broker::Options broker;
        std::size_t log_bytes = std::size_t{1} << 30;
        std::size_t edge_window_bytes = 16 << 20;
        std::uint64_t seed = 1;
    };

    static Options defaults();

    World() : World(defaults()) {}
    explicit World(Options options);

    FakeWorker& worker(FakeWorker::Options options);
    FakeWorker& worker() { return worker(FakeWorker::Options{}); }
    FakeEdge& edge(const std::string& name = "e");

    /// One step of the broker, `ms` after the last one.
    void turn(std::int64_t ms = 0);

    /// Turns without time passing, until nothing moves.
    void settle();

    /// Time passes, with enough turns on the way.
    void pass(std::int64_t ms);

    /// The broker dies and another one takes up its log.
    void restart();

    Broker& broker() { return *broker_; }
    std::int64_t now_us() const { return now_us_; }

    /// The durable events of a topic.
    std::vector<SeenEvent> events_of(std::string_view topic) const;
    std::vector<std::string> log_of(std::string_view topic) const { return brief(events_of(topic)); }

    GatedLog log;
    bool is_tapped = false;
    std::vector<TapFrame> tapped;
    std::vector<std::string> notices;
    std::vector<std::string> warnings;
    std::vector<std::int64_t> cancelled_after_us;
    std::vector<PublishedFrame> published;  // by nobody in particular, for the next turn

  private:
    std::unique_ptr<Broker> make_broker();
    bool deliver(const BrokerOutbox& out);

    Options options_;
    std::mt19937_64 random_;
    std::int64_t now_us_ = 1'700'000'000'000'000;
    std::unique_ptr<Broker> broker_;
    std::map<std::string, std::unique_ptr<FakeWorker>> workers_;
    std::map<std::string, std::unique_ptr<FakeEdge>> edges_;
    bool moved_ = false;
};

}  // namespace longwire::broker::testing
