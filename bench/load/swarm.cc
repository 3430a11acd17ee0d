#include "bench/load/swarm.h"

#include "bench/load/arrivals.h"
#include "bench/load/clock.h"
#include "bench/load/connection.h"
#include "bench/load/event_mark.h"

namespace longwire::load {
namespace {

constexpr std::int64_t kPauseNs = 20 * kNsPerMs;  // before a connection that was lost is opened again
constexpr int kOpenedPerStep = 64;

}  // namespace

class Swarm::Watcher final : public Listener {
  public:
    Watcher(Swarm& swarm, const ServerAddress& server, bool offers_deflate, std::uint32_t topic,
            std::unique_ptr<Protocol> protocol)
        : swarm_(swarm), topic_(topic), connection_(swarm.loop_, server, offers_deflate, std::move(protocol), *this) {}

    std::uint32_t topic() const { return topic_; }
    Arrivals& arrivals() { return arrivals_; }

    void open() {
        if (connection_.is_open()) return;
        ++swarm_.opening_;
        connection_.open();
    }

    void drop() {
        if (!connection_.is_open()) return;
        connection_.drop();
        count_out();
    }

    void on_ready() override {
        if (is_ready_) return;
        is_ready_ = true;
        --swarm_.opening_;
        ++swarm_.ready_;
    }

    void on_event(std::string_view text) override {
        const auto mark = find_mark(text);
        auto& counts = swarm_.counts_;
        if (!mark || mark->topic != topic_) {
            ++counts.stray;
            return;
        }
        switch (arrivals_.on_event(mark->number)) {
            case Arrivals::Kind::stale:
                ++counts.stray;
                return;
            case Arrivals::Kind::doubled:
                ++counts.doubled;
                return;
            case Arrivals::Kind::late:
                ++counts.late;
                break;
            case Arrivals::Kind::in_order:
                break;
        }
        ++counts.events;
        if (mark->due_ns >= swarm_.record_from_ns_ && mark->due_ns < swarm_.record_to_ns_) {
            swarm_.latencies_.add(now_ns() - mark->due_ns);
        }
    }

    void on_gap() override { ++swarm_.counts_.gaps; }

    void on_refused(std::string_view why) override {
        ++swarm_.counts_.refused;
        note(why);
    }

    void on_closed(std::string_view why) override {
        ++(is_ready_ ? swarm_.counts_.cut : swarm_.counts_.failed);
        note(why);
        count_out();
        if (swarm_.is_wanted_) swarm_.pausing_.emplace_back(now_ns() + kPauseNs, this);
    }

  private:
    void count_out() {
        --(is_ready_ ? swarm_.ready_ : swarm_.opening_);
        is_ready_ = false;
    }

    void note(std::string_view why) {
        if (swarm_.first_trouble_.empty()) swarm_.first_trouble_.assign(why.substr(0, 300));
    }

    Swarm& swarm_;
    std::uint32_t topic_;
    bool is_ready_ = false;
    Arrivals arrivals_;
    Connection connection_;
};

Swarm::Swarm(Loop& loop, const ServerAddress& server, const ProtocolTraits& protocol, const Settings& settings)
    : loop_(loop) {
    watchers_.reserve(settings.watchers);
    for (std::size_t i = 0; i < settings.watchers; ++i) {
        const auto index = static_cast<std::uint32_t>(i % settings.topics);
        const auto topic = settings.topic_prefix + std::to_string(index);
        Role role{topic, settings.from_beginning, "watcher-" + std::to_string(i), server.path_for(topic)};
        watchers_.push_back(
            std::make_unique<Watcher>(*this, server, settings.offers_deflate, index, protocol.make(std::move(role))));
    }
}

Swarm::~Swarm() = default;

void Swarm::open_all(std::size_t opening_max) {
    is_wanted_ = true;
    opening_max_ = opening_max;
    for (const auto& watcher : watchers_) waiting_.push_back(watcher.get());
}

void Swarm::drop_all() {
    is_wanted_ = false;
    waiting_.clear();
    pausing_.clear();
    for (const auto& watcher : watchers_) watcher->drop();
}

void Swarm::step() {
    if (!pausing_.empty()) {
        for (const auto now = now_ns(); !pausing_.empty() && pausing_.front().first <= now; pausing_.pop_front()) {
            waiting_.push_back(pausing_.front().second);
        }
    }
    for (int i = 0; i < kOpenedPerStep && has_work(); ++i) {
        Watcher& watcher = *waiting_.front();
        waiting_.pop_front();
        watcher.open();
    }
}

void Swarm::record(std::int64_t from_ns, std::int64_t to_ns) {
    latencies_.clear();
    record_from_ns_ = from_ns;
    record_to_ns_ = to_ns;
}

void Swarm::begin_after(const std::vector<std::uint64_t>& published) {
    for (const auto& watcher : watchers_) watcher->arrivals().begin_after(published[watcher->topic()]);
}

std::uint64_t Swarm::missing(const std::vector<std::uint64_t>& published) const {
    std::uint64_t sum = 0;
    for (const auto& watcher : watchers_) sum += watcher->arrivals().missing(published[watcher->topic()]);
    return sum;
}

std::size_t Swarm::incomplete(const std::vector<std::uint64_t>& published) const {
    std::size_t count = 0;
    for (const auto& watcher : watchers_) {
        if (watcher->arrivals().missing(published[watcher->topic()]) > 0) ++count;
    }
    return count;
}

}  // namespace longwire::load
