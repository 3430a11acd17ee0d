// Commands: the first byte chooses one, the rest are its fields.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/command.h"
#include "protocol/limits.h"
#include "protocol/topic.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace longwire;  // tidy: allow(using-namespace) a program of one function
    constexpr std::array<std::string_view, 15> kNames{"publish", "start", "run",      "cancel",  "input",
                                                      "state",   "tasks", "history",  "workers", "unknown",
                                                      "join",    "leave", "presence", "cluster", "kinds"};
    if (size == 0) return 0;
    const auto name = kNames[data[0] % kNames.size()];
    const auto command = decode_command(name, {reinterpret_cast<const char*>(data) + 1, size - 1});
    if (!command) {
        if (command.error().message.empty() || command.error().field.empty()) std::abort();
        return 0;
    }
    if (const auto* publish = std::get_if<PublishCommand>(&*command)) {
        if (!check_topic(publish->topic) || publish->topic.starts_with("task/")) std::abort();
        if (publish->data.size() > kPayloadBytesMax) std::abort();
    }
    if (const auto* join = std::get_if<JoinCommand>(&*command)) {
        if (!check_topic(join->topic) || join->info.size() > JoinCommand::kInfoBytesMax) std::abort();
    }
    if (const auto* start = std::get_if<StartCommand>(&*command)) {
        if (start->max_attempts < 1 || start->timeout_ms < 0 || start->kind.empty()) std::abort();
    }
    return 0;
}
