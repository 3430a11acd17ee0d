#include "edge/dialects/agui/state.h"

#include <algorithm>
#include <utility>

#include "edge/dialects/agui/input.h"

namespace longwire::edge::agui {
namespace {

json::object fresh_task() {
    return {{"status", "PENDING"}, {"progress", 0}, {"agents", json::object()}};
}

/// A level of a JSON Pointer (RFC 6901).
std::string escaped(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (c == '~') {
            text += "~0";
        } else if (c == '/') {
            text += "~1";
        } else {
            text += c;
        }
    }
    return text;
}

bool is_pointer(const json::object& operation, std::string_view name) {
    const auto* const value = operation.if_contains(name);
    if (value == nullptr || !value->is_string()) return false;
    const std::string_view pointer = value->get_string();
    if (!pointer.empty() && pointer.front() != '/') return false;
    for (auto at = pointer.find('~'); at != std::string_view::npos; at = pointer.find('~', at + 1)) {
        const auto next = pointer.substr(at + 1, 1);
        if (next != "0" && next != "1") return false;
    }
    return true;
}

bool is_operation(const json::value& value) {
    if (!value.is_object()) return false;
    const auto& operation = value.get_object();
    const auto op = text_in(operation, "op");
    if (!is_pointer(operation, "path")) return false;
    if (op == "add" || op == "replace" || op == "test") return operation.contains("value");
    if (op == "move" || op == "copy") return is_pointer(operation, "from");
    return op == "remove";
}

}  // namespace

bool is_patch(const json::value& value) {
    return value.is_array() && std::all_of(value.get_array().begin(), value.get_array().end(), is_operation);
}

State::State(const Settings& settings, json::value given)
    : settings_(settings), given_(std::move(given)), task_(fresh_task()) {
    if (given_.is_null()) given_ = json::object();
    shows_task_ = !settings_.state_key.empty() && given_.is_object();
}

json::value State::with_task(json::value state) const {
    if (shows_task_ && state.is_object()) state.get_object()[settings_.state_key] = task_;
    return state;
}

json::array State::set(json::object task) {
    task_ = fresh_task();
    for (auto& [name, value] : task) task_[name] = std::move(value);
    if (!shows_task_) return {};
    return {json::object{{"op", "add"}, {"path", path("")}, {"value", task_}}};
}

json::array State::change(std::string_view name, json::value value) {
    task_[name] = value;
    if (!shows_task_) return {};
    return {json::object{{"op", "add"}, {"path", path(name)}, {"value", std::move(value)}}};
}

json::array State::change_all(const json::object& fields) {
    json::array patch;
    for (const auto& [name, value] : fields) {
        auto one = change(name, value);
        patch.insert(patch.end(), one.begin(), one.end());
    }
    return patch;
}

json::array State::change_agent(const std::string& id, json::object agent) {
    auto& agents = task_["agents"].as_object();
    if (!agents.contains(id) && agents.size() >= static_cast<std::size_t>(settings_.open_max)) return {};
    agents[id] = agent;
    if (!shows_task_) return {};
    return {json::object{{"op", "add"}, {"path", path("agents") + "/" + escaped(id)}, {"value", std::move(agent)}}};
}

std::string State::path(std::string_view name) const {
    auto text = "/" + escaped(settings_.state_key);
    if (!name.empty()) text += "/" + escaped(name);
    return text;
}

}  // namespace longwire::edge::agui
