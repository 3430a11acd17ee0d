#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "protocol/link/subscriber_receiver.h"

namespace longwire::link::testing {

/// Writes down what a SubscriberReceiver tells.
class RecordingListener : public SubscriberListener {
  public:
    void on_link_up() override { ++ups; }
    void on_link_down() override { ++downs; }

    void on_subscribed(const std::string& path, const Subscribed& subscribed) override {
        subscriptions.emplace_back(path, subscribed);
    }
    void on_subscribe_failed(const std::string& path, const Error& error) override {
        refusals.emplace_back(path, error);
    }
    void on_events(const TopicEvents& received) override {
        auto offset = received.first;
        for (const auto& envelope : received.envelopes) {
            events[std::string(received.path)].emplace_back(offset++, envelope.bytes);
        }
    }
    void on_gap(const std::string& path, const DeliveryGap& gap) override { gaps[path].emplace_back(gap.from, gap.to); }
    void on_filter_in_force(const std::string& realm, const std::string& filter, bool was_lost) override {
        if (was_lost) renewed.push_back(realm + " " + filter);
    }
    void on_reply(std::uint64_t request, const Result<std::string_view>& reply) override {
        replies.emplace_back(request, reply ? "ok " + std::string(*reply) : std::string(to_string(reply.error().code)));
    }
    void on_fetched(std::uint64_t request, const Result<Fetched>& fetched) override {
        replies.emplace_back(request, fetched ? "page of " + std::to_string(fetched->envelopes.size())
                                              : std::string(to_string(fetched.error().code)));
    }

    /// The offsets that came for a topic, in the order in which they came.
    std::vector<std::uint64_t> offsets(const std::string& path) const {
        std::vector<std::uint64_t> result;
        const auto found = events.find(path);
        if (found == events.end()) return result;
        for (const auto& [offset, bytes] : found->second) result.push_back(offset);
        return result;
    }

    int ups = 0;
    int downs = 0;
    std::vector<std::pair<std::string, Subscribed>> subscriptions;
    std::vector<std::pair<std::string, Error>> refusals;
    std::map<std::string, std::vector<std::pair<std::uint64_t, std::string>>> events;
    std::map<std::string, std::vector<std::pair<std::uint64_t, std::uint64_t>>> gaps;
    std::vector<std::pair<std::uint64_t, std::string>> replies;
    std::vector<std::string> renewed;
};

}  // namespace longwire::link::testing
