#include "edge/core/hub.h"
#include "edge/core/hub_topic.h"

/// How the hub counts what it takes in and what it gives out.
namespace longwire::edge {
namespace {

constexpr std::size_t kNotesMax = 16;

TopicTallies& tallies_of(HubTopic& topic) {
    if (!topic.tallies) topic.tallies = std::make_unique<TopicTallies>();
    return *topic.tallies;
}

}  // namespace

/// The topic stands at `last` now; `step` says what has come to bring it there.
void Hub::take_step(HubTopic& topic, std::uint64_t last, Tally step) {
    step.due = last - topic.last;
    topic.last = last;
    tallies_of(topic).received += step;
    received_ += step;
    if (step.adds_up()) return;
    ++differences_.received;
    note_difference("broker to edge", topic, step);
}

/// The watch goes on at `next` now; `step` says what it is given of what lies before.
void Hub::give_step(HubWatch& watch, std::uint64_t next, Tally step) {
    step.due = next - watch.next;
    watch.next = next;
    tallies_of(*watch.topic).given += step;
    given_ += step;
    if (step.adds_up()) return;
    ++differences_.given;
    note_difference("edge to client", *watch.topic, step);
}

void Hub::note_difference(std::string_view hop, const HubTopic& topic, const Tally& step) {
    if (difference_notes_.size() >= kNotesMax) return;
    difference_notes_.push_back(std::string(hop) + ": of " + std::to_string(step.due) + " events of " +
                                std::string(*topic.path) + " " + std::to_string(step.events) + " were handed on, " +
                                std::to_string(step.merged) + " merged, " + std::to_string(step.gap) +
                                " told as a gap");
}

void Hub::on_ledger_asked(const LedgerAsked& asked) {
    const auto* const topic = find(asked.path);
    LedgerCounted counted{asked.survey, {}};
    if (topic != nullptr) {
        const auto tallies = topic->tallies ? *topic->tallies : TopicTallies{};
        counted.ledger = {topic->last, topic->watches.size(), tallies.received, tallies.given};
    }
    to_link_(std::move(counted));
}

}  // namespace longwire::edge
