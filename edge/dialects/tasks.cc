#include "edge/dialects/tasks.h"

#include <utility>

namespace longwire::edge {
namespace {

/// GET /api/tasks/{task_id}
class ShowTask final : public Translator {
  public:
    ShowTask(Host& host, std::string task) : host_(host), task_(std::move(task)) {}

    void on_open() override {
        host_.command("state", {{"task", task_}}, [this](const Result<json::object>& state) {
            if (!state) return host_.refuse(state.error());
            host_.answer(200, *state);
        });
    }
    void on_message(const json::value& /*message*/) override {}
    void on_garbage(const Error& error) override { host_.refuse(error); }

  private:
    Host& host_;
    std::string task_;
};

class FollowTask final : public Translator {
  public:
    FollowTask(Host& host, std::string task) : host_(host), task_(std::move(task)) {}

    void on_open() override {
        host_.command("subscribe", {{"topic", "task/" + task_}, {"from", "start"}, {"conflate_ms", 0}},
                      [this](const Result<json::object>& begun) {
                          if (begun) return host_.send({{"type", "connected"}, {"data", {{"task_id", task_}}}});
                          host_.send({{"type", "error"}, {"data", {{"message", begun.error().message}}}});
                          host_.close(1000, "");
                      });
    }
    void on_message(const json::value& /*message*/) override {}
    void on_garbage(const Error& /*error*/) override {}
    void on_event(const NativeEvent& event) override {
        host_.send_event(event, [](const NativeEvent& e) -> json::object {
            return {{"type", "event"}, {"data", {{"event_id", e.offset}, {"event_type", e.type}, {"payload", e.data}}}};
        });
    }

  private:
    Host& host_;
    std::string task_;
};

class Tasks final : public Product {
  public:
    std::string_view name() const override { return "tasks"; }

    std::vector<Route> routes() override {
        return {{.kind = Route::Kind::websocket,
                 .path = "/ws/tasks/{task_id}",
                 .translate =
                     [](Host& host, const Opening& opening) {
                         return std::make_unique<FollowTask>(host, std::string(opening.path("task_id")));
                     }},
                {.kind = Route::Kind::http,
                 .path = "/api/tasks/{task_id}",
                 .translate = [](Host& host, const Opening& opening) {
                     return std::make_unique<ShowTask>(host, std::string(opening.path("task_id")));
                 }}};
    }
};

}  // namespace

std::unique_ptr<Product> make_tasks_product() {
    return std::make_unique<Tasks>();
}

}  // namespace longwire::edge
