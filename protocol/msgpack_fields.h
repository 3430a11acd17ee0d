#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/result.h"

namespace longwire {

/// A MessagePack map with text keys, looked up by name. Every error names the field it is about.
///
/// nil counts as absent. Fields nobody asks for are let through, so that newer peers can add some. A key that comes
/// twice counts with its last value. Views are into the bytes parsed.
class MsgpackFields {
  public:
    /// `field` names the whole map in errors.
    static Result<MsgpackFields> parse(std::string_view map, std::string_view field);

    Result<std::string_view> string(std::string_view name) const;
    Result<std::string_view> string_or(std::string_view name, std::string_view fallback) const;
    Result<bool> boolean_or(std::string_view name, bool fallback) const;

    /// Whole numbers within [low, high].
    Result<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high) const;
    Result<std::int64_t> integer_or(std::string_view name, std::int64_t fallback, std::int64_t low,
                                    std::int64_t high) const;

    /// Numbers within [low, high].
    Result<double> number_or(std::string_view name, double fallback, double low, double high) const;

    /// The bytes of a field's value; empty if absent.
    std::string_view raw(std::string_view name) const;

    bool has(std::string_view name) const { return !raw(name).empty(); }

    /// Names and values in the order they came; no bytes stand for nil.
    const std::vector<std::pair<std::string_view, std::string_view>>& all() const { return fields_; }

  private:
    std::vector<std::pair<std::string_view, std::string_view>> fields_;
};

inline constexpr std::string_view kEmptyMap = "\x80";

/// The same map with a field added, or put in place of the one of that name. `map` must be one parse() accepts.
std::string with_raw_field(std::string_view map, std::string_view name, std::string_view value);
std::string with_text_field(std::string_view map, std::string_view name, std::string_view text);

}  // namespace longwire
