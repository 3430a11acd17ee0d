#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/net/host_lookup.h"
#include "protocol/net/tls_context.h"
#include "protocol/result.h"
#include "protocol/url.h"

namespace longwire::net {

struct HttpHeader {
    std::string name;
    std::string value;
};

/// Bounds of one exchange; a time of 0 is no bound.
struct HttpLimits {
    std::int64_t connect_timeout_ms = 10'000;       // looking up, connecting and TLS; addresses share it
    std::int64_t header_timeout_ms = 60'000;        // from the request's last byte to the whole head of the answer
    std::int64_t idle_timeout_ms = 60'000;          // without a byte moving, of the request or of the answer's body
    std::int64_t total_timeout_ms = 0;              // all of it, until the answer's last byte is taken
    std::uint64_t response_bytes_max = 8ULL << 20;  // of the answer's body
};

struct HttpRequest {
    std::string method = "GET";
    Url url;
    /// Host, Content-Length, Connection and Transfer-Encoding are not the caller's to set.
    std::vector<HttpHeader> headers = {};
    std::string body = {};
    HttpLimits limits = {};
};

struct HttpHead {
    unsigned status = 0;
    std::vector<HttpHeader> headers;

    /// The first header of that name, in whichever case; null where there is none.
    const std::string* find(std::string_view name) const;
};

enum class HttpFailure : std::uint8_t {
    bad_request,  // the request is malformed: nothing was sent
    refused,      // no address of the host is allowed: nothing was sent
    unreachable,  // the name, the connection or TLS failed: nothing was sent
    timed_out,    // one of the limits
    cut_off,      // the connection ended before the answer did
    malformed,    // what answers does not speak HTTP
    too_large,    // the answer's head or body
    cancelled,    // by the stop token
};

/// `sent` tells whether anything of the request may have reached the server.
struct HttpError : Error {
    HttpFailure failure = HttpFailure::unreachable;
    bool sent = false;
};

/// A value or an HttpError; where a Result is returned, LW_TRY makes an Error of it.
template <class T>
class [[nodiscard]] HttpResult : public boost::system::result<T, HttpError> {
  public:
    using boost::system::result<T, HttpError>::result;
};

/// An answer whose head is there and whose body is taken in pieces as they come. Used by one thread; to let it
/// go before its end closes the connection.
class HttpAnswer {
  public:
    class Exchange;

    explicit HttpAnswer(std::unique_ptr<Exchange> exchange);
    ~HttpAnswer();
    HttpAnswer(HttpAnswer&&) noexcept;
    HttpAnswer& operator=(HttpAnswer&&) noexcept;

    const HttpHead& head() const;

    /// Waits for the body's next piece, which holds until the next call: as much as has come, and at most 16 KiB.
    /// Empty at the end. After an error the connection is closed.
    HttpResult<std::string_view> next();

    /// The rest of the body, or as much of it as has come when it is more than `bytes_max`: a piece more at most.
    HttpResult<std::string> rest(std::size_t bytes_max = SIZE_MAX);

  private:
    std::unique_ptr<Exchange> exchange_;
};

struct HttpClientOptions {
    std::string ca_file;  // PEM; empty: the system's store
    /// Asked of each address that the host has, at each connection and for that very connection: only those that
    /// it allows are tried. Any thread that sends. Empty: all are allowed.
    std::function<bool(const Url& url, const IpAddress& address)> allow;
    Lookup lookup = system_lookup;
    std::string user_agent;  // empty: longwire/VERSION
};

/// Sends HTTP/1.1 requests, each on a connection of its own. Redirects are answers like any other; there are no
/// cookies, and no proxies. Threads may share one.
///
/// Calls block. A stop token that is set, from whichever thread, ends them at once whatever they wait for: the look-up,
/// the connection, TLS, the head, the body. It holds for the answer, too.
class HttpClient {
  public:
    /// Errors: bad_request with `ca_file`.
    static Result<HttpClient> make(HttpClientOptions options = {});

    /// Sends the request and waits for the answer's head. Any status is an answer.
    HttpResult<HttpAnswer> send(const HttpRequest& request, std::stop_token stop = {}) const;

  private:
    HttpClient(HttpClientOptions options, TlsContext tls) : options_(std::move(options)), tls_(std::move(tls)) {}

    HttpClientOptions options_;
    TlsContext tls_;
};

}  // namespace longwire::net
