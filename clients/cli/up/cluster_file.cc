#include "clients/cli/up/cluster_file.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "clients/cli/fields.h"
#include "protocol/node/file.h"

namespace longwire::cli {
namespace fs = std::filesystem;
namespace json = boost::json;
namespace {

constexpr std::size_t kBytesMax = 1 << 20;

std::string path_in(const std::string& data) {
    return data + "/cluster.json";
}

}  // namespace

Status write_cluster_state(const std::string& data, const ClusterState& state) {
    json::array processes;
    for (const auto& process : state.processes) {
        json::object one{{"name", process.name}, {"pid", process.pid}};
        if (!process.url.empty()) one["url"] = process.url;
        processes.push_back(std::move(one));
    }
    const json::object whole{{"supervisor", state.supervisor}, {"processes", std::move(processes)}};
    const auto path = path_in(data);
    const auto fresh = path + ".new";
    {
        std::ofstream file(fresh, std::ios::trunc);
        file << compact_json(whole) << '\n';
        if (!file.flush()) return Error{Errc::internal, fresh + " cannot be written"};
    }
    std::error_code error;
    fs::rename(fresh, path, error);
    if (error) return Error{Errc::internal, path + ": " + error.message()};
    return {};
}

Result<ClusterState> read_cluster_state(const std::string& data) {
    const auto path = path_in(data);
    const auto text = read_file(path, kBytesMax);
    if (!text && text.error().code == Errc::not_found) {
        return Error{Errc::not_found, "there is no running cluster in " + data + " (" + path + " is missing)"};
    }
    if (!text) return bad_request("", text.error().message);
    const auto value = parse_json(*text);
    const auto* const whole = value ? value->if_object() : nullptr;
    const auto* const processes = whole == nullptr ? nullptr : array_at(*whole, "processes");
    if (processes == nullptr) return bad_request("", path + " is not what longwire up writes");
    ClusterState state;
    state.supervisor = static_cast<pid_t>(number_at(*whole, "supervisor").value_or(0));
    for (const auto& one : *processes) {
        const auto* const process = one.if_object();
        if (process == nullptr) return bad_request("", path + " is not what longwire up writes");
        state.processes.push_back({text_at(*process, "name"),
                                   static_cast<pid_t>(number_at(*process, "pid").value_or(0)),
                                   text_at(*process, "url")});
    }
    return state;
}

void remove_cluster_state(const std::string& data) {
    std::error_code ignored;
    fs::remove(path_in(data), ignored);
}

}  // namespace longwire::cli
