#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace longwire::edge {

/// Where a conversation is in the topics that it follows: what was sent of each, and what has arrived for certain. For
/// clients that cannot say themselves what they have; see Host::prove.
class ProvenPlaces {
  public:
    struct Place {
        std::uint64_t epoch = 0;
        std::uint64_t offset = 0;

        bool operator==(const Place&) const = default;
    };

    /// The topic is followed from here: what is before has arrived.
    void begin(std::string_view topic, Place place);

    /// All of the topic up to this place was sent.
    void sent(std::string_view topic, Place place);

    /// The topic is followed no more.
    void forget(std::string_view topic);

    /// Something was sent of which no proof has been asked for.
    bool wants_proof() const { return !proof_ && sent_ != proven_; }

    /// This proof stands for all that was sent so far.
    void asked(std::uint64_t proof);

    /// That has arrived. True if it tells something new.
    bool on_proven(std::uint64_t proof);

    /// All that was sent of the topic has arrived.
    bool is_proven(std::string_view topic) const;

    /// What is proven, in a form that can be kept: {"TOPIC": {"epoch", "offset"}}.
    boost::json::object kept() const;

    /// What an earlier conversation has kept of a topic; nothing if it has not.
    static std::optional<Place> read(const boost::json::object& kept, std::string_view topic);

    /// A place as a subscription's `from`; without one, the topic's start.
    static boost::json::value from(const std::optional<Place>& place);

  private:
    using Places = std::map<std::string, Place, std::less<>>;

    Places sent_;
    Places proven_;
    Places asked_;
    std::optional<std::uint64_t> proof_;  // on its way
};

}  // namespace longwire::edge
