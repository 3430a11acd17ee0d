#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <random>

#include "edge/core/hub.h"
#include "edge/core/link_router.h"
#include "tests/unit/edge/core/batches.h"
#include "tests/unit/edge/core/checking_watcher.h"

/// A router with a hub per shard against a model of the broker, over a link that breaks and threads that lag behind
/// each other, by seed. Epochs rise here, so that an old one can be told from a new one.
namespace longwire::edge {
namespace {

constexpr std::size_t kShards = 3;
const std::array<std::string, 2> kPaths{"dev/room/a", "dev/room/b"};

struct Log {
    std::uint64_t epoch = 1;
    std::uint64_t head = 0;
    std::uint64_t tail = 1;
};

/// The broker's side of one session.
struct Session {
    std::map<std::string, std::uint64_t> sent;  // of what is subscribed to
    bool has_filter = false;
    std::deque<link::EdgeToBroker> heard;
    std::uint64_t said = 0;
};

class RouterWorld {
  public:
    explicit RouterWorld(std::uint64_t seed) : random_(seed) {
        for (std::size_t i = 0; i < kShards; ++i) {
            hubs_.push_back(std::make_unique<Hub>(
                Hub::Options{3'000, 10}, [this, i](ToLink message) { to_link_[i].push_back(std::move(message)); }));
        }
    }

    ~RouterWorld() {
        for (auto& [shard, watcher] : watchers_) hubs_[shard]->forget(*watcher, now_us_);
    }

    void step() {
        now_us_ += 1'000;
        auto& log = logs_[kPaths[random_() % kPaths.size()]];
        switch (random_() % 16) {
            case 0:
            case 1:
            case 2:
                append(log, 1 + random_() % 3);
                break;
            case 3:
                log.tail = std::min(log.tail + random_() % 3, log.head + 1);
                break;
            case 4:
                add_watcher();
                break;
            case 5:
                if (!watchers_.empty() && random_() % 2 == 0) remove_watcher(random_() % watchers_.size());
                break;
            case 6:
                make_room();
                break;
            case 7:
                if (random_() % 10 == 0) break_link();
                break;
            default:
                move();
                break;
        }
    }

    void settle() {
        for (int i = 0; i < 4'000; ++i) {
            now_us_ += 1'000;
            move();
            make_room();
        }
        for (const auto& [shard, watcher] : watchers_) {
            if (!path_of_.contains(watcher.get())) continue;
            const auto& log = logs_[path_of_.at(watcher.get())];
            EXPECT_TRUE(watcher->has_begun);
            EXPECT_EQ(watcher->epoch, log.epoch);
            EXPECT_GE(watcher->last, log.head);
        }
    }

  private:
    void append(Log& log, std::uint64_t count) {
        const auto& path = &log == &logs_[kPaths[0]] ? kPaths[0] : kPaths[1];
        const auto first = log.head + 1;
        log.head += count;
        // A filter's events go out at once, unless the topic's own subscription brings them.
        if (session_ && session_->has_filter && !session_->sent.contains(path)) deliver(path, first, count);
    }

    void break_link() {
        session_.reset();
        router_.link().unreachable(now_us_);
        router_.link().take_outgoing();
        // While nobody is linked, a log may be lost and begun anew.
        if (random_() % 3 > 0) return;
        auto& log = logs_[kPaths[random_() % kPaths.size()]];
        log = {log.epoch + 1, random_() % 3, 1};
    }

    void add_watcher() {
        const auto shard = random_() % kShards;
        const auto& path = kPaths[random_() % kPaths.size()];
        const auto& log = logs_[path];
        auto& watcher = *watchers_.emplace_back(shard, std::make_unique<CheckingWatcher>(random_)).second;
        if (random_() % 5 == 0) return hubs_[shard]->watch_filter(watcher, "dev", "room/+");
        From from;
        from.kind = static_cast<From::Kind>(random_() % 4);
        from.count = random_() % 10;
        from.epoch = log.epoch;
        from.offset = random_() % (log.head + 1);
        path_of_[&watcher] = path;
        hubs_[shard]->watch(watcher, 1, path, from);
    }

    void remove_watcher(std::size_t which) {
        const auto found = watchers_.begin() + static_cast<std::ptrdiff_t>(which);
        hubs_[found->first]->forget(*found->second, now_us_);
        path_of_.erase(found->second.get());
        watchers_.erase(found);
    }

    void make_room() {
        for (auto& [shard, watcher] : watchers_) {
            if (std::exchange(watcher->full, false)) hubs_[shard]->resume(*watcher);
        }
    }

    /// One turn of a thread, or of the broker, chosen at random.
    void move() {
        const auto shard = random_() % kShards;
        switch (random_() % 4) {
            case 0:
                for (auto& message : std::exchange(to_link_[shard], {}))
                    router_.take(shard, std::move(message), now_us_);
                break;
            case 1:
                hubs_[shard]->tick(now_us_);
                for (auto& message : router_.take_for(shard)) hear(*hubs_[shard], message);
                break;
            case 2:
                carry();
                break;
            default:
                serve();
                break;
        }
    }

    static void hear(Hub& hub, const FromLink& message) {
        if (const auto* ready = std::get_if<TopicReady>(&message)) hub.on_ready(*ready);
        if (const auto* arrived = std::get_if<EventsArrived>(&message)) hub.on_events(arrived->batch);
        if (const auto* trimmed = std::get_if<EventsTrimmed>(&message)) hub.on_trimmed(*trimmed);
        if (const auto* fetched = std::get_if<EventsFetched>(&message)) hub.on_fetched(*fetched);
    }

    /// What the edge has said reaches the broker.
    void carry() {
        router_.link().tick(now_us_);
        for (auto& frame : router_.link().take_outgoing()) {
            const auto& bytes = bytes_.emplace_back(std::move(frame));
            link::decode_each<link::EdgeToBroker>(bytes, [&](const auto& decoded) {
                EXPECT_TRUE(decoded);
                hear(decoded->message);
                return true;
            });
        }
    }

    void hear(const link::EdgeToBroker& message) {
        if (std::holds_alternative<link::EdgeHello>(message)) {
            session_.emplace();
            say(link::EdgeWelcome{kProtocolVersion, "broker-1", 32});
        } else if (session_) {
            session_->heard.push_back(message);
        }
    }

    template <class Message>
    void say(const Message& message) {
        router_.link().receive(link::encode(++session_->said, message), now_us_);
    }

    void deliver(const std::string& path, std::uint64_t first, std::uint64_t count) {
        const auto envelope = envelope_bytes("log", "1");
        link::Deliver message;
        message.topics.push_back(
            {path, logs_[path].epoch, first, std::vector<link::Blob>(count, link::Blob{envelope})});
        say(message);
    }

    /// The broker obeys one message, or sends some of what it owes.
    void serve() {
        if (!session_) return;
        if (!session_->heard.empty()) {
            const auto message = session_->heard.front();
            session_->heard.pop_front();
            return obey(message);
        }
        for (auto& [path, sent] : session_->sent) {
            const auto& log = logs_[path];
            if (sent + 1 < log.tail) {
                say(link::DeliveryGap{path, log.epoch, sent + 1, log.tail - 1});
                sent = log.tail - 1;
            }
            const auto count = std::min<std::uint64_t>(log.head - sent, 1 + random_() % 4);
            if (sent >= log.head) continue;
            deliver(path, sent + 1, count);
            sent += count;
        }
    }

    void obey(const link::EdgeToBroker& message) {
        if (const auto* subscribe = std::get_if<link::Subscribe>(&message)) {
            const std::string path(subscribe->path);
            const auto& log = logs_[path];
            auto after = log.head;
            if (subscribe->epoch == log.epoch) after = std::min(subscribe->after, log.head);
            if (subscribe->epoch != 0 && subscribe->epoch != log.epoch) after = log.tail - 1;
            session_->sent[path] = after;
            say(link::Subscribed{subscribe->request, log.epoch, after, log.head, log.tail});
        } else if (const auto* unsubscribe = std::get_if<link::Unsubscribe>(&message)) {
            session_->sent.erase(std::string(unsubscribe->path));
        } else if (std::holds_alternative<link::SubscribeFilter>(message)) {
            session_->has_filter = true;
        } else if (std::holds_alternative<link::UnsubscribeFilter>(message)) {
            session_->has_filter = false;
        } else if (const auto* fetch = std::get_if<link::Fetch>(&message)) {
            const auto& log = logs_[std::string(fetch->path)];
            const auto envelope = envelope_bytes("log", "1");
            link::Fetched page{fetch->request, log.epoch, log.head, log.tail, 0, {}};
            const auto first = std::max(fetch->after + 1, log.tail);
            if (fetch->epoch == log.epoch && first <= log.head) {
                page.first = first;
                page.envelopes.assign(std::min<std::uint64_t>(3, log.head + 1 - first), link::Blob{envelope});
            }
            say(page);
        }
    }

    std::mt19937_64 random_;
    std::int64_t now_us_ = 1'000'000;
    std::map<std::string, Log> logs_;
    std::deque<std::string> bytes_;  // that the views of what is heard are into
    std::optional<Session> session_;
    LinkRouter router_{{"edge-1", 1 << 20, 1000}, kShards};
    std::array<std::vector<ToLink>, kShards> to_link_;
    std::vector<std::unique_ptr<Hub>> hubs_;
    std::vector<std::pair<std::size_t, std::unique_ptr<CheckingWatcher>>> watchers_;
    std::map<const CheckingWatcher*, std::string> path_of_;  // those that watch no topic watch by filter
};

TEST(LinkRouterProperty, WatchersOnAllShardsSeeEachOffsetOnceWhateverTheLinkDoes) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RouterWorld world(seed);
        for (int i = 0; i < 600; ++i) world.step();
        world.settle();
        if (testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace longwire::edge
