#include "edge/dialects/tasks/tasks.h"

#include <utility>

#include "edge/dialects/tasks/follow.h"
#include "edge/dialects/tasks/rest.h"
#include "edge/dialects/tasks/seats.h"
#include "edge/dialects/tasks/settings.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

namespace longwire::edge {
namespace {

class Tasks final : public Product {
  public:
    std::string_view name() const override { return "tasks"; }

    void declare(SettingSink& settings) override {
        const auto is_kind = [](const std::string& kind) { return check_name("", kind, kNameBytesMax); };
        settings.text({"tasks-kind", "the kind of a task whose creator names none", "KIND"}, settings_.kind, is_kind);
        settings.text({"tasks-test-kind", "its kind in test mode", "KIND"}, settings_.test_kind, is_kind);
        settings.number({"tasks-progress-ms", "mere progress is told at most once in so long, in ms", "MS"},
                        settings_.progress_ms, 0, 60'000);
        settings.number({"tasks-watchers-max", "how many may watch one task at this edge", "N"}, settings_.watchers_max,
                        1, 1'000'000);
    }

    std::vector<Route> routes() override {
        auto routes = tasks::rest_routes(settings_);
        routes.push_back({.kind = Route::Kind::websocket,
                          .path = "/ws/tasks/{task_id}",
                          .translate = [this](Host& host, const Opening& opening) {
                              return std::make_unique<tasks::FollowTask>(host, settings_, seats_, opening);
                          }});
        return routes;
    }

  private:
    tasks::TasksSettings settings_;
    std::shared_ptr<tasks::Seats> seats_ = std::make_shared<tasks::Seats>();
};

}  // namespace

std::unique_ptr<Product> make_tasks_product() {
    return std::make_unique<Tasks>();
}

}  // namespace longwire::edge
