#include "broker/core/edge_standing.h"

#include <string_view>

#include "protocol/limits.h"

namespace longwire::broker {
namespace {

std::string cut(std::string_view name) {
    return std::string(name.substr(0, kNameBytesMax));
}

}  // namespace

void EdgeStanding::take(const link::EdgeReport& report, std::int64_t now_us) {
    reported_us_ = now_us;
    program_ = cut(report.program);
    figures_ = report.figures;
    slow_.clear();
    for (const auto& client : report.slow) {
        if (slow_.size() == kSlowClientsMax) return;
        slow_.push_back({cut(client.connection), cut(client.realm), cut(client.user), cut(client.address),
                         client.topics, client.events, client.unsent_bytes, client.since_us});
    }
}

}  // namespace longwire::broker
