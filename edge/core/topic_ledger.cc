#include "edge/core/topic_ledger.h"

#include <algorithm>

#include "protocol/msgpack_writer.h"

namespace longwire::edge {

TopicLedger& TopicLedger::operator+=(const TopicLedger& other) {
    offset = std::max(offset, other.offset);
    watches += other.watches;
    received += other.received;
    given += other.given;
    return *this;
}

std::string write_ledger(const TopicLedger& ledger, std::string_view edge) {
    std::string out;
    MsgpackWriter writer(out);
    const auto write_tally = [&](const char* name, const Tally& tally) {
        writer.string(name);
        writer.map(4);
        writer.field("due", tally.due);
        writer.field("events", tally.events);
        writer.field("merged", tally.merged);
        writer.field("gap", tally.gap);
    };
    writer.map(5);
    writer.field("edge", edge);
    writer.field("offset", ledger.offset);
    writer.field("watches", ledger.watches);
    write_tally("received", ledger.received);
    write_tally("given", ledger.given);
    return out;
}

}  // namespace longwire::edge
