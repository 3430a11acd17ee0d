#include <algorithm>
#include <map>
#include <string>

#include "broker/core/scheduler.h"
#include "protocol/limits.h"
#include "protocol/msgpack_writer.h"

namespace longwire::broker {

/// A kind as one realm sees it.
struct Scheduler::KindSeen {
    std::size_t workers = 0;
    const KindNotes::Note* note = nullptr;
    std::uint64_t said_in = 0;  // the hello of the worker whose note it is
    TaskQueues::Count tasks = {};

    std::string row(std::string_view kind, bool is_whole) const;
};

std::string Scheduler::KindSeen::row(std::string_view kind, bool is_whole) const {
    const KindNotes::Note nothing;
    const auto& [about, input_schema, example] = is_whole && note != nullptr ? *note : nothing;
    std::string row;
    MsgpackWriter writer(row);
    writer.map(std::size_t{4} + !about.empty() + !input_schema.empty() + !example.empty());
    writer.field("kind", kind);
    if (!about.empty()) writer.field("about", about);
    if (!input_schema.empty()) writer.field_raw("input_schema", input_schema);
    if (!example.empty()) writer.field_raw("example", example);
    writer.field("workers", std::uint64_t{workers});
    writer.field("running", std::uint64_t{tasks.running});
    writer.field("queued", std::uint64_t{tasks.queued});
    return row;
}

KindNotes::Refused Scheduler::worker_describes(const std::string& worker, const link::DescribeKinds& described) {
    const auto found = workers_.find(worker);
    return found == workers_.end() ? KindNotes::Refused{} : found->second.notes.take(described);
}

std::size_t Scheduler::workers_here() const {
    return static_cast<std::size_t>(
        std::count_if(workers_.begin(), workers_.end(), [](const auto& entry) { return !entry.second.away; }));
}

std::map<std::string_view, Scheduler::KindSeen> Scheduler::kinds_seen(std::string_view realm) const {
    std::map<std::string_view, KindSeen> kinds;
    for (const auto& [name, worker] : workers_) {
        if (worker.away || worker.draining) continue;
        for (const auto& kind : worker.info.kinds) {
            auto& seen = kinds[kind];
            ++seen.workers;
            const auto* note = worker.notes.find(kind);
            if (note == nullptr || worker.hello < seen.said_in) continue;
            seen.note = note;
            seen.said_in = worker.hello;
        }
    }
    for (const auto& [kind, count] : queues_.counts(realm)) kinds[kind].tasks = count;
    return kinds;
}

/// Those that are served come first: where the reply is full, it is better that the others are left out.
Result<std::string> Scheduler::kinds(std::string_view realm) const {
    const auto seen = kinds_seen(realm);
    std::string rows;
    std::uint64_t listed = 0;
    const auto has_room = [&](const std::string& row) { return rows.size() + row.size() <= kPayloadBytesMax; };
    for (const bool is_served : {true, false}) {
        for (const auto& [kind, one] : seen) {
            if ((one.workers > 0) != is_served) continue;
            auto row = one.row(kind, true);
            if (!has_room(row)) row = one.row(kind, false);
            if (!has_room(row)) continue;
            rows += row;
            ++listed;
        }
    }
    std::string reply;
    MsgpackWriter writer(reply);
    writer.map(2);
    writer.string("kinds");
    writer.array(listed);
    writer.raw(rows);
    writer.field("left_out", seen.size() - listed);
    return reply;
}

}  // namespace longwire::broker
