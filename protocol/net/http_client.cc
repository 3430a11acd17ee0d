#include "protocol/net/http_client.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <system_error>

#include "protocol/net/call_wait.h"
#include "protocol/net/sync_stream.h"
#include "protocol/node/config.h"

namespace longwire::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net_error = boost::asio::error;
using boost::system::error_code;

constexpr std::size_t kPieceBytesMax = 16 << 10;
constexpr std::size_t kBufferBytesMax = 96 << 10;
constexpr std::uint32_t kHeadBytesMax = 64 << 10;
constexpr std::size_t kAddressesMax = 8;
constexpr int kInterimAnswersMax = 8;

HttpError failed(HttpFailure failure, Errc code, std::string message, bool sent) {
    return HttpError{Error{code, std::move(message)}, failure, sent};
}

bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

bool is_ours(std::string_view name) {
    constexpr std::string_view kOurs[] = {"host", "content-length", "connection", "transfer-encoding"};
    return std::any_of(std::begin(kOurs), std::end(kOurs), [&](auto ours) { return beast::iequals(name, ours); });
}

Status check_request(const HttpRequest& request) {
    if (!is_token(request.method)) return bad_request("method", "is no method of HTTP");
    if (request.url.host.empty()) return bad_request("url", "has no host");
    for (const HttpHeader& header : request.headers) {
        if (!is_token(header.name)) return bad_request("headers", "'" + header.name + "' is no name of a header");
        if (is_ours(header.name)) return bad_request("headers", header.name + " is set by the client itself");
        for (const char c : header.value) {
            if (static_cast<unsigned char>(c) < ' ' && c != '\t') {
                return bad_request("headers", header.name + " must not have line ends or other control characters");
            }
        }
    }
    return {};
}

}  // namespace

const std::string* HttpHead::find(std::string_view name) const {
    const auto at = std::find_if(headers.begin(), headers.end(),
                                 [&](const HttpHeader& header) { return beast::iequals(header.name, name); });
    return at == headers.end() ? nullptr : &at->value;
}

/// One request and its answer, on their connection.
class HttpAnswer::Exchange {
  public:
    Exchange(const HttpRequest& request, std::stop_token stop)
        : url_(request.url),
          limits_(request.limits),
          wait_(std::move(stop), "total_timeout_ms", limits_.total_timeout_ms),
          stream_(wait_) {}

    HttpResult<void> dial(const HttpClientOptions& options, const TlsContext& tls) {
        wait_.begin_phase("connect_timeout_ms", limits_.connect_timeout_ms);
        error_code error;
        auto found = look_up(options.lookup, url_.host, wait_, error);
        if (error) return failure_of(error, "look up " + url_.host);
        if (!found) return failed(HttpFailure::unreachable, found.error().code, found.error().message, false);
        if (options.allow) {
            const IpAddress first = found->front();
            std::erase_if(*found, [&](const IpAddress& address) { return !options.allow(url_, address); });
            if (found->empty()) {
                return failed(HttpFailure::refused, Errc::forbidden,
                              "connect " + to_string(first, url_.port) + ": the address of " + url_.host +
                                  " is not one that is allowed",
                              false);
            }
        }
        const std::size_t count = std::min(found->size(), kAddressesMax);
        std::string where;
        for (std::size_t i = 0; i < count; ++i) {
            wait_.take_share(count - i);
            where = "connect " + to_string((*found)[i], url_.port);
            error = stream_.connection().connect((*found)[i], url_.port);
            if (!error || error == net_error::operation_aborted) break;
        }
        if (error) return failure_of(error, where);
        return url_.tls ? shake_hands(tls) : HttpResult<void>{};
    }

    HttpResult<void> send(const HttpRequest& request, const HttpClientOptions& options) {
        http::request<http::span_body<const char>> message;
        message.method_string(request.method);
        message.target(request.url.target);
        message.version(11);
        message.set(http::field::host, url_.authority());
        const std::string agent = "longwire/" + std::string(program_version());
        message.set(http::field::user_agent, options.user_agent.empty() ? agent : options.user_agent);
        for (const HttpHeader& header : request.headers) message.insert(header.name, header.value);
        message.set(http::field::connection, "close");
        message.body() = {request.body.data(), request.body.size()};
        const bool may_be_empty = request.method == "GET" || request.method == "HEAD" || request.method == "DELETE";
        if (!request.body.empty() || !may_be_empty) message.content_length(request.body.size());
        is_head_ = request.method == "HEAD";

        wait_.begin_pieces("idle_timeout_ms", limits_.idle_timeout_ms);
        sent_ = true;
        error_code error;
        http::write(stream_, message, error);
        // Who has had enough of a request may have said why before closing: that is worth a look.
        if (error == net_error::broken_pipe || error == net_error::connection_reset) {
            if (read_head()) return {};
        }
        if (error) return failure_of(error, "send to " + url_.host_and_port());
        return read_head();
    }

    HttpResult<std::string_view> next() {
        while (!parser_->is_done()) {
            auto& body = parser_->get().body();
            body.data = piece_.data();
            body.size = piece_.size();
            error_code error;
            http::read_some(stream_, buffer_, *parser_, error);
            if (error == http::error::need_buffer) error = {};
            if (error) {
                stream_.connection().close();
                return failure_of(error, "answer of " + url_.host_and_port());
            }
            if (const std::size_t got = piece_.size() - body.size; got > 0) return std::string_view(piece_.data(), got);
        }
        stream_.connection().close();
        return std::string_view{};
    }

    const HttpHead& head() const { return head_; }

  private:
    HttpResult<void> shake_hands(const TlsContext& tls) {
        wait_.take_share(1);
        const error_code error = stream_.connection().start_tls(tls, url_.host);
        if (!error) return {};
        const bool by_certificate = stream_.connection().is_certificate_refused();
        const std::string what = by_certificate ? "certificate of " + url_.host : "TLS with " + url_.host_and_port();
        return failure_of(error, what);
    }

    HttpResult<void> read_head() {
        wait_.begin_phase("header_timeout_ms", limits_.header_timeout_ms);
        const std::string what = "answer of " + url_.host_and_port();
        for (int answers = 0; answers < kInterimAnswersMax; ++answers) {
            parser_.emplace();
            parser_->header_limit(kHeadBytesMax);
            parser_->body_limit(limits_.response_bytes_max);
            parser_->skip(is_head_);
            error_code error;
            http::read_header(stream_, buffer_, *parser_, error);
            if (error) return failure_of(error, what);
            const unsigned status = parser_->get().result_int();
            if (status >= 200) {
                take_head(status);
                wait_.begin_pieces("idle_timeout_ms", limits_.idle_timeout_ms);
                return {};
            }
            if (status == 101) break;
        }
        return failed(HttpFailure::malformed, Errc::unavailable, what + ": it goes on to something else", true);
    }

    void take_head(unsigned status) {
        head_.status = status;
        for (const auto& field : parser_->get()) {
            head_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
        }
    }

    HttpError failure_of(const error_code& error, const std::string& what) {
        if (error == net_error::operation_aborted) {
            return failed(HttpFailure::cancelled, Errc::unavailable, what + ": cancelled", sent_);
        }
        if (error == net_error::timed_out && !wait_.passed().empty()) {
            return failed(HttpFailure::timed_out, Errc::unavailable, what + ": " + wait_.passed(), sent_);
        }
        if (error == http::error::body_limit || error == http::error::header_limit ||
            error == http::error::buffer_overflow) {
            return failed(HttpFailure::too_large, Errc::too_large, what + ": " + error.message(), sent_);
        }
        if (!sent_) {
            const std::string why = stream_.connection().describe(error);
            return failed(HttpFailure::unreachable, Errc::unavailable, what + ": " + why, false);
        }
        const bool is_of_http = error.category() == http::make_error_code(http::error::need_more).category();
        if (is_of_http && error != http::error::end_of_stream && error != http::error::partial_message) {
            return failed(HttpFailure::malformed, Errc::unavailable, what + ": no HTTP: " + error.message(), true);
        }
        const std::string why = is_of_http ? "the connection ended" : stream_.connection().describe(error);
        return failed(HttpFailure::cut_off, Errc::unavailable, what + ": " + why, true);
    }

    Url url_;
    HttpLimits limits_;
    CallWait wait_;
    SyncStream stream_;
    bool sent_ = false;
    bool is_head_ = false;
    beast::flat_buffer buffer_{kBufferBytesMax};
    std::optional<http::response_parser<http::buffer_body>> parser_;
    HttpHead head_;
    std::array<char, kPieceBytesMax> piece_;
};

HttpAnswer::HttpAnswer(std::unique_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
HttpAnswer::~HttpAnswer() = default;
HttpAnswer::HttpAnswer(HttpAnswer&&) noexcept = default;
HttpAnswer& HttpAnswer::operator=(HttpAnswer&&) noexcept = default;

const HttpHead& HttpAnswer::head() const {
    return exchange_->head();
}

HttpResult<std::string_view> HttpAnswer::next() {
    return exchange_->next();
}

HttpResult<std::string> HttpAnswer::rest(std::size_t bytes_max) {
    std::string body;
    while (body.size() <= bytes_max) {
        LW_TRY(const std::string_view piece, exchange_->next());
        if (piece.empty()) break;
        body += piece;
    }
    return body;
}

Result<HttpClient> HttpClient::make(HttpClientOptions options) {
    LW_TRY(TlsContext tls, TlsContext::make(options.ca_file));
    return HttpClient(std::move(options), std::move(tls));
}

HttpResult<HttpAnswer> HttpClient::send(const HttpRequest& request, std::stop_token stop) const {
    if (const Status checked = check_request(request); !checked) {
        return HttpError{checked.error(), HttpFailure::bad_request, false};
    }
    try {
        auto exchange = std::make_unique<HttpAnswer::Exchange>(request, std::move(stop));
        LW_TRY_STATUS(exchange->dial(options_, tls_));
        LW_TRY_STATUS(exchange->send(request, options_));
        return HttpAnswer(std::move(exchange));
    } catch (const std::system_error& error) {
        // No descriptor was left to wait with.
        return failed(HttpFailure::unreachable, Errc::unavailable, error.what(), false);
    }
}

}  // namespace longwire::net
