#include "broker/core/presence.h"

#include <algorithm>

#include "protocol/msgpack_writer.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kGoneAtOnceMax = 1'000;

}  // namespace

const Presence::Member* Presence::find(const Place& place) const {
    const auto topic = topics_.find(place.path);
    if (topic == topics_.end()) return nullptr;
    const auto member = topic->second.find(place.member);
    return member == topic->second.end() ? nullptr : &member->second;
}

void Presence::restore(const Place& place, std::string info_raw, std::int64_t since_us) {
    auto& member = topics_[place.path][place.member];
    member.info_raw = std::move(info_raw);
    member.since_us = since_us;
    ++size_;
}

void Presence::restored(std::int64_t now_us) {
    for (auto& [path, members] : topics_) {
        for (auto& [name, member] : members) lost({path, name}, member, now_us);
    }
}

Result<bool> Presence::join(const Place& place, std::string_view info_raw, const Holder& holder, std::int64_t now_us) {
    auto* member = find(place);
    const bool is_new = member == nullptr;
    if (is_new) {
        const auto topic = topics_.find(place.path);
        if (topic != topics_.end() && topic->second.size() >= options_.members_per_topic_max) {
            return Error{Errc::too_many, "the topic has as many members as it may have", "topic"};
        }
        if (size_ >= options_.members_max) return Error{Errc::too_many, "there are too many members", "topic"};
        member = &topics_[place.path][place.member];
        member->since_us = now_us;
        ++size_;
    }
    member->info_raw = info_raw;
    member->holders.insert(holder);
    by_edge_[holder.edge].emplace(place, holder.connection);
    // Whoever joins counts as the one that was away.
    stop_waiting(place, *member);
    member->away_until_us = 0;
    return is_new;
}

bool Presence::leave(const Place& place, const Holder& holder, std::int64_t now_us) {
    auto* const member = find(place);
    if (member == nullptr) return false;
    release(place, holder, *member);
    if (!member->holders.empty()) return false;
    if (member->away_until_us > now_us) {  // another connection of it may come back
        wait(place, *member);
        return false;
    }
    erase(place);
    return true;
}

void Presence::lose(const Place& place, const Holder& holder, std::int64_t now_us) {
    auto* const member = find(place);
    if (member == nullptr || !member->holders.contains(holder)) return;
    release(place, holder, *member);
    lost(place, *member, now_us);
}

void Presence::lose_edge(const std::string& edge, std::int64_t now_us) {
    const auto lost_places = by_edge_.extract(edge);
    if (lost_places.empty()) return;
    for (const auto& [place, connection] : lost_places.mapped()) {
        auto* const member = find(place);
        member->holders.erase({edge, connection});
        lost(place, *member, now_us);
    }
}

void Presence::lost(const Place& place, Member& member, std::int64_t now_us) {
    stop_waiting(place, member);
    member.away_until_us = now_us + options_.grace_ms * 1000;
    if (member.holders.empty()) wait(place, member);
}

void Presence::wait(const Place& place, Member& member) {
    if (std::exchange(member.is_due, true)) return;
    due_.emplace(member.away_until_us, place);
}

void Presence::stop_waiting(const Place& place, Member& member) {
    if (std::exchange(member.is_due, false)) due_.erase({member.away_until_us, place});
}

void Presence::release(const Place& place, const Holder& holder, Member& member) {
    member.holders.erase(holder);
    const auto edge = by_edge_.find(holder.edge);
    if (edge == by_edge_.end()) return;
    edge->second.erase({place, holder.connection});
    if (edge->second.empty()) by_edge_.erase(edge);
}

std::vector<Presence::Place> Presence::take_gone(std::int64_t now_us) {
    std::vector<Place> gone;
    while (!due_.empty() && due_.begin()->first <= now_us && gone.size() < kGoneAtOnceMax) {
        gone.push_back(due_.begin()->second);
        erase(gone.back());
    }
    return gone;
}

void Presence::stalled(std::int64_t for_us) {
    std::set<std::pair<std::int64_t, Place>> later;
    for (const auto& [until_us, place] : due_) {
        find(place)->away_until_us = until_us + for_us;
        later.emplace(until_us + for_us, place);
    }
    due_ = std::move(later);
}

void Presence::erase(const Place& place) {
    stop_waiting(place, *find(place));
    const auto topic = topics_.find(place.path);
    topic->second.erase(place.member);
    if (topic->second.empty()) topics_.erase(topic);
    --size_;
}

std::string Presence::members(std::string_view path) const {
    static const Members kNobody;
    const auto topic = topics_.find(path);
    const auto& members = topic == topics_.end() ? kNobody : topic->second;
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(1);
    writer.string("members");
    writer.array(members.size());
    for (const auto& [name, member] : members) {
        writer.map(3);
        writer.field("id", name);
        writer.field_raw_or_nil("info", member.info_raw);
        writer.field("since_us", member.since_us);
    }
    return reply;
}

}  // namespace longwire::broker
