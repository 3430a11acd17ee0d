#include "tests/simulation/emissions.h"

#include <algorithm>
#include <utility>

#include "protocol/event_types.h"
#include "tests/simulation/payload.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

std::string name_of(const std::string& worker, std::uint32_t partition, std::uint64_t sequence) {
    return "event " + std::to_string(sequence) + " of " + worker + " in partition " + std::to_string(partition);
}

}  // namespace

void Emissions::emitted(const std::string& worker, std::uint64_t incarnation, std::uint32_t partition, Emitted event) {
    streams_[{worker, incarnation, partition}].events.push_back(std::move(event));
}

void Emissions::logged(const std::string& path, std::uint32_t partition, const Envelope& envelope) {
    const std::string worker(envelope.producer);
    const auto name = [&] { return name_of(worker, partition, envelope.sequence); };
    auto& stream = streams_[{worker, envelope.incarnation, partition}];
    require(envelope.sequence <= stream.events.size(), [&] { return name() + " is in the log and was never emitted"; });
    require(envelope.sequence > stream.logged,
            [&] { return name() + " is in the log twice, or behind event " + std::to_string(stream.logged); });
    auto& event = stream.events[envelope.sequence - 1];
    const bool is_retry = event.may_retry && envelope.type == event_type::kTaskRetrying;
    require(event.path == path && event.attempt == envelope.attempt && (is_retry || event.id == id_of(envelope)),
            [&] { return name() + " is in the log as another event"; });
    // Those passed over are lost for good, which only an attempt that is not in charge may lose.
    for (auto sequence = stream.logged + 1; sequence < envelope.sequence; ++sequence) {
        const auto& passed = stream.events[sequence - 1];
        require(may_be_lost(passed), [&] {
            return name_of(worker, partition, sequence) + " was passed over, though its attempt is in charge";
        });
    }
    stream.logged = envelope.sequence;
    event.is_durable = true;
}

void Emissions::acknowledged(const std::string& worker, std::uint64_t incarnation, const link::PartitionSequence& at) {
    const auto name = [&](std::uint64_t sequence) { return name_of(worker, at.partition, sequence); };
    auto& stream = streams_[{worker, incarnation, at.partition}];
    require(at.sequence <= stream.events.size(),
            [&] { return name(at.sequence) + " was acknowledged and never emitted"; });
    for (auto sequence = stream.acknowledged + 1; sequence <= at.sequence; ++sequence) {
        const auto& event = stream.events[sequence - 1];
        require(event.is_durable || may_be_lost(event), [&] {
            return name(sequence) + " was acknowledged and is not durable, though its attempt " +
                   std::to_string(event.attempt) + " of " + event.path + " is in charge";
        });
    }
    stream.acknowledged = std::max(stream.acknowledged, at.sequence);
}

}  // namespace longwire::simulation
