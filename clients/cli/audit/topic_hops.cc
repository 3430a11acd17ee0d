#include "clients/cli/audit/topic_hops.h"

#include <algorithm>
#include <array>

#include "clients/cli/fields.h"

namespace longwire::cli {

bool TopicHops::has(const std::string& name) const {
    return std::any_of(hops_.begin(), hops_.end(), [&](const Hop& hop) { return hop.name == name; });
}

Status TopicHops::add_hop(std::string name, const boost::json::object& entry, const boost::json::object& tally) {
    Hop hop{std::move(name), 0, {}, 0};
    const std::array<std::pair<const char*, std::uint64_t*>, 4> counts{{
        {"due", &hop.tally.due},
        {"events", &hop.tally.events},
        {"merged", &hop.tally.merged},
        {"gap", &hop.tally.gap},
    }};
    for (const auto& [key, count] : counts) {
        const auto number = number_at(tally, key);
        const bool may_lack = std::string_view(key) == "merged";
        if (!number && !may_lack) return Error{Errc::internal, "the edge's answer lacks a number", key};
        *count = static_cast<std::uint64_t>(number.value_or(0));
    }
    hop.offset = static_cast<std::uint64_t>(number_at(entry, "offset").value_or(0));
    hop.watches = static_cast<std::uint64_t>(number_at(entry, "watches").value_or(0));
    hops_.push_back(std::move(hop));
    return {};
}

Status TopicHops::add(const boost::json::object& answer) {
    const auto* const sent = array_at(answer, "sent");
    const auto* const received = object_at(answer, "received");
    if (sent == nullptr || received == nullptr) {
        return Error{Errc::internal, "the edge's answer lacks a field", sent == nullptr ? "sent" : "received"};
    }
    for (const auto& entry : *sent) {
        if (!entry.is_object()) continue;
        auto name = "log to " + text_at(entry.get_object(), "edge");
        if (!has(name)) LW_TRY_STATUS(add_hop(std::move(name), entry.get_object(), entry.get_object()));
    }
    const auto edge = text_at(*received, "edge");
    if (has(edge + " from link")) return {};
    for (const auto& [suffix, key] : {std::pair(" from link", "received"), std::pair(" to clients", "given")}) {
        const auto* const tally = object_at(*received, key);
        if (tally == nullptr) return Error{Errc::internal, "the edge's answer lacks a field", key};
        LW_TRY_STATUS(add_hop(edge + suffix, *received, *tally));
    }
    return {};
}

std::vector<std::string> TopicHops::differences() const {
    std::vector<std::string> found;
    for (const auto& [name, offset, tally, watches] : hops_) {
        if (tally.adds_up()) continue;
        found.push_back(name + ": " + std::to_string(tally.due) + " events were due, " + std::to_string(tally.events) +
                        " handed on, " + std::to_string(tally.merged) + " merged, " + std::to_string(tally.gap) +
                        " told as a gap");
    }
    return found;
}

}  // namespace longwire::cli
