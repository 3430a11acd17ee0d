#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace longwire::edge {

/// What is wrong with a client's message: "payload.task_id", "a string", "a number".
struct Mistake {
    std::string field;
    std::string expected;
    std::string got;

    /// "payload.task_id must be a string, not a number"
    std::string text() const;
};

/// Reads a message's fields and keeps the first mistake; what cannot be read is empty, so that reading goes on. A field
/// that is null counts as absent.
///
///     Fields fields(message);
///     const auto type = fields.text("type");
///     const auto payload = fields.object("payload");
///     const auto id = payload.text("task_id");
///     if (const auto& mistake = fields.mistake()) return refuse(*mistake);
class Fields {
  public:
    /// `message` must outlive this. `path` names it in mistakes; empty for the whole message.
    explicit Fields(const boost::json::value& message, std::string path = {});
    Fields(const Fields&) = delete;
    Fields& operator=(const Fields&) = delete;

    bool has(std::string_view name) const { return find(name) != nullptr; }

    /// Required fields.
    std::string_view text(std::string_view name);
    std::string_view text(std::string_view name, std::initializer_list<std::string_view> one_of);
    Fields object(std::string_view name);
    const boost::json::array& array(std::string_view name);

    /// An array's item, which must be an object: "messages[3]" in mistakes. Without such an item it is as an empty one.
    Fields item(std::string_view name, std::size_t index);

    /// Those that may be absent.
    std::optional<std::string_view> optional_text(std::string_view name);
    std::optional<double> optional_number(std::string_view name, double least, double most);
    std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least, std::int64_t most);
    std::optional<bool> optional_boolean(std::string_view name);
    const boost::json::object* optional_object(std::string_view name);
    const boost::json::array& optional_array(std::string_view name);  // empty if absent

    /// Any value; null if absent.
    const boost::json::value* any(std::string_view name) const { return find(name); }

    /// What the whole of it holds; an empty object if it is none.
    const boost::json::object& all() const { return *object_; }

    void wrong(std::string_view name, std::string expected);

    const std::optional<Mistake>& mistake() const { return first_->mistake_; }

  private:
    Fields(const boost::json::value* value, std::string path, Fields* first);

    const boost::json::value* find(std::string_view name) const;
    std::string path_of(std::string_view name) const;
    void note(std::string field, std::string expected, const boost::json::value* got);

    const boost::json::object* object_;
    std::string path_;
    Fields* first_;  // who keeps the mistake
    std::optional<Mistake> mistake_;
};

/// "a string", "an array", "nothing" …
std::string_view kind_of(const boost::json::value* value);

}  // namespace longwire::edge
