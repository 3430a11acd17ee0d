#include "edge/dialects/stream/stream.h"

#include <utility>

#include "edge/dialects/stream/chat.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace {

constexpr std::int64_t kDayS = 24 * 3600;

Status check_kind(const std::string& kind) {
    return check_name("kind", kind, 128);
}

class Stream final : public Product {
  public:
    std::string_view name() const override { return "stream"; }

    void declare(SettingSink& settings) override {
        settings.text({"stream-kind", "the kind of task that a chat starts", "KIND"}, settings_.kind, check_kind);
        settings.number({"stream-grace-s", "how long a task goes on whose client has lost its connection, in s", "S"},
                        settings_.grace_s, 0, kDayS);
        settings.number(
            {"stream-queue-chats", "chats that wait for the running one; 0: a second one is refused", "CHATS"},
            settings_.queue_chats, 0, 100);
        settings.number({"stream-ping-s", "a connection without traffic is pinged after this time, in s", "S"},
                        settings_.ping_s, 1, kDayS);
        settings.number({"stream-prove-ms", "how often it is asked at most what has arrived, and kept, in ms", "MS"},
                        settings_.prove_ms, 10, 60'000);
    }

    std::vector<Route> routes() override {
        return {{.kind = Route::Kind::websocket,
                 .path = "/ws/stream",
                 .translate = [this](Host& host, const Opening& opening) {
                     return std::make_unique<stream::Chat>(host, settings_, std::string(opening.query("resume")));
                 }}};
    }

  private:
    stream::Settings settings_;
};

}  // namespace

std::unique_ptr<Product> make_stream_product() {
    return std::make_unique<Stream>();
}

}  // namespace longwire::edge
