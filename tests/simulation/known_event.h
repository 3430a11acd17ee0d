#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/envelope.h"
#include "protocol/shared_slice.h"

namespace longwire::simulation {

/// What a slow client may be spared of an event, as the client protocol says it.
enum class Sparing : std::uint8_t {
    never,   // it comes as it is
    joined,  // a piece of text: it may come as part of a larger one
    newer,   // it may be left out for a newer one of its subject
    log,     // it may be left out, and is told as a gap then
};

/// What the model remembers of an event that is durable.
struct KnownEvent {
    std::uint64_t digest = 0;  // of all of it,
    std::uint64_t shown = 0;   // and of what clients are shown
    std::uint64_t number = 0;  // among all events: 1, 2, 3 … as they became durable
    std::uint32_t attempt = 0;
    Sparing sparing = Sparing::never;
    bool ends_run = false;
    std::string subject;  // of what only the newest counts of
    std::string text;     // of a piece of it
    SharedSlice envelope = {};
};

KnownEvent known_event(const Envelope& envelope);

/// One number for an event as anybody sees it, wherever it is met.
std::uint64_t digest(const Envelope& envelope);
std::uint64_t digest_of_shown(std::string_view type, std::int64_t time_us, std::string_view data);

}  // namespace longwire::simulation
