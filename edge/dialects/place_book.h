#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace longwire::edge {

/// How far a client of a conversation is: it has had every turn before this one, and of this one's task all events up
/// to the offset.
struct Place {
    std::uint64_t turn = 0;  // counted from 1; 0 is before all
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;

    bool is_before(const Place& other) const { return std::pair(turn, offset) < std::pair(other.turn, other.offset); }
};

/// A task that a conversation has started, or is about to.
struct Turn {
    enum class State : std::uint8_t { asked, begun, failed };

    std::uint64_t number = 0;
    std::string task;
    std::string key;  // of what asked for it, so that this can be told when it is said again; may be empty
    State state = State::asked;
    boost::json::object start;  // the fields of its `start`; empty if only a later record tells of the turn
};

/// What the records of a conversation's topic say, folded in their order.
///
/// A record of a connection is `place.came`, `place.here` or `place.left`: {conn, at, took?}; one of a turn is `turn`
/// {turn, task, key, start} or `turn.failed` {turn}. Each also carries what its writer knew, {open, left, turns}, so
/// that a reader may begin anywhere: who reads on learns what the writer of the first record did not know yet. What
/// is no record of this form is passed over, for anybody of the realm may have written it.
///
/// Bound: `turns_max` turns and `connections_max` connections. The oldest turns are forgotten first, then the places
/// that are the furthest, which an older one stands for.
class PlaceBook {
  public:
    struct Bounds {
        std::size_t turns_max = 32;
        std::size_t connections_max = 32;
    };
    struct Standing {
        Place at;
        std::uint64_t seen = 0;  // the offset of the connection's own newest record
    };
    using Open = std::map<std::string, Standing, std::less<>>;

    explicit PlaceBook(Bounds bounds) : bounds_(bounds) {}

    void apply(std::string_view type, const boost::json::object& record, std::uint64_t offset);

    /// What a new record carries.
    void carry(boost::json::object& record) const;

    /// Where a client that comes (back) goes on: the oldest place of those that have not left, else the newest of
    /// those that have.
    Place resume_at() const;

    /// Connections that have come and have not left, or that nobody knows about.
    const Open& open() const { return open_; }
    const std::map<std::uint64_t, Turn>& turns() const { return turns_; }
    std::uint64_t last_turn() const { return turns_.empty() ? 0 : turns_.rbegin()->first; }
    const Turn* find(std::uint64_t turn) const;

    void note_begun(std::uint64_t turn);

    static boost::json::array as_json(const Place& place);

  private:
    void learn(const boost::json::object& record);
    void apply_place(std::string_view type, const boost::json::object& record, std::uint64_t offset);
    void apply_turn(const boost::json::object& record);
    void close(const std::string& connection, std::uint64_t offset);
    void keep_bounds();

    Bounds bounds_;
    Open open_;
    std::optional<Place> left_;
    std::map<std::uint64_t, Turn> turns_;
    std::deque<std::pair<std::string, std::uint64_t>> closed_;  // the newest, with the offsets of the records that did
};

}  // namespace longwire::edge
