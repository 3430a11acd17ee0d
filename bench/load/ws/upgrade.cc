#include "bench/load/ws/upgrade.h"

#include <boost/algorithm/string/find.hpp>

namespace longwire::load {
namespace {

// The example of RFC 6455, 1.3: which key it is makes no difference to a load.
constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAnswerToKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

Error refused(std::string why) {
    return Error{Errc::unavailable, std::move(why)};
}

}  // namespace

std::string upgrade_request(const Upgrade& upgrade) {
    std::string request = "GET " + upgrade.path + " HTTP/1.1\r\nHost: " + upgrade.host +
                          "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
    request.append("Sec-WebSocket-Key: ").append(kKey).append("\r\n");
    if (!upgrade.subprotocol.empty()) request += "Sec-WebSocket-Protocol: " + upgrade.subprotocol + "\r\n";
    if (upgrade.offers_deflate) {
        request += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
    }
    return request + "\r\n";
}

Status check_upgrade(std::string_view head, const Upgrade& upgrade) {
    const auto status_line = head.substr(0, head.find("\r\n"));
    if (!status_line.starts_with("HTTP/1.1 101")) return refused("not upgraded: " + std::string(status_line));
    if (head.find(kAnswerToKey) == std::string_view::npos) return refused("upgraded with a wrong Sec-WebSocket-Accept");
    const bool deflates = !boost::algorithm::ifind_first(head, "permessage-deflate").empty();
    if (deflates && !upgrade.offers_deflate) return refused("upgraded with an extension that nobody asked for");
    if (!deflates && upgrade.offers_deflate) return refused("upgraded without permessage-deflate");
    return {};
}

}  // namespace longwire::load
