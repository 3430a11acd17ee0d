#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace longwire::edge {

/// What an operator may set of the product `sessions`.
struct SessionsSettings {
    std::vector<std::string> pillars{"content", "insights", "operations", "business_outcomes"};
    std::string guide_kind = "agent.guide";
    std::string liaison_kind = "agent.liaison.{pillar}";
    std::int64_t keep_s = 900;                // how long a session outlives its connections
    std::int64_t prove_ms = 1'000;            // between proofs of what has arrived, while something is sent
    std::int64_t ping_ms = 30'000;            // between pings where nothing is sent, for the health figures
    std::int64_t messages_waiting_max = 100;  // of one connection, not yet passed on

    std::string liaison_kind_of(std::string_view pillar) const {
        constexpr std::string_view kPlace = "{pillar}";
        auto kind = liaison_kind;
        if (const auto at = kind.find(kPlace); at != std::string::npos) kind.replace(at, kPlace.size(), pillar);
        return kind;
    }
};

/// Which agent a connection talks to.
struct SessionsEndpoint {
    std::string pillar;  // empty: the guide

    bool is_guide() const { return pillar.empty(); }

    /// What a token must allow.
    std::string_view permission() const { return is_guide() ? "guide" : std::string_view(pillar); }

    /// As a level of a topic, and in the health figures.
    std::string name() const { return is_guide() ? "guide" : "liaison:" + pillar; }

    /// As its messages call it.
    std::string_view agent() const { return is_guide() ? "guide_agent" : "liaison_agent"; }
};

}  // namespace longwire::edge
