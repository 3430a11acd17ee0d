#include "protocol/msgpack_fields.h"

#include <algorithm>
#include <cmath>

#include "protocol/msgpack_reader.h"
#include "protocol/msgpack_writer.h"

namespace longwire {
namespace {

std::string range_text(double low, double high) {
    const auto text = [](double v) {
        return v == std::floor(v) && std::abs(v) < 1e15 ? std::to_string(static_cast<std::int64_t>(v))
                                                        : std::to_string(v);
    };
    return "must be from " + text(low) + " to " + text(high);
}

/// A whole number without a double's rounding; nothing if it is no int64. `number` is the same as a double.
std::optional<std::int64_t> exact_integer(std::string_view value, double number) {
    MsgpackReader reader(value);
    if (reader.peek() == MsgpackReader::Type::integer) {
        const auto exact = reader.signed_integer();
        return reader.ok() ? std::optional(exact) : std::nullopt;
    }
    constexpr double kTwoTo63 = 9223372036854775808.0;
    if (number < -kTwoTo63 || number >= kTwoTo63) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

}  // namespace

Result<MsgpackFields> MsgpackFields::parse(std::string_view map, std::string_view field) {
    MsgpackReader reader(map);
    if (reader.peek() != MsgpackReader::Type::map) return bad_request(std::string(field), "must be an object");
    MsgpackFields fields;
    const auto pairs = reader.map();
    fields.fields_.reserve(std::min<std::uint32_t>(pairs, 32));
    for (std::uint32_t i = 0; i < pairs && reader.ok(); ++i) {
        const auto key = reader.string();
        const auto value = reader.raw();
        const bool is_nil = MsgpackReader(value).peek() == MsgpackReader::Type::nil;
        // A nil is kept as no bytes: it takes back an earlier value of its key.
        if (reader.ok()) fields.fields_.emplace_back(key, is_nil ? std::string_view{} : value);
    }
    if (!reader.ok() || !reader.at_end()) {
        return bad_request(std::string(field), "is not a well-formed map with text keys");
    }
    return fields;
}

std::string_view MsgpackFields::raw(std::string_view name) const {
    const auto found = std::find_if(fields_.rbegin(), fields_.rend(), [&](const auto& f) { return f.first == name; });
    return found == fields_.rend() ? std::string_view{} : found->second;
}

Result<std::string_view> MsgpackFields::string(std::string_view name) const {
    const auto value = raw(name);
    if (value.empty()) return bad_request(std::string(name), "is required");
    MsgpackReader reader(value);
    const auto text = reader.string();
    if (!reader.ok()) return bad_request(std::string(name), "must be a string");
    return text;
}

Result<std::string_view> MsgpackFields::string_or(std::string_view name, std::string_view fallback) const {
    if (!has(name)) return fallback;
    return string(name);
}

Result<bool> MsgpackFields::boolean_or(std::string_view name, bool fallback) const {
    const auto value = raw(name);
    if (value.empty()) return fallback;
    MsgpackReader reader(value);
    const auto flag = reader.boolean();
    if (!reader.ok()) return bad_request(std::string(name), "must be true or false");
    return flag;
}

Result<std::int64_t> MsgpackFields::integer(std::string_view name, std::int64_t low, std::int64_t high) const {
    if (!has(name)) return bad_request(std::string(name), "is required");
    return integer_or(name, 0, low, high);
}

Result<std::int64_t> MsgpackFields::integer_or(std::string_view name, std::int64_t fallback, std::int64_t low,
                                               std::int64_t high) const {
    const auto value = raw(name);
    if (value.empty()) return fallback;
    MsgpackReader reader(value);
    const auto number = reader.number();
    if (!reader.ok() || number != std::floor(number)) {
        return bad_request(std::string(name), "must be a whole number");
    }
    const auto whole = exact_integer(value, number);
    if (whole && *whole >= low && *whole <= high) return *whole;
    return bad_request(std::string(name), range_text(static_cast<double>(low), static_cast<double>(high)));
}

Result<double> MsgpackFields::number_or(std::string_view name, double fallback, double low, double high) const {
    const auto value = raw(name);
    if (value.empty()) return fallback;
    MsgpackReader reader(value);
    const auto number = reader.number();
    if (!reader.ok()) return bad_request(std::string(name), "must be a number");
    if (!(number >= low && number <= high)) return bad_request(std::string(name), range_text(low, high));
    return number;
}

std::string with_raw_field(std::string_view map, std::string_view name, std::string_view value) {
    std::string result;
    MsgpackWriter writer(result);
    const auto fields = MsgpackFields::parse(map, "map");
    if (!fields) return result;
    const auto is_other = [&](const auto& field) { return field.first != name; };
    const auto others = std::count_if(fields->all().begin(), fields->all().end(), is_other);
    writer.map(static_cast<std::size_t>(others) + 1);
    for (const auto& field : fields->all()) {
        if (is_other(field)) writer.field_raw_or_nil(field.first, field.second);
    }
    writer.field_raw_or_nil(name, value);
    return result;
}

std::string with_text_field(std::string_view map, std::string_view name, std::string_view text) {
    std::string value;
    MsgpackWriter(value).string(text);
    return with_raw_field(map, name, value);
}

}  // namespace longwire
