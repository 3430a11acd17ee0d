#include "bench/load/publisher.h"

#include "bench/load/connection.h"

namespace longwire::load {
namespace {

constexpr std::size_t kUnsentBytesMax = 256 * 1024;
// What is published in one turn leaves in pieces of this size, so that the server can begin.
constexpr std::size_t kFlushedBytes = 64 * 1024;

}  // namespace

class Publisher::Line final : public Listener {
  public:
    Line(Publisher& publisher, Loop& loop, const ServerAddress& server, std::unique_ptr<Protocol> protocol)
        : publisher_(publisher), connection_(loop, server, false, std::move(protocol), *this) {}

    Connection& connection() { return connection_; }

    void on_ready() override { publisher_.is_ready_ = true; }
    void on_event(std::string_view /*text*/) override {}
    void on_accepted() override { ++publisher_.accepted_; }
    void on_refused(std::string_view why) override {
        ++publisher_.refused_;
        if (publisher_.first_refusal_.empty()) publisher_.first_refusal_.assign(why.substr(0, 300));
    }
    void on_closed(std::string_view why) override {
        publisher_.is_ready_ = false;
        publisher_.failure_.assign("the publisher's connection: ").append(why);
    }

  private:
    Publisher& publisher_;
    Connection connection_;
};

Publisher::Publisher(Loop& loop, const ServerAddress& server, const ProtocolTraits& protocol, const Settings& settings)
    : payloads_(settings.payload_bytes), by_topic_(settings.topics) {
    Role role{"", false, "publisher", server.path};
    line_ = std::make_unique<Line>(*this, loop, server, protocol.make(std::move(role)));
    for (std::size_t i = 0; i < settings.topics; ++i) topics_.push_back(settings.topic_prefix + std::to_string(i));
}

Publisher::~Publisher() = default;

void Publisher::open() {
    line_->connection().open();
}

void Publisher::publish(std::int64_t due_ns) {
    const auto topic = static_cast<std::uint32_t>(published_ % topics_.size());
    const EventMark mark{due_ns, ++by_topic_[topic], topic};
    ++published_;
    line_->connection().publish(topics_[topic], payloads_.make(mark));
    if (line_->connection().unsent_bytes() >= kFlushedBytes) flush();
}

void Publisher::flush() {
    line_->connection().flush();
}

bool Publisher::is_backed_up() const {
    return line_->connection().unsent_bytes() >= kUnsentBytesMax;
}

}  // namespace longwire::load
