#pragma once

#include <memory>
#include <string>

#include "protocol/result.h"

struct ssl_ctx_st;

namespace longwire::net {

/// Whom TLS clients trust, and with which versions. May be shared by threads.
class TlsContext {
  public:
    /// TLS 1.2 or later; peers are verified against the PEM file, or the system's store where it is empty.
    /// Errors: bad_request with `ca_file`.
    static Result<TlsContext> make(const std::string& ca_file);

    ssl_ctx_st* get() const { return context_.get(); }

  private:
    explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}

    std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace longwire::net
