#include "edge/dialects/proven_places.h"

#include <utility>

#include "edge/dialects/loose_fields.h"
#include "protocol/epoch.h"

namespace longwire::edge {

void ProvenPlaces::begin(std::string_view topic, Place place) {
    sent_.insert_or_assign(std::string(topic), place);
    proven_.insert_or_assign(std::string(topic), place);
}

void ProvenPlaces::sent(std::string_view topic, Place place) {
    auto& before = sent_[std::string(topic)];
    if (before.epoch != place.epoch || before.offset < place.offset) before = place;
}

void ProvenPlaces::forget(std::string_view topic) {
    for (auto* places : {&sent_, &proven_, &asked_}) {
        if (const auto found = places->find(topic); found != places->end()) places->erase(found);
    }
}

void ProvenPlaces::asked(std::uint64_t proof) {
    proof_ = proof;
    asked_ = sent_;
}

bool ProvenPlaces::on_proven(std::uint64_t proof) {
    if (!proof_ || proof < *proof_) return false;
    proof_.reset();
    // What is followed since the proof was asked for is as it began.
    bool is_news = false;
    for (const auto& [topic, place] : asked_) {
        auto& proven = proven_[topic];
        is_news |= std::exchange(proven, place) != place;
    }
    return is_news;
}

bool ProvenPlaces::is_proven(std::string_view topic) const {
    const auto sent = sent_.find(topic);
    const auto proven = proven_.find(topic);
    return sent == sent_.end() || (proven != proven_.end() && proven->second == sent->second);
}

boost::json::object ProvenPlaces::kept() const {
    boost::json::object kept;
    for (const auto& [topic, place] : proven_) {
        kept[topic] = {{"epoch", epoch_text(place.epoch)}, {"offset", place.offset}};
    }
    return kept;
}

std::optional<ProvenPlaces::Place> ProvenPlaces::read(const boost::json::object& kept, std::string_view topic) {
    const auto& place = object_in(kept, topic);
    const auto epoch = read_epoch(text_in(place, "epoch"));
    if (!epoch) return std::nullopt;
    return Place{*epoch, count_in(place, "offset")};
}

boost::json::value ProvenPlaces::from(const std::optional<Place>& place) {
    if (!place) return "start";
    return {{"epoch", epoch_text(place->epoch)}, {"offset", place->offset}};
}

}  // namespace longwire::edge
