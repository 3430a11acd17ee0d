#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace longwire::simulation {

/// Which connections of edges hold a thing in its place, as far as what edges and broker say to each other tells.
///
/// The broker knows it exactly, and the model from both sides: of those that hold it for sure the broker has said so;
/// those that may hold it have asked, and nothing says that it was in vain.
///
/// Time: the broker's.
class Holders {
  public:
    /// A broker begins, which knows of nobody.
    void begin(std::int64_t now_us);

    /// An edge has asked for a connection to hold a thing; the broker may find it by this key, if it has one.
    void asks(std::string_view edge, std::uint64_t request, std::string thing, std::string key,
              std::string_view connection);

    /// Whether that is what this request asked for, and was not answered yet.
    bool has_asked(std::string_view edge, std::uint64_t request) const;
    void is_granted(std::string_view edge, std::uint64_t request);
    /// It has led to this thing, whichever it asked for.
    void is_granted(std::string_view edge, std::uint64_t request, const std::string& thing);
    void is_refused(std::string_view edge, std::uint64_t request);

    /// The connection does not hold the thing any more, by its own will or because it is lost.
    void lets_go(const std::string& thing, std::string_view edge, std::string_view connection, bool is_lost,
                 std::int64_t now_us);
    void connection_gone(std::string_view edge, std::string_view connection, std::int64_t now_us);

    /// The edge's session is over, or, where that is not certain, may be.
    void edge_gone(std::string_view edge, bool is_certain, std::int64_t now_us);

    /// There is something to hold, that nobody holds yet,
    void begins(const std::string& thing, std::int64_t now_us);
    /// and not any more.
    void is_over(const std::string& thing, const std::string& key);
    /// What was said of the thing may have been about another of its name.
    void is_in_doubt(const std::string& thing) { held_[thing].possible.insert({}); }

    bool is_held(const std::string& thing) const;
    bool is_held_by(const std::string& thing, std::string_view edge, std::string_view connection) const;
    bool may_be_held(const std::string& thing, const std::string& key) const;

    /// When one was lost last that had held it for sure, or else when it began.
    std::int64_t lost_us(const std::string& thing) const;
    /// Since when certainly nobody has held it, where nobody may.
    std::int64_t free_since_us(const std::string& thing, const std::string& key) const;

    /// The broker has not run for so long.
    void stalled(std::int64_t for_us);

  private:
    using Holder = std::pair<std::string, std::string>;  // edge and connection
    struct Held {
        std::set<Holder> sure;
        std::set<Holder> possible;
        std::int64_t lost_us = 0;
        std::int64_t free_since_us = 0;
    };
    struct Asked {
        std::string thing;
        std::string key;
        std::string connection;
    };

    static bool is_about(const Asked& asked, const std::string& thing, const std::string& key);
    template <class IsGone>
    void drop(IsGone is_gone, bool is_certain, bool is_lost, std::int64_t now_us);

    std::map<std::string, Held> held_;
    std::map<std::pair<std::string, std::uint64_t>, Asked> asked_;  // by edge and request
    std::map<std::string, std::int64_t> dropped_us_;  // by key: when one that had asked by it was lost, unanswered
    std::int64_t began_us_ = 0;
    std::int64_t free_began_us_ = 0;  // later by what the broker has not run since
};

}  // namespace longwire::simulation
