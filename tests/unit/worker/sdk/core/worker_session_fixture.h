#pragma once

#include <gmock/gmock.h>

#include "protocol/limits.h"
#include "protocol/topic.h"
#include "worker/sdk/core/worker_session.h"

namespace longwire::worker {

inline constexpr std::int64_t kStart = 1'000'000'000;
inline constexpr std::int64_t kMs = 1'000;
inline constexpr std::uint32_t kPartitions = 2;

/// A session with the broker's end played by hand.
class WorkerSessionTest : public ::testing::Test {
  protected:
    static WorkerSession::Options options() {
        WorkerSession::Options options;
        options.worker = "w-1";
        options.incarnation = 5;
        options.kinds = {"job"};
        options.capacity = 2;
        options.waiting_max = 0;
        options.drain_grace_ms = 1'000;
        options.drain_commit_ms = 1'000;
        options.described = link::prepare(link::DescribeKinds{{{"job", "Does it.", {}, {}}}});
        return options;
    }

    /// Passes time and takes what comes out.
    void turn(std::int64_t ms = 0) {
        now_us_ += ms * kMs;
        session_.tick(now_us_);
        out_ = session_.take_output(now_us_);
        for (auto& order : out_.orders) orders_.push_back(std::move(order));
        for (const auto& hello : sent<link::WorkerHello>()) incarnation_ = hello.incarnation;
    }

    template <class Message>
    void tell(const Message& message) {
        session_.receive(link::encode(++told_, message), now_us_);
    }

    void welcome(std::vector<link::PartitionSequence> positions = {}, std::uint32_t newest = link::kNewestOfWorkers) {
        told_ = 0;
        tell(link::WorkerWelcome{kProtocolVersion, "b", kPartitions, 0, std::move(positions), incarnation_, newest});
    }

    void go_live() {
        turn();
        welcome();
        session_.heard(true, "");
        turn();
    }

    AttemptId assign(std::string_view task, std::uint32_t attempt = 1) {
        tell(link::AssignTask{{"dev", task, attempt}, 1, "job", {}, 0});
        turn();
        for (auto it = orders_.rbegin(); it != orders_.rend(); ++it) {
            if (const auto* start = std::get_if<StartAttempt>(&*it)) return start->id;
        }
        return 0;
    }

    /// Where the events of a task go, and that they are in the log.
    link::PartitionSequence at(std::string_view task, std::uint64_t sequence) const {
        return {partition_of(topic_path("dev", task_topic(task)), kPartitions), sequence};
    }
    void commit(std::string_view task, std::uint64_t sequence) { tell(link::EventsCommitted{{at(task, sequence)}}); }

    bool emit(AttemptId id, bool is_last = false) { return session_.emit(id, "log", "\xC0", now_us_, is_last); }

    /// The messages of one type among those that have just gone out, as bytes that were decoded.
    template <class Message>
    std::vector<Message> sent() const {
        std::vector<Message> found;
        for (const auto& bytes : out_.link) {
            const auto decoded = link::decode<link::WorkerToBroker>(bytes);
            if (!decoded) ADD_FAILURE() << describe(decoded.error());
            if (const auto* message = std::get_if<Message>(&decoded->message)) found.push_back(*message);
        }
        return found;
    }

    template <class Wanted>
    std::size_t count_orders() const {
        std::size_t count = 0;
        for (const auto& order : orders_) count += std::holds_alternative<Wanted>(order) ? 1 : 0;
        return count;
    }

    std::int64_t now_us_ = kStart;
    WorkerSession session_{options(), kStart};
    std::uint64_t told_ = 0;
    std::uint64_t incarnation_ = 5;  // of the last hello
    WorkerSession::Output out_;
    std::vector<Order> orders_;
};

}  // namespace longwire::worker
