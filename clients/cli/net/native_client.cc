#include "clients/cli/net/native_client.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <optional>

#include "clients/cli/fields.h"
#include "clients/cli/net/dial.h"
#include "protocol/net/sync_stream.h"
#include "protocol/node/clock.h"
#include "protocol/node/config.h"

namespace longwire::cli {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
namespace websocket = beast::websocket;
using boost::system::error_code;

constexpr int kConnectMs = 10'000;
constexpr int kAnswerMs = 30'000;
constexpr int kSilenceMs = 70'000;
constexpr std::size_t kMessageBytesMax = 16 << 20;

/// What a refusal before the upgrade means: 401 and 403 are for good.
Error refused_upgrade(const ServerAddress& address, const websocket::response_type& response) {
    const auto status = response.result_int();
    Error error{Errc::unavailable,
                address.url() + " answers " + std::to_string(status) + " " + std::string(response.reason())};
    if (const auto body = parse_json(response.body()); body && body->is_object()) {
        const Error said = error_from(body->get_object());
        if (!said.message.empty()) error.message += ": " + said.message;
    }
    if (status == 401) error.code = Errc::unauthorized;
    if (status == 403) error.code = Errc::forbidden;
    if (status == 404) error.code = Errc::not_found;
    return error;
}

Error closed(const websocket::close_reason& reason) {
    Error error{Errc::unavailable, "closed by the edge with code " + std::to_string(reason.code)};
    if (!reason.reason.empty()) error.message += " (" + std::string(reason.reason.c_str()) + ")";
    if (reason.code == 4401) error.code = Errc::unauthorized;
    if (reason.code == 4403) error.code = Errc::forbidden;
    return error;
}

}  // namespace

class NativeClient::Impl {
  public:
    Impl(std::vector<ServerAddress> addresses, std::string token, WaitHook hook)
        : addresses_(std::move(addresses)), token_(std::move(token)), hook_(std::move(hook)), wait_(hook_) {}

    const ServerAddress& address() const { return addresses_[current_]; }

    Status connect() {
        Status status;
        for (std::size_t i = 0; i < addresses_.size(); ++i) {
            if (tried_) current_ = (current_ + 1) % addresses_.size();
            tried_ = true;
            status = connect_to_current();
            if (status || status.error().code != Errc::unavailable) return status;
            if (hook_.go_on && !hook_.go_on()) return status;
        }
        return status;
    }

    Result<json::object> call(const json::object& command) {
        const std::int64_t id = ++last_id_;
        json::object message{{"id", id}};
        for (const auto& [key, value] : command) message[key] = value;
        if (!socket_) return Error{Errc::unavailable, "not connected"};
        error_code error;
        socket_->write(boost::asio::buffer(compact_json(message)), error);
        if (error) return lost(error);

        const std::int64_t end_us = now_us() + std::int64_t{kAnswerMs} * 1000;
        wait_.set_silence_ms(kAnswerMs);
        while (answers_.empty()) {
            LW_TRY_STATUS(read_message());
            if (answers_.empty() && now_us() > end_us) return Error{Errc::unavailable, "no answer came"};
        }
        wait_.set_silence_ms(kSilenceMs);
        json::object answer = std::move(answers_.front());
        answers_.pop_front();
        if (const json::object* failure = object_at(answer, "error")) return error_from(*failure);
        if (const json::object* ok = object_at(answer, "ok"); ok && number_at(answer, "id") == id) return *ok;
        return Error{Errc::internal, "the edge's answer is not understood: " + compact_json(answer)};
    }

    Result<Push> next_push() {
        if (!socket_) return Error{Errc::unavailable, "not connected"};
        while (pushes_.empty()) LW_TRY_STATUS(read_message());
        Push push = std::move(pushes_.front());
        pushes_.pop_front();
        return push;
    }

    void close() {
        if (!socket_) return;
        if (socket_->is_open()) {
            // Half a second is enough for a good-bye; the answer to it is of no use.
            wait_.set_silence_ms(500);
            error_code ignored;
            socket_->close(websocket::close_code::normal, ignored);
        }
        socket_.reset();
    }

  private:
    Status connect_to_current() {
        pushes_.clear();
        answers_.clear();
        buffer_.clear();
        socket_.emplace(wait_);
        wait_.set_silence_ms(kConnectMs);
        LW_TRY_STATUS(dial(socket_->next_layer().connection(), wait_, address()));

        socket_->read_message_max(kMessageBytesMax);
        socket_->set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
            request.set(http::field::user_agent, "longwire/" + std::string(program_version()));
            request.set(http::field::sec_websocket_protocol, "longwire.v1.json");
            if (!token_.empty()) request.set(http::field::authorization, "Bearer " + token_);
        }));
        websocket::response_type response;
        error_code error;
        socket_->handshake(response, address().authority(), address().path + "/v1/ws", error);
        if (error == websocket::error::upgrade_declined) return refused_upgrade(address(), response);
        if (error) {
            return Error{Errc::unavailable, "cannot reach " + address().url() + ": " + error.message()};
        }
        wait_.set_silence_ms(kSilenceMs);
        return {};
    }

    Error lost(const error_code& error) {
        if (error == websocket::error::closed) return closed(socket_->reason());
        return Error{Errc::unavailable, "connection to " + address().url() + " lost: " + error.message()};
    }

    /// Reads one frame and sorts its objects, of which it may hold several, one per line.
    Status read_message() {
        error_code error;
        socket_->read(buffer_, error);
        if (error) return lost(error);
        const auto data = buffer_.cdata();
        std::string_view rest(static_cast<const char*>(data.data()), data.size());
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            const std::string_view line = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            if (line.find_first_not_of(" \r\t") == std::string_view::npos) continue;
            auto value = parse_json(line);
            if (!value || !value->is_object()) {
                return Error{Errc::unavailable, "the edge sent what is no JSON object"};
            }
            if (value->get_object().contains("id")) {
                answers_.push_back(std::move(value->get_object()));
            } else {
                pushes_.push_back(Push{std::string(line), std::move(value->get_object())});
            }
        }
        buffer_.consume(buffer_.size());
        return {};
    }

    std::vector<ServerAddress> addresses_;
    std::string token_;
    WaitHook hook_;
    HookedWait wait_;
    std::size_t current_ = 0;
    bool tried_ = false;
    std::int64_t last_id_ = 0;
    std::optional<websocket::stream<net::SyncStream, false>> socket_;
    beast::flat_buffer buffer_;
    std::deque<Push> pushes_;
    std::deque<json::object> answers_;
};

NativeClient::NativeClient(std::vector<ServerAddress> addresses, std::string token, WaitHook hook)
    : impl_(std::make_unique<Impl>(std::move(addresses), std::move(token), std::move(hook))) {}
NativeClient::~NativeClient() = default;

Status NativeClient::connect() {
    return impl_->connect();
}
Result<json::object> NativeClient::call(const json::object& command) {
    return impl_->call(command);
}
Result<Push> NativeClient::next_push() {
    return impl_->next_push();
}
void NativeClient::close() {
    impl_->close();
}
const ServerAddress& NativeClient::address() const {
    return impl_->address();
}

}  // namespace longwire::cli
