#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "edge/net/corked_stream.h"
#include "edge/net/shard_loop.h"

namespace longwire::edge::net {

using Stream = CorkedStream<Socket>;
using UpgradeRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// Why Beast would not accept `request` as a WebSocket handshake, and the status that says so; 0 if it will.
struct UpgradeFault {
    unsigned status = 0;
    const char* detail = "";
};
UpgradeFault upgrade_fault(const UpgradeRequest& request);

/// Answers an accepted handshake on `stream` and serves the WebSocket connection. `early` is what the client
/// has sent after its request. On the shard's thread; the session is then the shard's.
void start_ws_session(ShardLoop& loop, Stream stream, const UpgradeRequest& request, const UpgradeAccepted& accepted,
                      std::string early, std::string remote_address);

}  // namespace longwire::edge::net
