#include "tests/simulation/known_event.h"

#include "protocol/event_types.h"
#include "protocol/msgpack_fields.h"
#include "tests/simulation/task_facts.h"

namespace longwire::simulation {
namespace {

constexpr std::uint64_t kPrime = 0x9e3779b97f4a7c15;

std::uint64_t mix(std::uint64_t digest, std::uint64_t number) {
    return (digest ^ number) * kPrime + (digest >> 29);
}

std::uint64_t mix(std::uint64_t digest, std::string_view text) {
    return mix(digest, std::hash<std::string_view>{}(text));
}

std::string text_field(const Envelope& envelope, std::string_view name) {
    return std::string(MsgpackFields::parse(envelope.payload, "payload").value().string(name).value());
}

std::uint64_t digest_of_all(std::uint64_t shown, const Envelope& envelope) {
    const auto mixed = mix(mix(shown, envelope.producer), envelope.incarnation);
    return mix(mix(mixed, envelope.sequence), envelope.attempt);
}

}  // namespace

KnownEvent known_event(const Envelope& envelope) {
    KnownEvent event;
    event.shown = digest_of_shown(envelope.type, envelope.time_us, envelope.payload);
    event.digest = digest_of_all(event.shown, envelope);
    event.attempt = envelope.attempt;
    const auto type = envelope.type;
    event.ends_run = ends_run(type);
    if (type == event_type::kTextDelta) {
        event.sparing = Sparing::joined;
        event.text = text_field(envelope, "text");
    } else if (type == event_type::kTaskProgress) {
        event.sparing = Sparing::newer;
        event.subject = "the task";
    } else if (type == event_type::kAgentStatus) {
        event.sparing = Sparing::newer;
        event.subject = "agent " + text_field(envelope, "agent");
    } else if (type == event_type::kLog) {
        event.sparing = Sparing::log;
    }
    return event;
}

std::uint64_t digest(const Envelope& envelope) {
    return digest_of_all(digest_of_shown(envelope.type, envelope.time_us, envelope.payload), envelope);
}

std::uint64_t digest_of_shown(std::string_view type, std::int64_t time_us, std::string_view data) {
    return mix(mix(mix(kPrime, type), static_cast<std::uint64_t>(time_us)), data);
}

}  // namespace longwire::simulation
