#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace longwire {

/// What went wrong, in the words of the client protocol. The number is stable and belongs to an area
/// (1xxx what was asked, 2xxx who asked, 3xxx how much was asked, 9xxx ourselves); the text is not API.
enum class Errc : std::uint16_t {
    bad_request = 1000,
    not_found = 1001,
    conflict = 1002,
    too_large = 1003,
    expired = 1004,
    unauthorized = 2000,
    forbidden = 2001,
    rate_limited = 3000,
    too_many = 3001,
    unavailable = 9000,
    internal = 9001,
};

/// The code's name on the wire, such as "bad_request".
std::string_view to_string(Errc code);

/// The code that a name on the wire stands for; `internal` for a name that is not ours.
Errc errc_from_string(std::string_view name);

/// An expected failure. `field` names the part of the input at fault, empty where there is none;
/// `retry_after_ms` is 0 where trying again later is not the answer.
struct Error {
    Errc code = Errc::internal;
    std::string message;
    std::string field = {};
    std::int64_t retry_after_ms = 0;

    bool operator==(const Error&) const = default;
};

/// "bad_request: topic: must not be empty", for logs and terminals.
std::string describe(const Error& error);

inline Error bad_request(std::string field, std::string message) {
    return Error{Errc::bad_request, std::move(message), std::move(field)};
}

/// Found by boost::system::result when value() is asked of a failure: a bug of the caller.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("value() of a failed Result: " + describe(error));
}

/// A value or an Error. Not looking at one does not compile.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
  public:
    using boost::system::result<T, Error>::result;
};

using Status = Result<void>;

}  // namespace longwire

/// Evaluates to nothing; returns from the enclosing function when `status` holds an Error.
#define LW_TRY_STATUS(status)                                                   \
    do {                                                                        \
        if (auto lw_status_ = (status); !lw_status_) return lw_status_.error(); \
    } while (false)

#define LW_CONCAT_(a, b) a##b
#define LW_CONCAT(a, b) LW_CONCAT_(a, b)

/// Declares `target` from the value of `result`, or returns its Error from the enclosing function.
#define LW_TRY(target, result) LW_TRY_(target, result, LW_CONCAT(lw_result_, __LINE__))
#define LW_TRY_(target, result, name) \
    auto name = (result);             \
    if (!name) return name.error();   \
    target = std::move(*name)
