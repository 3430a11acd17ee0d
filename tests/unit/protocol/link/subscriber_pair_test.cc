// Both ends of the subscriber link over a link that loses messages, by seed: what was asked for comes once and in
// order, or is told as a gap.

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "protocol/limits.h"
#include "protocol/link/subscriber_receiver.h"
#include "protocol/link/subscriber_sender.h"

namespace longwire::link {
namespace {

constexpr std::int64_t kStepUs = 20'000;
constexpr std::size_t kWindowBytes = 4'000;

struct Log {
    std::uint64_t epoch = 1;
    std::uint64_t tail = 1;
    std::vector<std::string> events;
};

using Logs = std::map<std::string, Log>;

std::string event_text(const std::string& path, std::uint64_t epoch, std::uint64_t offset) {
    return path + " " + std::to_string(epoch) + ":" + std::to_string(offset) + std::string(offset % 90, '.');
}

/// As much of a broker as one edge needs: logs, pages read some time later, and the rules of sessions.
class SmallBroker {
  public:
    explicit SmallBroker(Logs& logs) : logs_(logs) {}

    void append(const std::string& path) {
        auto& log = logs_[path];
        log.events.push_back(event_text(path, log.epoch, log.events.size() + 1));
        if (session_)
            session_->sender.offer(SharedText(path), log.epoch, log.events.size(), SharedSlice::of(log.events.back()));
    }

    void forget_session() { session_.reset(); }

    void receive(std::string_view frame, std::int64_t now_us) {
        decode_each<EdgeToBroker>(frame, [&](const auto& decoded) {
            EXPECT_TRUE(decoded);
            take(decoded, now_us);
            return true;
        });
    }

    void take(const Result<Numbered<EdgeToBroker>>& decoded, std::int64_t now_us) {
        if (const auto* hello = std::get_if<EdgeHello>(&decoded->message)) {
            session_.emplace(Session{SubscriberSender(hello->window_bytes), LinkCounter(now_us), ++sessions_});
            static_cast<void>(session_->counter.accept(1, now_us));
            return say(EdgeWelcome{kProtocolVersion, "broker", 1}, now_us);
        }
        if (!session_ || !session_->counter.accept(decoded->number, now_us)) {
            session_.reset();
            return outgoing.push_back(encode(0, LinkReset{"say hello"}));
        }
        auto& sender = session_->sender;
        if (const auto* m = std::get_if<Subscribe>(&decoded->message)) subscribe(*m, now_us);
        if (const auto* m = std::get_if<Unsubscribe>(&decoded->message)) sender.unsubscribe(m->path);
        if (const auto* m = std::get_if<SubscribeFilter>(&decoded->message))
            sender.subscribe_filter(m->realm, m->filter);
        if (const auto* m = std::get_if<UnsubscribeFilter>(&decoded->message)) {
            sender.unsubscribe_filter(m->realm, m->filter);
        }
        if (const auto* m = std::get_if<Credit>(&decoded->message)) sender.credit(m->consumed_bytes);
        if (const auto* m = std::get_if<Request>(&decoded->message))
            say(Reply{m->request, {"\x01"}, "", "", "", 0}, now_us);
    }

    void step(std::int64_t now_us, std::mt19937_64& random) {
        while (!reads_.empty() && random() % 3 != 0) answer_read(1 + random() % 5);
        if (!session_) return;
        if (session_->counter.is_peer_lost(now_us)) return session_.reset();
        for (const auto& group : session_->sender.take_groups()) {
            Deliver deliver{{{*group.path, group.epoch, group.first, {}}}};
            for (const auto& envelope : group.envelopes) deliver.topics[0].envelopes.push_back({envelope.bytes});
            say(deliver, now_us);
            session_->sender.sent(outgoing.back().size());
        }
        for (const auto& gap : session_->sender.take_gaps())
            say(DeliveryGap{gap.path, gap.epoch, gap.from, gap.to}, now_us);
        for (auto& request : session_->sender.take_page_requests())
            reads_.push_back({session_->id, std::move(request)});
        if (session_->counter.is_heartbeat_due(now_us)) say(BrokerHeartbeat{}, now_us);
    }

    std::vector<std::string> outgoing;

  private:
    struct Session {
        SubscriberSender sender;
        LinkCounter counter;
        int id = 0;
    };
    struct Read {
        int session = 0;
        SubscriberSender::PageRequest request;
    };

    template <class Message>
    void say(const Message& message, std::int64_t now_us) {
        outgoing.push_back(encode(session_->counter.next(now_us), message));
    }

    void subscribe(const Subscribe& m, std::int64_t now_us) {
        const std::string path(m.path);
        const auto& log = logs_[path];
        const std::uint64_t head = log.events.size();
        auto after = head;
        if (m.epoch == log.epoch) after = std::min(m.after, head);
        if (m.epoch != 0 && m.epoch != log.epoch) after = log.tail - 1;
        session_->sender.subscribe(SharedText(path), log.epoch, after, head);
        say(Subscribed{m.request, log.epoch, after, head, log.tail}, now_us);
    }

    void answer_read(std::size_t events_max) {
        const auto [session, request] = std::move(reads_.front());
        reads_.pop_front();
        if (!session_ || session_->id != session) return;
        const auto& log = logs_[request.path];
        const auto first = std::max(request.after + 1, log.tail);
        std::vector<SharedSlice> page;
        for (auto at = first; at <= log.events.size() && page.size() < events_max; ++at) {
            page.push_back(SharedSlice::of(log.events[at - 1]));
        }
        session_->sender.page(request.path, first, page);
    }

    Logs& logs_;
    std::optional<Session> session_;
    int sessions_ = 0;
    std::deque<Read> reads_;
};

/// Holds the receiver to its promises.
class Watcher final : public SubscriberListener {
  public:
    explicit Watcher(const Logs& logs) : logs_(logs) {}

    void on_link_up() override {}
    void on_link_down() override { filtered_.clear(); }

    void on_subscribed(const std::string& path, const Subscribed& subscribed) override {
        ASSERT_TRUE(wanted.contains(path));
        places[path] = {subscribed.epoch, subscribed.after + 1};
    }
    void on_subscribe_failed(const std::string& path, const Error&) override { ADD_FAILURE() << path; }

    void on_events(const TopicEvents& events) override {
        const std::string path(events.path);
        for (std::size_t i = 0; i < events.envelopes.size(); ++i) {
            ASSERT_EQ(events.envelopes[i].bytes, event_text(path, events.epoch, events.first + i));
        }
        const auto last = events.first + events.envelopes.size() - 1;
        if (const auto place = places.find(path); place != places.end()) {
            // Before the answer to a new Subscribe the filter may bring what is beyond it.
            ASSERT_EQ(events.epoch, place->second.first);
            ASSERT_EQ(events.first, place->second.second) << path;
            place->second.second = last + 1;
        } else if (is_filtered(path)) {
            auto& next = filtered_[path];
            ASSERT_TRUE(next == 0 || events.first == next) << path << " " << events.first << " instead of " << next;
            next = last + 1;
            ++filtered_deliveries;
        } else {
            ASSERT_TRUE(lately_unwanted.contains(path)) << path;
        }
    }

    void on_gap(const std::string& path, const DeliveryGap& gap) override {
        if (!wanted.contains(path) && !is_filtered(path)) return;
        const auto place = places.find(path);
        auto& next = place != places.end() ? place->second.second : filtered_[path];
        ASSERT_TRUE(next == 0 || gap.from == next) << path << " " << gap.from << " instead of " << next;
        EXPECT_LT(gap.to, logs_.at(path).tail) << "the log still has it";
        next = gap.to + 1;
        ++gaps;
    }

    void on_reply(std::uint64_t request, const Result<std::string_view>&) override {
        EXPECT_EQ(open_requests.erase(request), 1U) << "answered twice";
    }
    void on_fetched(std::uint64_t, const Result<Fetched>&) override {}

    static bool is_filtered(const std::string& path) { return path.starts_with("dev/f/"); }

    std::set<std::string> wanted;
    std::set<std::string> lately_unwanted;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> places;  // epoch and next offset
    std::set<std::uint64_t> open_requests;
    int gaps = 0;
    int filtered_deliveries = 0;

  private:
    const Logs& logs_;
    std::map<std::string, std::uint64_t> filtered_;  // next offset in this session, 0: any
};

class World {
  public:
    explicit World(std::uint64_t seed) : random_(seed) {}

    void chaos(int steps, unsigned loss_per_mille) {
        receiver_.subscribe_filter("dev", "f/+");
        for (int i = 0; i < steps; ++i) {
            for (auto events = random_() % 8; events > 0; --events) broker_.append(some_path());
            if (random_() % 10 == 0) toggle(some_topic());
            if (random_() % 40 == 0) trim(some_path());
            if (random_() % 300 == 0) broker_.forget_session();
            if (random_() % 400 == 0) begin_anew(some_topic());
            if (random_() % 5 == 0) {
                watcher_.open_requests.insert(
                    receiver_.request("dev", "u", "state", "\x80", random_() % 2 == 0, now_us_));
            }
            step(loss_per_mille);
        }
    }

    /// Without losses everything arrives, or is told to be gone: the logs keep little of what was committed last.
    void calm() {
        for (int i = 0; i < 200; ++i) broker_.append(some_path());
        for (auto& [path, log] : logs_)
            log.tail = std::max<std::uint64_t>(log.tail, log.events.size() - log.events.size() / 50);
        for (int i = 0; i < 2'000; ++i) step(0);
        for (const auto& path : watcher_.wanted) {
            const auto& log = logs_[path];
            EXPECT_EQ(watcher_.places[path].first, log.epoch) << path;
            EXPECT_EQ(watcher_.places[path].second, log.events.size() + 1) << path;
        }
        EXPECT_TRUE(watcher_.open_requests.empty());
        EXPECT_TRUE(receiver_.is_up());
    }

    const Watcher& watcher() const { return watcher_; }

  private:
    std::string some_topic() { return "dev/t/" + std::to_string(random_() % 6); }
    std::string some_path() { return random_() % 4 == 0 ? "dev/f/" + std::to_string(random_() % 3) : some_topic(); }

    void toggle(const std::string& path) {
        if (watcher_.wanted.erase(path) > 0) {
            watcher_.places.erase(path);
            watcher_.lately_unwanted.insert(path);
            return receiver_.unsubscribe(path);
        }
        watcher_.wanted.insert(path);
        receiver_.subscribe(path);
    }

    void trim(const std::string& path) {
        auto& log = logs_[path];
        log.tail = std::min<std::uint64_t>(log.tail + random_() % 40, log.events.size() + 1);
    }

    /// A log is lost only together with the broker's memory of its sessions.
    void begin_anew(const std::string& path) {
        logs_[path] = {logs_[path].epoch + 1, 1, {}};
        broker_.forget_session();
        to_edge_.clear();
    }

    void step(unsigned loss_per_mille) {
        now_us_ += kStepUs;
        receiver_.tick(now_us_);
        const auto is_lost = [&] { return random_() % 1'000 < loss_per_mille; };
        for (auto& bytes : receiver_.take_outgoing()) {
            if (!is_lost()) broker_.receive(bytes, now_us_);
        }
        broker_.step(now_us_, random_);
        for (auto& bytes : broker_.outgoing) {
            if (!is_lost()) to_edge_.push_back(std::move(bytes));
        }
        broker_.outgoing.clear();
        for (auto left = random_() % 20; left > 0 && !to_edge_.empty(); --left) {
            receiver_.receive(to_edge_.front(), now_us_);
            to_edge_.pop_front();
        }
    }

    std::mt19937_64 random_;
    std::int64_t now_us_ = 1'000'000;
    Logs logs_;
    SmallBroker broker_{logs_};
    Watcher watcher_{logs_};
    SubscriberReceiver receiver_{{"edge-1", kWindowBytes, 1'000}, watcher_};
    std::deque<std::string> to_edge_;
};

TEST(SubscriberLink, BringsEverythingOnceAndInOrderOrTellsTheGap) {
    int gaps = 0;
    int filtered = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        World world(seed);
        world.chaos(1'500, seed % 4 == 0 ? 0 : 5 * static_cast<unsigned>(seed % 4));
        world.calm();
        gaps += world.watcher().gaps;
        filtered += world.watcher().filtered_deliveries;
        if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(gaps, 0) << "nothing was ever trimmed in time";
    EXPECT_GT(filtered, 0);
}

}  // namespace
}  // namespace longwire::link
