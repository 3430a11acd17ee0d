#include "protocol/result.h"

#include <array>

namespace longwire {
namespace {

struct NamedErrc {
    Errc code;
    std::string_view name;
};

constexpr std::array kNames{
    NamedErrc{Errc::bad_request, "bad_request"}, NamedErrc{Errc::not_found, "not_found"},
    NamedErrc{Errc::conflict, "conflict"},       NamedErrc{Errc::too_large, "too_large"},
    NamedErrc{Errc::expired, "expired"},         NamedErrc{Errc::unauthorized, "unauthorized"},
    NamedErrc{Errc::forbidden, "forbidden"},     NamedErrc{Errc::rate_limited, "rate_limited"},
    NamedErrc{Errc::too_many, "too_many"},       NamedErrc{Errc::unavailable, "unavailable"},
    NamedErrc{Errc::internal, "internal"},
};

}  // namespace

std::string_view to_string(Errc code) {
    for (const auto& entry : kNames) {
        if (entry.code == code) return entry.name;
    }
    return "internal";
}

Errc errc_from_string(std::string_view name) {
    for (const auto& entry : kNames) {
        if (entry.name == name) return entry.code;
    }
    return Errc::internal;
}

std::string describe(const Error& error) {
    std::string text{to_string(error.code)};
    if (!error.field.empty()) text += ": " + error.field;
    if (!error.message.empty()) text += ": " + error.message;
    return text;
}

}  // namespace longwire
