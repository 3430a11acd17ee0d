#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "protocol/result.h"

namespace longwire::load {

/// Reads the compressed messages of one connection (RFC 7692, 7.2.2), whose server may keep its window from one to the
/// next.
class Inflater {
  public:
    Inflater();
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    /// The message. Valid until the next call. Errors: bad_request for what is no such message, too_large.
    Result<std::string_view> inflate(std::string_view compressed);

  private:
    Status feed(std::string_view compressed);

    struct State;
    std::unique_ptr<State> state_;
    std::string message_;
};

}  // namespace longwire::load
