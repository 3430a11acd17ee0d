#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace longwire::edge::agui {

namespace json = boost::json;

/// The messages of a conversation as a client has put them together from a run's events, for when it must be told which
/// of them hold. Of what a run adds it keeps up to `bytes_max`; beyond that it no longer knows.
class Shown {
  public:
    Shown(json::array before, std::size_t bytes_max);

    void begin_text(const std::string& id, std::string_view name);
    void add_text(std::string_view id, std::string_view text);
    void forget(std::string_view id);
    void add_call(const std::string& id, std::string_view tool, std::string_view arguments);
    void add_result(const std::string& id, const std::string& call_id, std::string_view content);

    /// What came before the run is all that holds. Whether there was anything else.
    bool begin_again();

    bool is_known() const { return is_known_; }

    /// The whole conversation.
    json::array messages() const;

  private:
    void add(json::object message, std::size_t bytes);
    json::object* find(std::string_view id);
    void count(std::size_t bytes);

    json::array before_;
    json::array added_;
    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    bool is_known_ = true;
    bool has_added_ = false;
};

}  // namespace longwire::edge::agui
