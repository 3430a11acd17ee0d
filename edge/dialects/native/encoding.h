#pragma once

#include <string>
#include <string_view>

#include "edge/core/client_api.h"
#include "protocol/result.h"

namespace longwire::edge {

/// How the native protocol's objects travel between one client and the edge: the only place that knows whether they are
/// JSON or MessagePack. Inside of the edge they are MessagePack.
class NativeEncoding {
  public:
    virtual ~NativeEncoding() = default;

    /// Whether its frames are binary ones.
    virtual bool is_binary() const = 0;

    /// Takes the next object off a frame that is not empty. After an error the frame holds what may be read after it.
    virtual Result<std::string> take(std::string_view& frame) const = 0;

    virtual void send(Transport& transport, std::string_view message) const = 0;

    /// A batch's events from number `from` on.
    virtual void send_events(Transport& transport, const EventBatchPtr& batch, std::size_t from) const = 0;

    /// One event of a merged stretch: a copy, so that a slow client does not keep the whole batch in memory.
    virtual void send_event(Transport& transport, const MergedPush& push) const = 0;
};

/// Of the subprotocol "longwire.v1.json": text, one object or several, each on its own line.
const NativeEncoding& json_encoding();

/// Of the subprotocol "longwire.v1.msgpack": one object or several, one after the other.
const NativeEncoding& msgpack_encoding();

}  // namespace longwire::edge
