#include "tests/simulation/holders.h"

#include <algorithm>

namespace longwire::simulation {

void Holders::begin(std::int64_t now_us) {
    held_.clear();
    asked_.clear();
    dropped_us_.clear();
    began_us_ = free_began_us_ = now_us;
}

void Holders::asks(std::string_view edge, std::uint64_t request, std::string thing, std::string key,
                   std::string_view connection) {
    held_[thing].possible.emplace(edge, connection);
    asked_[{std::string(edge), request}] = {std::move(thing), std::move(key), std::string(connection)};
}

bool Holders::has_asked(std::string_view edge, std::uint64_t request) const {
    return asked_.contains({std::string(edge), request});
}

void Holders::is_granted(std::string_view edge, std::uint64_t request) {
    is_granted(edge, request, std::string(asked_.at({std::string(edge), request}).thing));
}

void Holders::is_granted(std::string_view edge, std::uint64_t request, const std::string& thing) {
    const auto asked = asked_.extract({std::string(edge), request});
    auto& held = held_[thing];
    held.possible.emplace(edge, asked.mapped().connection);
    held.sure.emplace(edge, asked.mapped().connection);
}

void Holders::is_refused(std::string_view edge, std::uint64_t request) {
    asked_.erase({std::string(edge), request});
}

template <class IsGone>
void Holders::drop(IsGone is_gone, bool is_certain, bool is_lost, std::int64_t now_us) {
    for (auto& [thing, held] : held_) {
        const auto lose = [&, &name = thing](const auto& holder) { return is_gone(name, holder); };
        if (std::erase_if(held.sure, lose) > 0 && is_lost) held.lost_us = now_us;
        if (!is_certain) continue;
        if (std::erase_if(held.possible, lose) > 0 && held.possible.empty()) held.free_since_us = now_us;
    }
    if (!is_certain) return;
    std::erase_if(asked_, [&](const auto& entry) {
        const auto& [place, asked] = entry;
        const bool is_dropped = is_gone(asked.thing, Holder(place.first, asked.connection));
        if (is_dropped && !asked.key.empty()) dropped_us_[asked.key] = now_us;
        return is_dropped;
    });
}

void Holders::lets_go(const std::string& thing, std::string_view edge, std::string_view connection, bool is_lost,
                      std::int64_t now_us) {
    const Holder gone(edge, connection);
    drop([&](const std::string& name, const Holder& holder) { return name == thing && holder == gone; }, true, is_lost,
         now_us);
}

void Holders::connection_gone(std::string_view edge, std::string_view connection, std::int64_t now_us) {
    const Holder gone(edge, connection);
    drop([&](const std::string&, const Holder& holder) { return holder == gone; }, true, true, now_us);
}

void Holders::edge_gone(std::string_view edge, bool is_certain, std::int64_t now_us) {
    drop([&](const std::string&, const Holder& holder) { return holder.first == edge; }, is_certain, true, now_us);
}

void Holders::begins(const std::string& thing, std::int64_t now_us) {
    auto& held = held_[thing];
    held.lost_us = held.free_since_us = now_us;
}

void Holders::is_over(const std::string& thing, const std::string& key) {
    held_.erase(thing);
    std::erase_if(asked_, [&](const auto& entry) { return is_about(entry.second, thing, key); });
}

bool Holders::is_about(const Asked& asked, const std::string& thing, const std::string& key) {
    return asked.thing == thing || (!key.empty() && asked.key == key);
}

bool Holders::is_held_by(const std::string& thing, std::string_view edge, std::string_view connection) const {
    const auto held = held_.find(thing);
    return held != held_.end() && held->second.sure.contains({std::string(edge), std::string(connection)});
}

bool Holders::is_held(const std::string& thing) const {
    const auto held = held_.find(thing);
    return held != held_.end() && !held->second.sure.empty();
}

bool Holders::may_be_held(const std::string& thing, const std::string& key) const {
    const auto held = held_.find(thing);
    if (held != held_.end() && !held->second.possible.empty()) return true;
    return std::any_of(asked_.begin(), asked_.end(),
                       [&](const auto& entry) { return is_about(entry.second, thing, key); });
}

std::int64_t Holders::lost_us(const std::string& thing) const {
    const auto held = held_.find(thing);
    return held == held_.end() ? began_us_ : std::max(began_us_, held->second.lost_us);
}

std::int64_t Holders::free_since_us(const std::string& thing, const std::string& key) const {
    auto since_us = free_began_us_;
    if (const auto held = held_.find(thing); held != held_.end()) {
        since_us = std::max(since_us, held->second.free_since_us);
    }
    if (const auto dropped = dropped_us_.find(key); dropped != dropped_us_.end()) {
        since_us = std::max(since_us, dropped->second);
    }
    return since_us;
}

void Holders::stalled(std::int64_t for_us) {
    free_began_us_ += for_us;
    for (auto& [thing, held] : held_) held.free_since_us += for_us;
}

}  // namespace longwire::simulation
