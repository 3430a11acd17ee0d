#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "broker/core/string_map.h"
#include "protocol/result.h"

namespace longwire::broker {

/// Who is a member of which topic.
///
/// A member is held in its place by connections of edges, one or several. When the last of them is lost, or its edge,
/// the member is away: if it joins again within the grace time, nobody was told that it had gone. Members that come
/// from the log are away, until their edges have said that they are there.
///
/// Bounds: members of a topic, and members in all; beyond them a join is refused. The connections that hold one are
/// bounded by what their edges admit.
/// Thread: one at a time. Time: `now_us`, never smaller than before.
class Presence {
  public:
    struct Options {
        std::int64_t grace_ms = 5'000;
        std::size_t members_per_topic_max = 1'000;
        std::size_t members_max = 100'000;
    };

    /// Of whom an edge says that a member is there.
    struct Holder {
        std::string edge;
        std::string connection;
        auto operator<=>(const Holder&) const = default;
    };
    struct Place {
        std::string path;  // of the topic
        std::string member;
        auto operator<=>(const Place&) const = default;
    };

    explicit Presence(Options options) : options_(options) {}

    void restore(const Place& place, std::string info_raw, std::int64_t since_us);
    void restored(std::int64_t now_us);

    /// Whether the member is new. Its `info` is the newest that was given. Errors: too_many.
    Result<bool> join(const Place& place, std::string_view info_raw, const Holder& holder, std::int64_t now_us);

    /// The member wants to go. Whether it has, and nobody else holds it there.
    bool leave(const Place& place, const Holder& holder, std::int64_t now_us);

    /// The connection is lost.
    void lose(const Place& place, const Holder& holder, std::int64_t now_us);

    /// The edge is lost, and with it all its connections.
    void lose_edge(const std::string& edge, std::int64_t now_us);

    /// Those that have been away for the grace time: they are members no longer. At most 1,000 at a time.
    std::vector<Place> take_gone(std::int64_t now_us);

    /// For so long nobody was heard.
    void stalled(std::int64_t for_us);

    bool has(const Place& place) const { return find(place) != nullptr; }

    /// The reply to `presence`: a MessagePack map.
    std::string members(std::string_view path) const;

    std::size_t size() const { return size_; }

  private:
    struct Member {
        std::string info_raw;
        std::int64_t since_us = 0;
        std::set<Holder> holders;
        std::int64_t away_until_us = 0;  // of one who was lost and has not come back; 0: none
        bool is_due = false;             // in due_
    };
    using Members = std::map<std::string, Member>;

    const Member* find(const Place& place) const;
    Member* find(const Place& place) { return const_cast<Member*>(std::as_const(*this).find(place)); }
    void lost(const Place& place, Member& member, std::int64_t now_us);
    void wait(const Place& place, Member& member);
    void stop_waiting(const Place& place, Member& member);
    void release(const Place& place, const Holder& holder, Member& member);
    void erase(const Place& place);

    Options options_;
    StringMap<Members> topics_;
    std::size_t size_ = 0;
    std::map<std::string, std::set<std::pair<Place, std::string>>> by_edge_;  // with the connection
    std::set<std::pair<std::int64_t, Place>> due_;                            // those that nobody holds
};

}  // namespace longwire::broker
