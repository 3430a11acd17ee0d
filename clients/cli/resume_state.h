#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace longwire::cli {

/// What has been seen of one topic, over all connections: says where to go on after a cut, and tells a new
/// event from one that has been seen. Pure.
class ResumeState {
  public:
    /// `from` as in a subscribe.
    ResumeState(std::string topic, boost::json::value from);

    const std::string& topic() const { return topic_; }

    /// The subscribe to send now: `from` at first, then after the last event seen.
    boost::json::object subscribe_command() const;

    /// The answer to it. Returns what a person should be told, if anything: that the topic has begun anew.
    std::optional<std::string> on_subscribed(const boost::json::object& answer);

    enum class Verdict : std::uint8_t {
        fresh,     // the next one: show it
        repeated,  // seen before: drop it
        hole,      // some before it have not come and were not told of: subscribe again
    };
    Verdict on_event(std::int64_t offset);

    /// Events that will not come. Returns what a person should be told, if it is news.
    std::optional<std::string> on_gap(const boost::json::object& gap);
    /// Events that come thinned, to a slow reader.
    void on_merged(const boost::json::object& merged);

    /// The topic has begun anew under this subscription: subscribe again.
    bool is_stale() const { return is_stale_; }

    std::int64_t offset() const { return offset_; }

  private:
    std::string topic_;
    boost::json::value from_;
    std::string epoch_;
    std::int64_t offset_ = 0;
    std::int64_t merged_to_ = 0;  // up to here offsets may be left out
    std::int64_t merged_left_ = 0;
    std::int64_t hole_at_ = 0;      // the last event that came too early
    bool new_epoch_known_ = false;  // from the answer to a subscribe, whose gap may still follow
    bool is_stale_ = false;
};

}  // namespace longwire::cli
