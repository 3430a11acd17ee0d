#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/core/attempt_ledger.h"
#include "broker/core/edge_standing.h"
#include "broker/core/ended_topics.h"
#include "broker/core/kept_state.h"
#include "broker/core/presence.h"
#include "broker/core/record.h"
#include "broker/core/scheduler.h"
#include "broker/core/string_map.h"
#include "broker/core/task_outputs.h"
#include "broker/core/topics.h"
#include "protocol/envelope.h"
#include "protocol/event_ages.h"
#include "protocol/link/frame_writer.h"
#include "protocol/link/link_counter.h"
#include "protocol/link/producer_receiver.h"
#include "protocol/link/subscriber_messages.h"
#include "protocol/link/subscriber_sender.h"
#include "protocol/topic.h"

namespace longwire::broker {

enum class PeerKind : std::uint8_t { worker, edge };

/// One link message from or for a peer, by the name it is connected under.
struct LinkFrame {
    std::string peer;
    std::string bytes;
};

/// What was published: a topic key and one or more envelopes back to back.
struct PublishedFrame {
    std::string key;
    std::shared_ptr<const std::string> envelopes;
};

struct BrokerInbox {
    std::vector<PublishedFrame> published;
    std::vector<LinkFrame> from_workers;
    std::vector<LinkFrame> from_edges;
    LogOutcome log;
    bool is_tapped = false;  // somebody listens to the tap

    void clear() { *this = {}; }
};

struct TapFrame {
    SharedText path;
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;
    SharedSlice envelope;
};

struct BrokerOutbox {
    std::vector<LinkFrame> to_workers;
    std::vector<LinkFrame> to_edges;
    std::optional<CommitBatch> commit;
    std::vector<ReadRequest> reads;
    std::vector<TapFrame> tap;
    std::vector<std::string> notices;              // for the log: what an operator would want to know
    std::vector<std::string> warnings;             // likewise, where something is not as it should be
    std::size_t edge_messages_taken = 0;           // of which a frame holds several
    std::vector<std::int64_t> cancelled_after_us;  // of tasks that were asked to end and now have, durably

    void clear() { *this = {}; }
};

/// Counts since the start.
struct BrokerStats {
    std::uint64_t events_committed = 0;
    std::uint64_t bytes_committed = 0;
    std::uint64_t events_duplicate = 0;
    std::uint64_t events_refused = 0;
    std::uint64_t events_delivered = 0;  // to edges, each edge counted
    std::uint64_t read_errors = 0;       // of the log
    std::uint64_t webhooks_queued = 0;   // ends of runs that are to be told to a webhook
    std::uint64_t webhooks_lost = 0;     // and that will not be
    // In the ledger (docs/operations/verifying.md): there are none, unless events were lost.
    std::uint64_t differences_to_log = 0;
    std::uint64_t differences_to_edges = 0;
};

/// How old events were on their way through.
struct BrokerAges {
    EventAges taken;    // when they had come from a worker
    EventAges durable;  // and when they were in the log, those of clients and of the broker itself too
};

/// The whole broker as one duty cycle: it gives events their places, commits them, and lets nothing be seen before it
/// is durable.
///
/// A step decides at once (offsets, task states) and puts the decisions, as records, into one commit batch. What
/// follows from them (acknowledgements, replies, assignments, deliveries) is held until the log reports that batch
/// durable. A decision is never made anew: what it changed is in the same batch, as kept state.
///
/// Thread:  owned and called by one thread; no locks inside.
/// Time:    `now_us` is microseconds since the Unix epoch and never smaller than in the call before.
/// Errors:  bad input is answered or counted, never thrown. A commit that fails cannot be undone here: the shell must
///          end the process, and the next one begins with what the log has.
/// Room:    while the log says that it has none for new work, that is refused, events of workers are left with them,
///          and no task is handed out. Everything else goes on.
class Broker final : private SchedulerPort {
  public:
    struct Options {
        std::string name;
        std::string program;  // its name and version, for people
        std::uint32_t partitions = 16;
        std::size_t producer_window_bytes = 8 << 20;
        Scheduler::Options scheduler;
        Presence::Options presence;
        std::size_t outputs_bytes_max = 64 << 20;  // of tasks' outputs in memory; others are read from the log
        std::int64_t retain_ended_ms = 0;          // a task's events go so long after its end; 0: no such limit
    };

    /// `random` gives random numbers other than 0, for epochs.
    Broker(Options options, std::function<std::uint64_t()> random);

    /// What the log has, before the first step: all topics, then all of the kept state in the order of its keys, then
    /// restored(). Errors: an entry that cannot be read, or is missing.
    void restore(const KeptTopic& topic) { topics_.restore(topic); }
    Status restore(const StatePut& entry);
    void restored(std::int64_t now_us);

    /// Takes all of `in`; fills `out`, which must be empty.
    void step(std::int64_t now_us, BrokerInbox& in, BrokerOutbox& out);

    /// For so long this process has not run: what came meanwhile has not been heard, so nobody's silence counts.
    void stalled(std::int64_t for_us) {
        scheduler_.stalled(for_us);
        presence_.stalled(for_us);
    }

    /// A message could not be sent to this peer: its session is over.
    void peer_unreachable(PeerKind kind, const std::string& peer);

    const BrokerStats& stats() const { return stats_; }
    const BrokerAges& ages() const { return ages_; }
    const Scheduler& scheduler() const { return scheduler_; }
    std::size_t topics() const { return topics_.size(); }
    const TaskOutputs& outputs() const { return outputs_; }
    const Presence& presence() const { return presence_; }
    bool takes_work() const { return room_.has_value(); }
    std::uint32_t partitions() const { return options_.partitions; }

  private:
    struct WorkerLink {
        std::uint64_t incarnation = 0;
        link::ProducerReceiver receiver{0, 0};
        std::optional<link::LinkCounter> counter;   // while there is a session
        std::uint64_t session = 0;                  // counts the sessions of all peers
        std::set<std::uint32_t> unacknowledged;     // partitions with news to acknowledge
        Durability durability = Durability::fsync;  // which all of that has reached
        std::int64_t heard_us = 0;
    };
    struct EdgeLink {
        link::SubscriberSender sender;
        link::LinkCounter counter;
        std::uint64_t session = 0;
        link::FrameWriter frames;  // of the step under way
        EdgeStanding standing;
    };
    struct HeldMessage {
        PeerKind kind;
        std::string peer;
        std::uint64_t session = 0;
        link::Prepared message;
    };
    /// An event of a worker that is dealt with once this batch is.
    struct HeldAcknowledgement {
        std::string worker;
        std::uint64_t incarnation = 0;
        link::PartitionSequence at;
    };
    struct Batch {
        std::uint64_t ticket = 0;  // 0: nothing to commit in it
        std::shared_ptr<std::vector<Record>> records = std::make_shared<std::vector<Record>>();
        std::vector<StatePut> state;
        std::vector<Trimmed> trims;
        bool has_lifecycle = false;
        std::vector<std::int64_t> cancels_asked_us;  // of the tasks that are cancelled in it
        std::vector<HeldMessage> refusals;           // of events; each is among the acknowledgements too
        std::vector<HeldAcknowledgement> acknowledgements;
        std::vector<HeldMessage> messages;
        bool empty() const { return records->empty() && acknowledgements.empty() && messages.empty() && trims.empty(); }
    };
    struct PendingRead {
        std::string edge;
        std::uint64_t session = 0;
        std::uint64_t fetch = 0;      // the request to answer; 0: a page for the edge's cursors
        std::uint64_t committed = 0;  // of the topic, when it was asked for
    };
    /// Who waits for a task's snapshot with its output.
    struct OutputAsker {
        std::string edge;
        std::uint64_t session = 0;
        std::uint64_t request = 0;
    };
    /// An output that is being read from the log.
    struct OutputLoad {
        std::string realm;
        std::string task;
        TaskOutput output;
        std::uint64_t next = 0;       // the next offset to fold in
        std::uint64_t committed = 0;  // of the topic, when the page under way was asked for
        std::vector<OutputAsker> askers;
    };

    // broker.cc: the cycle
    void take_log(LogOutcome& outcome);
    void close_batch();
    void release(Batch& batch, Durability durability);
    void send_held(const HeldMessage& held);
    void deliver(Topic& topic, const Record& record);
    void flush_edges();
    void flush_edge(const std::string& name, EdgeLink& edge);
    void tend_links();
    Record& append_record(Topic& topic, const Envelope& envelope);
    void fold_and_keep(Task& task, std::string_view path, std::uint64_t offset, const Envelope& envelope);
    void keep_state(Batch& batch);
    StatePut positions_of(std::string_view name, std::uint32_t first_partition) const;
    std::optional<std::uint64_t> tail_of(const EndedTopics::Ended& ended);
    void remember_publish_key(Topic& topic, std::string_view key, std::uint64_t offset);
    void task_forgotten(const Task& task) override;
    void append(Task& task, std::uint32_t attempt, std::string_view type, std::string payload) override;
    void webhook_queued(const Task& task, const Status& queued) override;

    // broker_room.cc: while the log takes no new work
    void take_room(const Status& room);
    bool answer_without_room(const std::string& peer, EdgeLink& edge, const link::Request& request,
                             const Command& command);
    bool is_under_way(std::string_view path_prefix) const;

    // broker_workers.cc: the producer link
    void on_worker_frame(const LinkFrame& frame);
    /// A worker as it was in this life of it or is in a later one; a life that is news begins with nothing.
    WorkerLink& worker_in_its_life(std::string_view name, std::uint64_t incarnation);
    void on_worker_hello(const std::string& peer, std::uint64_t number, const link::WorkerHello& hello);
    void on_worker_message(const std::string& peer, WorkerLink& worker, const link::WorkerToBroker& message);
    void on_start_child(const std::string& peer, const link::StartChild& start);
    void on_describe_kinds(const std::string& peer, WorkerLink& worker, const link::DescribeKinds& described);
    void on_published(std::string_view key, const std::shared_ptr<const std::string>& envelopes);
    void take_published(const ParsedKey& key, const Result<Envelope>& envelope, const SharedSlice& bytes);
    void take_event(const std::string& name, WorkerLink& worker, const link::PartitionSequence& at,
                    std::string_view path, const Result<Envelope>& envelope, const SharedSlice& bytes);
    void take_task_event(const std::string& name, const WorkerLink& worker, const link::PartitionSequence& at,
                         std::string_view path, const Envelope& envelope, const SharedSlice& bytes);
    void audit_attempt(const std::string& name, const Task& task, std::string_view payload);
    void refuse_event(const std::string& name, const WorkerLink& worker, const link::PartitionSequence& at,
                      const Error& error);
    void send_to_worker(const std::string& worker, link::Prepared message) override;
    void worker_forgotten(const std::string& worker) override;
    void send_now(const std::string& name, WorkerLink& worker, const link::Prepared& message);
    void reset_worker(const std::string& peer, std::string_view reason);
    void end_session(const std::string& name, WorkerLink& worker);
    void flush_acknowledgements();
    void forget_silent_producers();

    // broker_edges.cc: the subscriber link
    void on_edge_frame(const LinkFrame& frame);
    Status take_edge_message(const std::string& peer, const Result<link::Numbered<link::EdgeToBroker>>& decoded);
    void on_edge_hello(const std::string& peer, std::uint64_t number, const link::EdgeHello& hello);
    void on_edge_message(const std::string& peer, EdgeLink& edge, const link::EdgeToBroker& message);
    void on_subscribe(const std::string& peer, EdgeLink& edge, const link::Subscribe& subscribe);
    void on_fetch(const std::string& peer, EdgeLink& edge, const link::Fetch& fetch);
    void on_request(const std::string& peer, EdgeLink& edge, const link::Request& request);
    Result<std::string> obey(const std::string& edge, const link::Request& request, const Command& command);
    Result<std::string> publish(std::string_view realm, std::string_view user, const PublishCommand& command);
    Result<std::string> ledger(std::string_view realm, const LedgerCommand& command) const;
    Result<std::string> cluster(std::string_view realm) const;
    void reply(const std::string& peer, EdgeLink& edge, std::uint64_t request, const Result<std::string>& result);
    static link::Prepared prepare_reply(std::uint64_t request, const Result<std::string>& result);
    /// Among what else the edge is told in this step.
    void tell(EdgeLink& edge, const auto& message) { edge.frames.add(edge.counter.next(now_us_), message); }
    void take_frames(const std::string& name, EdgeLink& edge);
    void reset_edge(const std::string& peer, std::string_view reason);
    void end_edge(const std::string& peer);
    void take_page(ReadPage& page);
    void take_failed_read(const FailedRead& failed);
    std::uint64_t next_readable(const FailedRead& failed, std::uint64_t committed);

    // broker_outputs.cc: snapshots with what tasks have shown
    void on_output_request(const std::string& peer, const EdgeLink& edge, const link::Request& request,
                           const StateCommand& command);
    void begin_waiting_loads();
    void ask_for_output_page(const Topic& topic, OutputLoad& load);
    bool take_output_page(const ReadPage& page);
    bool skip_unreadable_output(const FailedRead& failed);
    void go_on_loading(const std::string& path, OutputLoad& load);
    void fold_undurable(const std::string& path, OutputLoad& load) const;
    void answer_with_output(const OutputAsker& asker, std::string_view realm, const std::string& task,
                            const TaskOutput& output);

    // broker_presence.cc: members of topics
    static Presence::Place place_of(const link::Request& request, std::string_view topic, std::string_view as);
    Result<std::string> join(const std::string& edge, const link::Request& request, const JoinCommand& command);
    Result<std::string> leave(const std::string& edge, const link::Request& request, const LeaveCommand& command);
    void announce_gone();
    void member_gone(const Presence::Place& place, std::string_view reason);
    void append_of_presence(const std::string& path, std::string_view type, std::string_view payload);

    Options options_;
    Topics topics_;
    Scheduler scheduler_;
    TaskOutputs outputs_;
    Presence presence_;
    BrokerStats stats_;
    BrokerAges ages_;
    std::int64_t started_us_ = 0;

    std::int64_t now_us_ = 0;  // of the step under way
    BrokerOutbox* out_ = nullptr;
    bool is_tapped_ = false;

    StringMap<WorkerLink> workers_;
    std::vector<std::string> workers_with_news_;  // with something unacknowledged
    StringMap<EdgeLink> edges_;
    std::uint64_t next_session_ = 1;

    Batch open_;
    std::deque<Batch> pending_;
    std::set<std::pair<std::string, std::string>> changed_tasks_;  // realm and id, of the step under way
    EndedTopics ended_topics_;
    AttemptLedger attempt_ledger_;
    std::map<std::pair<std::string, std::string>, TaskOrigin> restored_origins_;  // by realm and id
    std::vector<Task> restored_tasks_;                                            // gathered until restored()
    std::vector<RestoredInput> restored_inputs_;
    std::uint64_t next_ticket_ = 1;

    Status room_;  // in the log for new work, or what to answer to it

    std::unordered_map<std::uint64_t, PendingRead> reads_;
    std::uint64_t next_read_ = 1;
    StringMap<OutputLoad> output_loads_;                      // by the path of the task's topic
    std::unordered_map<std::uint64_t, std::string> loading_;  // token of a page -> that path
    std::deque<std::string> loads_waiting_;
    std::int64_t links_tended_us_ = 0;
};

}  // namespace longwire::broker
