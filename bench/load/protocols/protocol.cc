#include "bench/load/protocols/protocol.h"

#include <array>

#include "bench/load/protocols/http_post.h"
#include "bench/load/protocols/longwire.h"
#include "bench/load/protocols/mqtt.h"
#include "bench/load/protocols/nats.h"
#include "bench/load/protocols/nchan.h"
#include "bench/load/protocols/plain.h"
#include "bench/load/protocols/socketio.h"

namespace longwire::load {
namespace {

template <class P>
std::unique_ptr<Protocol> make(Role role) {
    return std::make_unique<P>(std::move(role));
}

constexpr std::array kProtocols{
    ProtocolTraits{"longwire", true, true, make<LongwireProtocol>},
    ProtocolTraits{"plain", false, false, make<PlainProtocol>},
    ProtocolTraits{"nats", false, false, make<NatsProtocol>},
    ProtocolTraits{"socketio", false, false, make<SocketIoProtocol>},
    ProtocolTraits{"mqtt", false, false, make<MqttProtocol>},
    ProtocolTraits{"nchan", true, false, make<NchanProtocol>},
    ProtocolTraits{"http", false, true, make<HttpPostProtocol>},
};

}  // namespace

Result<const ProtocolTraits*> protocol_of(std::string_view name) {
    std::string names;
    for (const ProtocolTraits& traits : kProtocols) {
        if (traits.name == name) return &traits;
        names.append(names.empty() ? "" : ", ").append(traits.name);
    }
    return bad_request("protocol", "must be one of " + names);
}

}  // namespace longwire::load
