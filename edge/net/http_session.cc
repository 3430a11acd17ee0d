#include "edge/net/http_session.h"

#include <array>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "edge/net/http_exchange.h"
#include "edge/net/http_message.h"
#include "edge/net/http_request.h"
#include "edge/net/ws_session.h"

namespace longwire::edge::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

/// Answers that wait for a client that does not read: beyond this its next pipelined requests wait too.
constexpr std::size_t kUnsentBytesMax = std::size_t{256} * 1024;

/// Body bytes after which a slow upload has earned another handshake_timeout_ms.
constexpr std::size_t kProgressBytes = std::size_t{16} * 1024;

constexpr std::string_view kLastChunk = "0\r\n\r\n";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// One HTTP connection: requests are parsed, served and answered one after the other, in order.
class HttpSession final : public Connection, public AnswerWriter {
  public:
    HttpSession(ShardLoop& loop, Socket socket, std::string remote_address)
        : Connection(loop), stream_(std::move(socket), *this), remote_address_(std::move(remote_address)) {}

    void start(bool refused);

    // Connection
    void flush() override;
    void on_deadline() override;
    void drain(std::uint16_t code) override;
    void cut() override { end(); }

    // AnswerWriter
    void respond(const HttpResponse& response) override;
    void begin_stream(const HttpResponse& head) override;
    void write(SharedSlice piece) override;
    void end_stream() override;
    void tell_when_drained() override;
    std::size_t unsent_bytes() const override { return stream_.unsent_bytes(); }
    std::uint64_t sent_bytes() const override { return stream_.sent_bytes(); }
    void on_dropped() override;

  private:
    using Parser = http::request_parser<http::string_body>;

    /// What the connection waits for.
    enum class Phase : std::uint8_t {
        request,    // the rest of a request
        answer,     // the App's answer
        streaming,  // the App's stream to end
        closing,    // the last bytes to leave
        lingering,  // the peer to close, after we have
        ended,
    };

    std::shared_ptr<HttpSession> self() { return std::static_pointer_cast<HttpSession>(shared_from_this()); }

    void read();
    void on_readable();
    void on_peer_ended();
    void process();
    void parse();
    void on_header();
    void on_parse_error(beast::error_code error);
    void serve();
    bool upgrade(BeastRequest& parsed, const HttpRequest& request);
    void send_head(const HttpResponse& response, bool stream);
    void end_unfinished_stream();
    void answer_and_close(const HttpResponse& response);
    void finish_answer();
    void linger();
    void tell_drained();
    void abandon();
    void end();
    void arm() { loop().request_deadlines().arm(*this, loop().now_ms()); }

    Stream stream_;
    std::string received_;  // not parsed yet
    std::optional<Parser> parser_;
    Exchange* exchange_ = nullptr;  // of the request that is being answered
    std::string remote_address_;
    std::size_t body_progress_ = 0;
    Phase phase_ = Phase::request;
    bool header_seen_ = false;
    bool head_only_ = false;  // the request is HEAD
    bool chunks_ = false;     // the client knows chunks, and a stream is made of them
    bool keep_alive_ = true;
    bool processing_ = false;
    bool reading_ = false;
    bool peer_ended_ = false;
    bool waiting_writable_ = false;
    bool tell_drained_ = false;
    bool cut_ = false;  // end at the next flush, without sending the rest
};

void HttpSession::start(bool refused) {
    loop().add(self());
    if (phase_ != Phase::request) return;  // the shard is draining
    arm();
    if (refused) {
        answer_and_close(make_problem(503, "unavailable", "the server has all the connections it may have"));
    } else {
        read();
    }
}

void HttpSession::read() {
    // Also while a request is being answered: that is how the client's going is noticed. A full buffer ends
    // that.
    if (reading_ || peer_ended_ || phase_ == Phase::ended) return;
    if (received_.size() > loop().options().http_header_bytes_max) return;
    reading_ = true;
    stream_.wait_readable([session = self()](beast::error_code error) {
        session->reading_ = false;
        if (!error) session->on_readable();
    });
}

void HttpSession::on_readable() {
    if (phase_ == Phase::ended) return;
    auto& scratch = loop().scratch();
    const Received received = stream_.receive(scratch);
    switch (received.state) {
        case IoState::done:
            if (phase_ < Phase::closing) {
                received_.append(scratch, 0, received.bytes);
                process();
            }
            break;
        case IoState::blocked:
            break;
        case IoState::ended:
            on_peer_ended();
            return;
        case IoState::broken:
            end();
            return;
    }
    read();
}

void HttpSession::on_peer_ended() {
    peer_ended_ = true;
    if (phase_ == Phase::answer) {
        // It may have ended its side only and still wait for the answer.
        keep_alive_ = false;
        abandon();
    } else if (phase_ == Phase::request && stream_.unsent_bytes() > 0) {
        phase_ = Phase::closing;
        need_flush();
    } else if (phase_ != Phase::closing) {
        end();
    }
}

void HttpSession::process() {
    if (processing_) return;
    processing_ = true;
    while (phase_ == Phase::request && !received_.empty() && stream_.unsent_bytes() <= kUnsentBytesMax) {
        const std::size_t before = received_.size();
        parse();
        if (phase_ == Phase::request && received_.size() == before) break;  // the rest has not come yet
    }
    processing_ = false;
}

void HttpSession::parse() {
    if (!parser_) {
        parser_.emplace();
        parser_->eager(true);
        parser_->header_limit(static_cast<std::uint32_t>(loop().options().http_header_bytes_max));
        parser_->body_limit(loop().options().http_body_bytes_max);
        header_seen_ = false;
    }
    beast::error_code error;
    const std::size_t used = parser_->put(boost::asio::buffer(received_), error);
    received_.erase(0, used);
    if (error && error != http::error::need_more) {
        on_parse_error(error);
        return;
    }
    if (parser_->is_header_done() && !header_seen_) on_header();
    if (header_seen_) {
        body_progress_ += used;
        if (body_progress_ >= kProgressBytes) {
            body_progress_ = 0;
            arm();
        }
    }
    if (parser_->is_done()) serve();
}

void HttpSession::on_header() {
    header_seen_ = true;
    body_progress_ = 0;
    arm();  // the body gets as long as the header
    const auto expect = parser_->get().find(http::field::expect);
    if (expect != parser_->get().end() && !parser_->is_done() && beast::iequals(expect->value(), "100-continue")) {
        stream_.append(kContinue);
    }
}

void HttpSession::on_parse_error(beast::error_code error) {
    if (error == http::error::header_limit) {
        answer_and_close(make_problem(431, "too_large", "the request's header is too large"));
    } else if (error == http::error::body_limit) {
        answer_and_close(make_problem(413, "too_large", "the request's body is too large"));
    } else {
        answer_and_close(make_problem(400, "bad_request", "malformed request: " + error.message()));
    }
}

void HttpSession::serve() {
    BeastRequest parsed = parser_->release();
    parser_.reset();
    disarm();
    head_only_ = parsed.method() == http::verb::head;
    chunks_ = parsed.version() >= 11;
    keep_alive_ = keep_alive_ && parsed.version() >= 11 && parsed.keep_alive();
    auto request = to_http_request(parsed, remote_address_);
    if (!request) {
        answer_and_close(make_problem(400, "bad_request", "the request has no usable target or no Host"));
        return;
    }
    phase_ = Phase::answer;
    if (beast::websocket::is_upgrade(parsed) && upgrade(parsed, *request)) return;
    if (phase_ != Phase::answer) return;  // the upgrade was refused
    const auto exchange = std::make_shared<Exchange>(self(), remote_address_);
    exchange_ = exchange.get();
    loop().app().on_http(std::move(*request), exchange);
}

bool HttpSession::upgrade(BeastRequest& parsed, const HttpRequest& request) {
    if (const auto fault = upgrade_fault(parsed); fault.status != 0) {
        auto problem = make_problem(fault.status, "bad_request", fault.detail);
        problem.headers.push_back(Header{"Sec-WebSocket-Version", "13"});
        respond(problem);
        return false;
    }
    auto decision = loop().app().on_upgrade(request);
    if (!decision.accepted.make_handler) {
        respond(decision.refused.response);
        return false;
    }
    const auto keep = self();
    phase_ = Phase::ended;
    loop().remove(*this);
    start_ws_session(loop(), std::move(stream_), parsed, decision.accepted, std::move(received_),
                     std::move(remote_address_));
    return true;
}

void HttpSession::respond(const HttpResponse& response) {
    if (phase_ != Phase::answer) return;
    send_head(response, false);
    if (!head_only_) stream_.push(SharedSlice::whole(response.body));
    finish_answer();
}

void HttpSession::begin_stream(const HttpResponse& head) {
    if (phase_ != Phase::answer) return;
    phase_ = Phase::streaming;
    send_head(head, true);
    if (head_only_) end_stream();
    if (peer_ended_) need_flush();
}

void HttpSession::write(SharedSlice piece) {
    if (phase_ != Phase::streaming || piece.bytes.empty()) return;  // an empty chunk would be the last
    if (!chunks_) return stream_.push(std::move(piece));
    std::array<char, 18> size;
    const auto end = std::to_chars(size.data(), size.data() + size.size(), piece.bytes.size(), 16).ptr;
    stream_.append(std::string(size.data(), end) + "\r\n");
    stream_.push(std::move(piece));
    stream_.append("\r\n");
}

void HttpSession::end_stream() {
    if (phase_ != Phase::streaming) return;
    if (chunks_ && !head_only_) stream_.append(kLastChunk);
    end_unfinished_stream();
}

/// As if the connection had broken, but for what is queued.
void HttpSession::end_unfinished_stream() {
    keep_alive_ = false;
    finish_answer();
}

void HttpSession::tell_when_drained() {
    tell_drained_ = true;
    need_flush();
}

void HttpSession::on_dropped() {
    exchange_ = nullptr;
    if (phase_ == Phase::streaming) {
        // Nobody will end it: the client must not take what it has for the whole.
        cut_ = true;
        need_flush();
    } else if (phase_ == Phase::answer) {
        respond(make_problem(500, "internal", "the request was not answered"));
    }
}

void HttpSession::send_head(const HttpResponse& response, bool stream) {
    HeadOptions options;
    options.keep_alive = keep_alive_;
    options.stream = stream;
    options.chunked = stream && chunks_;
    options.common_headers = loop().common_headers();
    stream_.append(make_response_head(response, options));
}

void HttpSession::answer_and_close(const HttpResponse& response) {
    phase_ = Phase::answer;
    keep_alive_ = false;
    send_head(response, false);
    stream_.push(SharedSlice::whole(response.body));
    finish_answer();
}

void HttpSession::finish_answer() {
    if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->complete();
    phase_ = keep_alive_ ? Phase::request : Phase::closing;
    arm();  // for the client to take the answer and to ask again
    need_flush();
}

void HttpSession::flush() {
    if (phase_ == Phase::ended) return;
    const auto keep = self();
    if (cut_) {
        end();
        return;
    }
    if (waiting_writable_) return;
    const std::size_t before = stream_.unsent_bytes();
    const IoState state = stream_.flush();
    if (state == IoState::broken) {
        end();
        return;
    }
    if (phase_ != Phase::streaming && armed() && stream_.unsent_bytes() < before) arm();
    if (state == IoState::blocked) {
        waiting_writable_ = true;
        stream_.wait_writable([session = self()](beast::error_code error) {
            session->waiting_writable_ = false;
            if (!error) session->flush();
        });
    } else if (phase_ == Phase::closing) {
        linger();
        return;
    } else if (phase_ == Phase::streaming && peer_ended_) {
        end();
        return;
    } else if (std::exchange(tell_drained_, false)) {
        // Posted: what is asked of the link while a turn's bytes are being sent would wait for the next turn's end.
        loop().post([session = self()] { session->tell_drained(); });
    }
    // Requests that came while the last one was being answered.
    process();
    read();
}

void HttpSession::tell_drained() {
    if (exchange_ != nullptr) exchange_->drained();
}

void HttpSession::linger() {
    if (peer_ended_) {
        end();
        return;
    }
    // Closing with unread bytes would reset the connection and might destroy the answer on its way.
    phase_ = Phase::lingering;
    received_.clear();
    stream_.end_sending();
    loop().close_deadlines().arm(*this, loop().now_ms());
    read();
}

void HttpSession::on_deadline() {
    const bool partial = parser_.has_value() || !received_.empty();
    if (phase_ == Phase::request && partial && stream_.unsent_bytes() == 0) {
        answer_and_close(make_problem(408, "expired", "the request did not come in time"));
    } else {
        end();
    }
}

void HttpSession::drain(std::uint16_t) {
    keep_alive_ = false;
    if (phase_ == Phase::request && !parser_ && received_.empty()) {
        phase_ = Phase::closing;
        need_flush();
    } else if (phase_ == Phase::streaming) {
        abandon();
        if (phase_ == Phase::streaming) end_unfinished_stream();
    }
}

void HttpSession::abandon() {
    // The callback may drop the exchange, which then answers 500 to nobody.
    if (exchange_ != nullptr) exchange_->abandon();
}

void HttpSession::end() {
    if (phase_ == Phase::ended) return;
    const auto keep = self();
    phase_ = Phase::ended;
    disarm();
    stream_.close();
    abandon();
    loop().remove(*this);
}

}  // namespace

void start_http_session(ShardLoop& loop, Socket socket, std::string remote_address, bool refused) {
    std::make_shared<HttpSession>(loop, std::move(socket), std::move(remote_address))->start(refused);
}

}  // namespace longwire::edge::net
