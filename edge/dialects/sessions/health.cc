#include "edge/dialects/sessions/health.h"

#include <algorithm>

namespace longwire::edge {

namespace json = boost::json;

SessionsHealth::Id SessionsHealth::open(const std::string& realm, const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    connections_[++last_] = {realm, endpoint, std::nullopt};
    return last_;
}

void SessionsHealth::close(Id id) {
    const std::lock_guard lock(mutex_);
    connections_.erase(id);
}

void SessionsHealth::rename(Id id, const std::string& realm) {
    const std::lock_guard lock(mutex_);
    connections_.at(id).realm = realm;
}

void SessionsHealth::count_in(std::int64_t now_us) {
    const std::lock_guard lock(mutex_);
    in_.count(now_us);
}

void SessionsHealth::count_out(std::int64_t now_us) {
    const std::lock_guard lock(mutex_);
    out_.count(now_us);
}

void SessionsHealth::pinged(Id id, std::optional<std::int64_t> since_us) {
    const std::lock_guard lock(mutex_);
    connections_.at(id).pinged_us = since_us;
}

json::object SessionsHealth::report(std::int64_t now_us) const {
    const std::lock_guard lock(mutex_);
    json::object by_realm;
    json::object by_endpoint;
    const auto count = [](json::object& counts, const std::string& name) {
        auto& value = counts[name];
        value = value.is_int64() ? value.get_int64() + 1 : std::int64_t{1};
    };
    std::int64_t oldest_us = now_us;
    for (const auto& [id, connection] : connections_) {
        count(by_realm, connection.realm);
        count(by_endpoint, connection.endpoint);
        oldest_us = std::min(oldest_us, connection.pinged_us.value_or(now_us));
    }
    return {
        {"status", "healthy"},
        {"connections",
         {{"total", connections_.size()}, {"by_realm", std::move(by_realm)}, {"by_endpoint", std::move(by_endpoint)}}},
        {"messages_per_s", {{"in", in_.per_second(now_us)}, {"out", out_.per_second(now_us)}}},
        {"oldest_unanswered_ping_ms", (now_us - oldest_us) / 1000}};
}

void SessionsHealth::Rate::count(std::int64_t now_us) {
    const auto number = now_us / 1'000'000;
    auto& second = seconds[static_cast<std::size_t>(number) % seconds.size()];
    if (second.number != number) second = {number, 0};
    ++second.count;
}

/// Over the seconds that are over.
double SessionsHealth::Rate::per_second(std::int64_t now_us) const {
    const auto now = now_us / 1'000'000;
    std::uint64_t sum = 0;
    for (const auto& second : seconds) {
        const bool counts = second.number < now && second.number >= now - static_cast<std::int64_t>(kSeconds);
        sum += counts ? second.count : 0;
    }
    return static_cast<double>(sum) / static_cast<double>(kSeconds);
}

}  // namespace longwire::edge
