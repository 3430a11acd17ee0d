#include "edge/net/ws_session.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/beast/zlib/error.hpp>
#include <optional>
#include <utility>

#include "edge/core/deflater.h"
#include "edge/core/ws_frame.h"
#include "protocol/base64.h"

namespace longwire::edge::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

/// Room for a message that a reader keeps: most of what clients send fits, and is then read at once and never copied.
constexpr std::size_t kHeadBytes = 512;

/// The first piece of memory for a message that does not fit; it doubles from there.
constexpr std::size_t kMessageBytesMin = 4096;

/// What Beast asks its socket for when its read buffer is empty. Were it another number in another Beast,
/// readers would never be dropped: tests/unit/edge/net/warm_readers_test.cc would tell.
constexpr std::size_t kBeastReadBytes = 1536;

constexpr std::uint16_t kNoCode = 1005;    // RFC 6455, 7.4.1: a close frame without a code
constexpr std::uint16_t kAbnormal = 1006;  // no close frame at all
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kBadPayload = 1007;
constexpr std::uint16_t kTooBig = 1009;

/// The code that Beast has sent when it failed the connection with `error`; 1006 when the connection itself
/// is lost.
std::uint16_t failure_code(beast::error_code error) {
    if (error == websocket::error::message_too_big) return kTooBig;
    if (error == websocket::error::bad_frame_payload) return kBadPayload;
    if (error == websocket::condition::protocol_violation) return kProtocolError;
    return kAbnormal;
}

/// Whether a message could not be decompressed. Beast leaves it to us to say so.
bool is_bad_deflate(beast::error_code error) {
    return error.category() == beast::zlib::make_error_code(beast::zlib::error::stream_error).category();
}

/// In the answer to a handshake; a client that asked for a smaller window is not sent compressed messages.
const std::string kOwnWindow = "server_max_window_bits=" + std::to_string(Deflater::kWindowBits);

/// Nothing is kept from message to message, so that a reader can be dropped between two, and one compressed frame does
/// for all.
websocket::permessage_deflate deflate_options() {
    websocket::permessage_deflate options;
    options.server_enable = true;
    options.server_no_context_takeover = true;
    options.client_no_context_takeover = true;
    options.server_max_window_bits = Deflater::kWindowBits;
    return options;
}

/// One WebSocket connection. Beast reads: frames, UTF-8, limits, answers to pings and closes. What we send is
/// made of prepared frames and goes past Beast into the same corked stream, in which Beast's answers take
/// their turn.
///
/// Beast's stream exists only while there is something to read (see WarmReaders): an idle connection waits
/// for its socket alone, and is given a new stream, which is told of a handshake that it need not answer.
class WsSession final : public Connection, public WsConnection, public WarmReader {
  public:
    WsSession(ShardLoop& loop, Stream stream, std::string remote_address, std::size_t max_message_bytes)
        : Connection(loop),
          stream_(std::move(stream)),
          remote_address_(std::move(remote_address)),
          max_message_bytes_(max_message_bytes) {
        stream_.set_owner(*this);
    }

    void start(const UpgradeRequest& request, const UpgradeAccepted& accepted, std::string early);

    // Connection
    void flush() override;
    void on_deadline() override;
    void drain(std::uint16_t code) override { close(code, {}); }
    void cut() override;

    // WsConnection
    void send(std::string_view message, bool binary) override;
    void send_frames(SharedSlice frames) override;
    bool takes_deflated() const override { return takes_deflated_; }
    std::size_t unsent_bytes() const override { return stream_.unsent_bytes(); }
    std::uint64_t sent_bytes() const override { return stream_.sent_bytes(); }
    void tell_when_drained() override { tell_drained_ = true; }
    void ping(std::string_view payload) override;
    void close(std::uint16_t code, std::string_view reason) override;
    void abort() override;
    const std::string& remote_address() const override { return remote_address_; }

    // WarmReader
    bool cool() override;

  private:
    using Ws = websocket::stream<Stream&, true>;
    using Head = std::array<char, kHeadBytes>;

    std::shared_ptr<WsSession> self() { return std::static_pointer_cast<WsSession>(shared_from_this()); }

    bool open() const { return handler_ != nullptr && own_code_ == 0; }
    bool accept(const UpgradeRequest& request, const std::string& subprotocol, bool may_deflate,
                std::string& agreed_on);
    void make_reader();
    void drop_reader();
    void wait_to_read();
    void on_control(websocket::frame_type kind, std::string_view payload);
    bool between_messages() const;
    void read();
    void on_read(beast::error_code error, std::size_t bytes);
    void on_message(std::string_view message);
    void on_read_failed(beast::error_code error);
    void finish(std::uint16_t code);
    void linger();
    void discard();
    void end();

    Stream stream_;
    std::optional<Ws> ws_;
    std::unique_ptr<WsHandler> handler_;  // null once on_closed was called
    std::string remote_address_;
    std::size_t max_message_bytes_;
    std::string message_;         // a message that does not fit into head_
    std::size_t filled_ = 0;      // of message_
    std::uint16_t own_code_ = 0;  // of the close frame that we sent first, 0: none
    std::unique_ptr<Head> head_;  // while there is a reader
    bool growing_ = false;        // message_ is in use
    bool aborted_ = false;
    bool backlogged_ = false;  // the socket did not take all of a turn's bytes
    bool tell_drained_ = false;
    bool lingering_ = false;
    bool ended_ = false;
    bool ping_sent_ = false;
    bool is_deflating_ = false;         // permessage-deflate was agreed on
    bool takes_deflated_ = false;       // and with a window in which we can send
    bool cooling_ = false;              // the pending read is being cancelled, to drop the reader
    bool known_boundary_ = false;       // boundary_bytes_ tells where Beast stood between two messages
    std::uint64_t boundary_bytes_ = 0;  // of the stream's received bytes, control frames since then added
};

void WsSession::start(const UpgradeRequest& request, const UpgradeAccepted& accepted, std::string early) {
    std::string agreed_on;
    if (!accept(request, accepted.subprotocol, loop().options().deflate, agreed_on)) {
        // upgrade_fault() has let pass what Beast refuses: its refusal is queued and is sent.
        stream_.seal();
        loop().add(self());
        linger();
        return;
    }
    is_deflating_ = !agreed_on.empty();
    takes_deflated_ = agreed_on.find(kOwnWindow) != std::string::npos;
    handler_ = accepted.make_handler(*this);
    handler_->on_open();
    loop().add(self());
    if (early.empty()) {
        drop_reader();
        wait_to_read();
    } else {
        stream_.unread(std::move(early));
        loop().warm_readers().touch(*this);
        read();
    }
}

/// `agreed_on` becomes the extensions in the answer.
bool WsSession::accept(const UpgradeRequest& request, const std::string& subprotocol, bool may_deflate,
                       std::string& agreed_on) {
    ws_.emplace(stream_);
    ws_->read_message_max(max_message_bytes_);
    if (may_deflate) ws_->set_option(deflate_options());
    ws_->set_option(websocket::stream_base::decorator([&](websocket::response_type& response) {
        agreed_on = std::string(response[http::field::sec_websocket_extensions]);
        response.set(http::field::server, "longwire");
        if (!subprotocol.empty()) response.set(http::field::sec_websocket_protocol, subprotocol);
    }));
    beast::error_code error;
    ws_->accept(request, error);
    // What the decorator refers to goes.
    ws_->set_option(websocket::stream_base::decorator([](websocket::response_type&) {}));
    ws_->control_callback([this](websocket::frame_type kind, beast::string_view payload) {
        on_control(kind, {payload.data(), payload.size()});
    });
    return !error;
}

/// Any handshake that Beast accepts: a new stream is opened by it, and the answer vanishes.
const UpgradeRequest& opening_request(bool deflating) {
    const auto make = [](bool deflates) {
        UpgradeRequest made{http::verb::get, "/", 11};
        made.set(http::field::host, "longwire");
        made.set(http::field::connection, "upgrade");
        made.set(http::field::upgrade, "websocket");
        made.set(http::field::sec_websocket_version, "13");
        made.set(http::field::sec_websocket_key, "AAAAAAAAAAAAAAAAAAAAAA==");
        if (deflates) made.set(http::field::sec_websocket_extensions, "permessage-deflate");
        return made;
    };
    static const UpgradeRequest plain = make(false);
    static const UpgradeRequest deflated = make(true);
    return deflating ? deflated : plain;
}

void WsSession::make_reader() {
    loop().counts().readers_made.fetch_add(1, std::memory_order_relaxed);
    stream_.mute(true);
    std::string same_as_before;
    accept(opening_request(is_deflating_), {}, is_deflating_, same_as_before);
    stream_.mute(false);
}

void WsSession::drop_reader() {
    ws_.reset();
    head_.reset();
    known_boundary_ = false;
    loop().warm_readers().remove(*this);
}

void WsSession::wait_to_read() {
    if (ended_) return;
    stream_.wait_readable([session = self()](beast::error_code error) {
        if (error || session->ended_ || session->handler_ == nullptr) return;
        session->make_reader();
        session->read();
        session->loop().warm_readers().touch(*session);
    });
}

bool WsSession::cool() {
    if (!between_messages() || backlogged_ || ended_ || handler_ == nullptr) return false;
    // The read may have ended with data already, and only not been told of: then on_read goes on as ever.
    cooling_ = true;
    stream_.cancel();
    return true;
}

bool WsSession::between_messages() const {
    return !growing_ && stream_.reading() && known_boundary_ && stream_.received_bytes() == boundary_bytes_;
}

void WsSession::on_control(websocket::frame_type kind, std::string_view payload) {
    // Two bytes of header and four of mask come before what a control frame carries.
    boundary_bytes_ += 6 + payload.size();
    loop().warm_readers().touch(*this);
    if (kind == websocket::frame_type::pong && ping_sent_ && open()) handler_->on_pong(payload);
}

void WsSession::read() {
    if (ended_) return;
    if (!head_) head_ = std::make_unique<Head>();
    boost::asio::mutable_buffer target = boost::asio::buffer(*head_);
    if (growing_) {
        const auto room = filled_ + std::max(filled_, kMessageBytesMin);
        if (message_.size() < room) message_.resize(room);
        target = boost::asio::buffer(message_) + filled_;
    }
    const auto reads_before = stream_.reads();
    ws_->async_read_some(
        target, [session = self()](beast::error_code error, std::size_t bytes) { session->on_read(error, bytes); });
    // Beast went to the socket at once, and for as much as its buffer holds: so it kept nothing back.
    known_boundary_ = !growing_ && stream_.reads() != reads_before && stream_.asked_bytes() == kBeastReadBytes;
    boundary_bytes_ = stream_.received_bytes();
}

void WsSession::on_read(beast::error_code error, std::size_t bytes) {
    const bool cooling = std::exchange(cooling_, false);
    if (ended_ || handler_ == nullptr) return;
    if (cooling && error == boost::asio::error::operation_aborted) {
        drop_reader();
        wait_to_read();
        return;
    }
    if (error) {
        on_read_failed(error);
        return;
    }
    if (growing_) {
        filled_ += bytes;
        if (ws_->is_message_done()) {
            growing_ = false;
            on_message(std::string_view(message_).substr(0, filled_));
            loop().give_back(std::exchange(message_, {}));
        }
    } else if (ws_->is_message_done()) {
        on_message(std::string_view(head_->data(), bytes));
    } else {
        message_ = loop().borrow_buffer();
        message_.replace(0, bytes, head_->data(), bytes);
        filled_ = bytes;
        growing_ = true;
    }
    read();
    loop().warm_readers().touch(*this);
}

void WsSession::on_message(std::string_view message) {
    if (open()) handler_->on_message(message, ws_->got_binary());
}

void WsSession::on_read_failed(beast::error_code error) {
    if (own_code_ == 0 && error == websocket::error::closed) {
        const auto code = static_cast<std::uint16_t>(ws_->reason().code);
        finish(code == 0 ? kNoCode : code);
        linger();
        return;
    }
    if (is_bad_deflate(error)) {
        close(kBadPayload, "cannot be decompressed");
        stream_.seal();
        finish(kBadPayload);
        linger();
        return;
    }
    const std::uint16_t failure = error == websocket::error::closed ? own_code_ : failure_code(error);
    finish(own_code_ != 0 ? own_code_ : failure);
    if (failure == kAbnormal) {
        end();
    } else {
        linger();
    }
}

void WsSession::send(std::string_view message, bool binary) {
    if (!open()) return;
    if (takes_deflated_ && message.size() >= Deflater::kBytesMin) {
        std::string frame;
        Deflater::of_this_thread().append_frame(message, binary, frame);
        stream_.push(SharedSlice::of(std::move(frame)));
        return;
    }
    std::string header;
    append_ws_header(header, binary ? WsOpcode::binary : WsOpcode::text, message.size());
    stream_.append(header);
    stream_.append(message);
}

void WsSession::send_frames(SharedSlice frames) {
    if (open()) stream_.push(std::move(frames));
}

void WsSession::ping(std::string_view payload) {
    if (!open()) return;
    std::string frame;
    append_ws_header(frame, WsOpcode::ping, payload.size());
    frame += payload;
    stream_.append(frame);
    ping_sent_ = true;
}

void WsSession::close(std::uint16_t code, std::string_view reason) {
    if (!open()) return;
    own_code_ = code;
    // Beast does not know of this frame and will answer the peer's: the sealed stream drops that.
    stream_.append(make_ws_close_frame(code, reason));
    stream_.seal();
    loop().close_deadlines().arm(*this, loop().now_ms());
    need_flush();
}

void WsSession::abort() {
    if (aborted_) return;
    aborted_ = true;
    need_flush();
}

void WsSession::cut() {
    finish(own_code_ != 0 ? own_code_ : kAbnormal);
    end();
}

void WsSession::on_deadline() {
    cut();
}

void WsSession::flush() {
    if (ended_) return;
    if (aborted_) {
        cut();
        return;
    }
    if (backlogged_) return;  // the socket tells when it takes more
    switch (stream_.flush()) {
        case IoState::done:
            if (std::exchange(tell_drained_, false) && open()) handler_->on_drained();
            break;
        case IoState::blocked:
            backlogged_ = true;
            tell_drained_ = true;
            stream_.wait_writable([session = self()](beast::error_code error) {
                if (error || session->ended_) return;
                session->backlogged_ = false;
                session->flush();
            });
            return;
        default:
            cut();
            return;
    }
    if (lingering_) stream_.end_sending();
}

void WsSession::finish(std::uint16_t code) {
    if (const auto handler = std::exchange(handler_, nullptr)) handler->on_closed(code);
}

void WsSession::linger() {
    if (ended_) return;
    // Closing with unread bytes would reset the connection and might destroy our close frame on its way: the
    // peer is to close now, and what it still sends is dropped.
    lingering_ = true;
    loop().close_deadlines().arm(*this, loop().now_ms());
    need_flush();
    discard();
}

void WsSession::discard() {
    stream_.wait_readable([session = self()](beast::error_code error) {
        if (error || session->ended_) return;
        if (session->stream_.receive(session->loop().scratch()).state == IoState::done) {
            session->discard();
        } else {
            session->end();
        }
    });
}

void WsSession::end() {
    if (ended_) return;
    ended_ = true;
    const auto keep = self();
    disarm();
    loop().warm_readers().remove(*this);
    stream_.close();
    loop().remove(*this);
}

}  // namespace

UpgradeFault upgrade_fault(const UpgradeRequest& request) {
    if (request.count(http::field::sec_websocket_version) != 1 || request[http::field::sec_websocket_version] != "13") {
        return {426, "only WebSocket version 13 is spoken here"};
    }
    constexpr std::size_t kKeyBytes = 16;
    const auto text = request[http::field::sec_websocket_key];
    const auto key = decode_base64({text.data(), text.size()});
    if (request.count(http::field::sec_websocket_key) != 1 || !key || key->size() != kKeyBytes) {
        return {400, "Sec-WebSocket-Key is missing or malformed"};
    }
    return {};
}

void start_ws_session(ShardLoop& loop, Stream stream, const UpgradeRequest& request, const UpgradeAccepted& accepted,
                      std::string early, std::string remote_address) {
    std::make_shared<WsSession>(loop, std::move(stream), std::move(remote_address), accepted.max_message_bytes)
        ->start(request, accepted, std::move(early));
}

}  // namespace longwire::edge::net
