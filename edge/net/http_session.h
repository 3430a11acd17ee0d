#pragma once

#include <string>

#include "edge/net/shard_loop.h"

namespace longwire::edge::net {

/// Serves HTTP/1.1 on a fresh connection, until it ends or becomes a WebSocket. With `refused` the only
/// answer is 503. On the shard's thread; the session is then the shard's.
void start_http_session(ShardLoop& loop, Socket socket, std::string remote_address, bool refused);

}  // namespace longwire::edge::net
