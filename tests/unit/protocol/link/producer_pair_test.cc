// Both ends of the producer link, with everything between them going wrong by seed.

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "protocol/link/producer_receiver.h"
#include "protocol/link/producer_sender.h"
#include "protocol/topic.h"

namespace longwire::link {
namespace {

constexpr std::uint32_t kPartitions = 3;
constexpr int kEvents = 400;

/// PUB that loses, doubles and reorders; a link that is in order until its session ends, and then loses what is on it.
class World {
  public:
    explicit World(std::uint64_t seed) : random_(seed), sender_({"w", 1, 4'000}), receiver_(kPartitions, 2'000) {}

    void run() {
        join();
        for (int turn = 0; turn < 200'000 && !is_finished(); ++turn) step();
        ASSERT_TRUE(is_finished()) << "it does not converge";
        for (std::uint32_t p = 0; p < kPartitions; ++p) {
            ASSERT_EQ(logged_[p], emitted_[p]);
        }
        EXPECT_EQ(sender_.kept_bytes(), 0u);
    }

  private:
    bool chance(int percent) { return std::uniform_int_distribution<int>(0, 99)(random_) < percent; }
    std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }

    bool is_finished() const { return next_event_ == kEvents && sender_.kept_bytes() == 0; }

    void join() {
        link_up_.clear();
        link_down_.clear();
        ASSERT_TRUE(sender_.welcome({1, "b", kPartitions, 0, receiver_.positions()}));
        collect();
    }

    void collect() {
        for (auto& outgoing : sender_.take_outgoing()) {
            if (outgoing.over_link) {
                link_up_.push_back({*outgoing.key, outgoing.envelopes});
                continue;
            }
            if (chance(30)) continue;
            pub_.push_back({*outgoing.key, outgoing.envelopes});
            if (chance(10)) pub_.push_back(pub_.back());
        }
    }

    void emit() {
        const auto path = "dev/task/" + std::to_string(below(5));
        Envelope envelope;
        envelope.type = "log";
        envelope.time_us = next_event_ + 1;  // tells the events apart
        const auto at = sender_.emit(path, envelope);
        if (!at) return;
        emitted_[at->partition].push_back(++next_event_);
    }

    struct Message {
        std::string key;
        std::string envelopes;
    };

    void take(const Message& message) {
        const auto key = parse_topic_key(message.key);
        MsgpackReader reader(message.envelopes);
        while (!reader.at_end()) {
            const auto start = reader.offset();
            const auto envelope = read_envelope(reader);
            ASSERT_TRUE(envelope);
            const auto bytes = std::string_view(message.envelopes).substr(start, reader.offset() - start);
            if (receiver_.offer({key->partition, envelope->sequence}, key->path, bytes) !=
                ProducerReceiver::Verdict::next) {
                continue;
            }
            log(key->partition, *envelope);
            while (const auto early = receiver_.take_early(key->partition)) {
                log(key->partition, *parse_envelope(early->envelope));
            }
        }
    }

    void log(std::uint32_t partition, const Envelope& envelope) {
        logged_[partition].push_back(static_cast<int>(envelope.time_us));
        accepted_[partition] = envelope.sequence;
    }

    void step() {
        now_us_ += 1'000;
        if (next_event_ < kEvents && chance(50)) emit();
        if (chance(50)) sender_.set_subscribed(chance(80));
        collect();
        if (!pub_.empty() && chance(60)) {
            const auto i = below(std::min<std::size_t>(pub_.size(), 4));
            take(pub_[i]);
            pub_.erase(pub_.begin() + static_cast<std::ptrdiff_t>(i));
        }
        if (!link_up_.empty() && chance(60)) {
            take(link_up_.front());
            link_up_.pop_front();
        }
        if (chance(20)) {
            for (std::uint32_t p = 0; p < kPartitions; ++p) {
                if (receiver_.committed({p, accepted_[p]})) link_down_.push_back({p, accepted_[p]});
            }
        }
        if (!link_down_.empty() && chance(60)) {
            sender_.committed(link_down_.front());
            link_down_.pop_front();
        }
        if (chance(5)) {
            for (const auto& position : sender_.published()) receiver_.published(position);
        }
        for (const auto& request : receiver_.missing(now_us_)) sender_.resend(request);
        if (chance(1)) {
            sender_.disconnected();
            link_up_.clear();
            link_down_.clear();
            gone_ = true;
        }
        if (gone_ && chance(20)) {
            gone_ = false;
            join();
        }
    }

    std::mt19937_64 random_;
    ProducerSender sender_;
    ProducerReceiver receiver_;
    std::deque<Message> pub_;
    std::deque<Message> link_up_;
    std::deque<PartitionSequence> link_down_;
    std::int64_t now_us_ = 1'000'000;
    int next_event_ = 0;
    bool gone_ = false;
    std::vector<int> emitted_[kPartitions];
    std::vector<int> logged_[kPartitions];
    std::uint64_t accepted_[kPartitions] = {};
};

TEST(ProducerPair, EverythingArrivesOnceAndInOrderWhateverHappens) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World(seed).run();
        if (::testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace longwire::link
