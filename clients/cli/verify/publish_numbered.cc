#include <algorithm>
#include <boost/json.hpp>

#include "clients/cli/backoff.h"
#include "clients/cli/fields.h"
#include "clients/cli/net/native_client.h"
#include "clients/cli/verify/load.h"
#include "protocol/node/random_id.h"

namespace longwire::cli {
namespace json = boost::json;
namespace {

/// Again and again until it is answered, which what is asked must bear.
Result<json::object> ask(const Load& load, NativeClient& client, const json::object& command) {
    Backoff backoff(50, 1'000);
    auto answer = client.call(command);
    while (!answer && answer.error().code == Errc::unavailable && !load.has_ended) {
        const auto delay_ms = std::max(with_jitter(backoff.next_ms(), random_u64()), answer.error().retry_after_ms);
        wait_with_hook(load.hook(), delay_ms);
        const Status connected = client.connect();
        answer = connected ? client.call(command) : Result<json::object>(connected.error());
    }
    return answer;
}

}  // namespace

void publish_numbered(Load& load, const std::string& topic, std::int64_t interval_ms, std::size_t client,
                      Findings& findings) {
    NativeClient publisher(load.addresses_for(client), load.token, load.hook());
    std::int64_t acknowledged = 0;
    findings.stuck_at = topic + ": publishing";
    while (!load.is_over && !load.has_ended) {
        const auto i = acknowledged + 1;
        const auto answer = ask(load, publisher,
                                {{"cmd", "publish"},
                                 {"topic", topic},
                                 {"type", "verify"},
                                 {"data", {{"i", i}}},
                                 {"key", std::to_string(i)}});
        if (!answer) {
            findings.stuck_at = topic + ": publishing " + std::to_string(i) + ": " + answer.error().message;
            return;
        }
        acknowledged = i;
        wait_with_hook(load.hook(), interval_ms);
    }

    SequenceCheck numbers;
    const auto wanted = static_cast<std::uint64_t>(acknowledged);
    std::int64_t after = 0;
    while (numbers.offset() < wanted) {
        const auto page =
            ask(load, publisher, {{"cmd", "history"}, {"topic", topic}, {"after", after}, {"limit", 500}});
        const auto* const events = page ? array_at(*page, "events") : nullptr;
        if (events == nullptr) {
            findings.stuck_at = topic + ": reading after " + std::to_string(after);
            return;
        }
        if (events->empty()) break;
        for (const auto& event : *events) {
            const auto& object = event.as_object();
            const auto* const data = object_at(object, "data");
            const auto i = data == nullptr ? 0 : number_at(*data, "i").value_or(0);
            after = number_at(object, "offset").value_or(after);
            numbers.on_event(static_cast<std::uint64_t>(i));
        }
    }
    findings.produced += numbers.counts();
    if (numbers.offset() < wanted) findings.produced.lost += wanted - numbers.offset();
    publisher.close();
    findings.has_finished = true;
}

}  // namespace longwire::cli
