#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/support/http_client.h"
#include "tests/integration/support/json.h"
#include "tests/integration/support/tcp_stream.h"

namespace longwire::integration {

/// A frame of RFC 6455, as it came.
struct Frame {
    int opcode = 0;
    bool is_final = true;
    std::string payload;
};

/// A blocking WebSocket client that speaks longwire.v1.json, written from the RFC and the protocol's page alone.
/// Everything has a deadline; what doesn't come, or a connection that ends, is a std::runtime_error.
class WsClient {
  public:
    explicit WsClient(std::uint16_t port, const std::string& target = "/v1/ws") : WsClient(TcpStream(port), target) {}
    explicit WsClient(TcpStream stream, const std::string& target = "/v1/ws");

    /// Sends the command under an id of its own and waits for the whole reply, `{"id", "ok" | "error"}`. Pushes that
    /// come before it are kept for next_push().
    json::value ask(json::object command, Deadline deadline = Deadline());
    /// The reply's `ok`; throws if there is none.
    json::value ok(json::object command, Deadline deadline = Deadline());
    /// The code of the reply's error; throws if there is none.
    std::string error(json::object command, Deadline deadline = Deadline());

    /// The next object without an id.
    json::value next_push(Deadline deadline = Deadline());
    /// Pushes until one for which `is_last` holds, with it.
    std::vector<json::value> pushes_until(const std::function<bool(const json::value&)>& is_last,
                                          Deadline deadline = Deadline());
    std::vector<json::value> pushes_until_type(const std::string& type, Deadline deadline = Deadline());
    /// Whether nothing is pushed for so long.
    bool is_quiet(int ms);

    void send_text(std::string_view text) { send_frame(1, text); }
    void send_frame(int opcode, std::string_view payload, bool is_final = true);
    void send_raw(std::string_view bytes) { stream_.send(bytes); }
    /// The bytes of one masked frame.
    static std::string frame(int opcode, std::string_view payload, bool is_final = true);

    /// Reads up to the close frame: its code, 1005 for one without, 1006 for an end without a frame.
    int wait_closed(Deadline deadline = Deadline());

  private:
    Frame read_frame(Deadline deadline);
    /// The next JSON object, of whatever form.
    json::value next_object(Deadline deadline);

    TcpStream stream_;
    std::int64_t next_id_ = 1;
    std::deque<json::value> objects_;
    std::deque<json::value> pushes_;
    std::optional<int> close_code_;
};

/// The reply to a WebSocket handshake with the headers given beside the usual ones.
HttpReply handshake(TcpStream& stream, const std::string& target, const Headers& headers);

}  // namespace longwire::integration
