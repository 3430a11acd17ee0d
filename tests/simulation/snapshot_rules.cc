#include "tests/simulation/snapshot_rules.h"

#include "broker/core/task_output.h"
#include "protocol/epoch.h"
#include "protocol/msgpack_fields.h"
#include "tests/simulation/task_facts.h"
#include "tests/simulation/violation.h"

namespace longwire::simulation {
namespace {

/// What all events of a task's topic up to an offset come to.
struct Whole {
    TaskFacts facts;
    broker::TaskOutput output;
    std::uint64_t output_from = 1;  // what came before is superseded
};

Whole fold_all(const TopicTruth& topic, const std::string& path, std::uint64_t to) {
    Whole whole;
    whole.facts.path = path;
    for (std::uint64_t offset = 1; offset <= to; ++offset) {
        const auto envelope = parse_envelope(topic.at(offset).envelope.bytes).value();
        fold(whole.facts, envelope);
        broker::fold(whole.output, offset, envelope);
        if (broker::begins_output(envelope.type)) whole.output_from = offset;
    }
    return whole;
}

bool is_any_gone(const TopicTruth& topic, std::uint64_t from, std::uint64_t to) {
    while (from <= to && !topic.is_gone(from)) ++from;
    return from <= to;
}

}  // namespace

void check_snapshot(const Model& model, std::string_view who, const std::string& path, std::string_view snapshot) {
    const auto fields = MsgpackFields::parse(snapshot, "snapshot").value();
    const auto epoch = read_epoch(fields.string("epoch").value()).value();
    const auto offset = static_cast<std::uint64_t>(fields.integer("offset", 1, INT64_MAX).value());
    const auto require_it = [&](bool is_kept, std::string_view what) {
        require(is_kept, [&] {
            return std::string(who) + " was given a snapshot of " + path + " at offset " + std::to_string(offset) +
                   std::string(what);
        });
    };
    const auto* topic = model.truth().find(path, epoch);
    require_it(topic != nullptr && offset <= topic->head(), ", which is not durable");
    const auto whole = fold_all(*topic, path, offset);
    const auto& facts = whole.facts;
    require_it(fields.string("state").value() == facts.state &&
                   fields.string_or("worker", {}).value() == facts.worker &&
                   fields.integer("run", 0, INT64_MAX).value() == facts.run &&
                   fields.boolean_or("cancelling", false).value() == facts.is_cancelling,
               " that tells of another task than its events");
    if (!fields.has("output")) return;
    const auto output = fields.raw("output");
    std::string expected;
    broker::write_output(whole.output, expected);
    const bool is_incomplete = MsgpackFields::parse(output, "output").value().boolean_or("incomplete", false).value();
    require_it(is_incomplete || output == expected, " whose output is not that of all events");
    require_it(!is_incomplete || is_any_gone(*topic, whole.output_from, offset),
               " whose output is incomplete, though the log has all events");
}

}  // namespace longwire::simulation
