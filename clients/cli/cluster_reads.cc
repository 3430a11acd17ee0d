#include "clients/cli/cluster_reads.h"

#include <algorithm>

#include "clients/cli/fields.h"
#include "clients/cli/net/http_client.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

constexpr int kHttpTimeoutMs = 30'000;
constexpr std::int64_t kTasksPerPage = 200;

}  // namespace

Result<json::object> get_json(const ClientSettings& settings, const std::string& target, const WaitHook& hook) {
    Error failure;
    for (const ServerAddress& address : settings.addresses()) {
        const auto answer = http_get(address, target, settings.token, kHttpTimeoutMs, hook);
        if (!answer) {
            failure = answer.error();
            continue;
        }
        const auto body = parse_json(answer->body);
        const json::object* object = body ? body->if_object() : nullptr;
        if (answer->status == 200 && object != nullptr) return *object;
        failure = object != nullptr ? error_from(*object) : Error{Errc::internal, ""};
        if (failure.message.empty()) failure.message = "GET " + target + " answers " + std::to_string(answer->status);
        if (failure.code != Errc::unavailable) return failure;
    }
    return failure;
}

Result<std::vector<json::object>> list_tasks(const ClientSettings& settings, const TaskQuery& query,
                                             const WaitHook& hook) {
    std::vector<json::object> tasks;
    std::string after;
    while (static_cast<std::int64_t>(tasks.size()) < query.limit) {
        const std::int64_t left = query.limit - static_cast<std::int64_t>(tasks.size());
        std::string target = "/v1/tasks?limit=" + std::to_string(std::min(left, kTasksPerPage));
        if (!query.state.empty()) target += "&state=" + percent_encoded(query.state);
        if (!query.kind.empty()) target += "&kind=" + percent_encoded(query.kind);
        if (!query.parent.empty()) target += "&parent=" + percent_encoded(query.parent);
        if (!query.root.empty()) target += "&root=" + percent_encoded(query.root);
        if (!after.empty()) target += "&after=" + percent_encoded(after);
        LW_TRY(const json::object page, get_json(settings, target, hook));
        const json::array* rows = array_at(page, "tasks");
        if (rows == nullptr) return Error{Errc::internal, "the edge's list of tasks is not understood"};
        for (const json::value& row : *rows) {
            if (row.is_object()) tasks.push_back(row.get_object());
        }
        const json::value* next = page.if_contains("next");
        if (next == nullptr || next->is_null() || rows->empty()) break;
        after = next->is_string() ? std::string(std::string_view(next->get_string())) : compact_json(*next);
    }
    return tasks;
}

}  // namespace longwire::cli
