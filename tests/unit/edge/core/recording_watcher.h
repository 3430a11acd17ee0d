#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "edge/core/hub.h"

namespace longwire::edge {

/// Writes down what a hub tells it. Offsets are written as text with their epoch once a gap or another epoch is there
/// to be told from them: "1 2 3", "gap 4-6 trimmed", "7".
class RecordingWatcher final : public Watcher {
  public:
    struct Seen {
        std::optional<WatchStart> start;
        std::string topic;
        std::vector<std::string> log;
        std::optional<Error> failure;
    };

    void on_watching(std::uint64_t watch, const WatchStart& start) override {
        seen[watch].start = start;
        seen[watch].topic = start.topic;
    }
    void on_watch_failed(std::uint64_t watch, std::string_view, const Error& error) override {
        seen[watch].failure = error;
    }
    void on_events(std::uint64_t watch, const EventBatchPtr& batch, std::size_t from) override {
        for (auto i = from; i < batch->size(); ++i) seen[watch].log.push_back(std::to_string(batch->first() + i));
        if (events_until_full > 0 && --events_until_full == 0) full = true;
    }
    void on_merged(std::uint64_t watch, const MergedStretch& stretch) override {
        auto& log = seen[watch].log;
        log.push_back("merged " + std::to_string(stretch.from) + "-" + std::to_string(stretch.to) + ":");
        for (const auto& item : stretch.items) {
            if (const auto* push = std::get_if<MergedPush>(&item)) {
                log.push_back(std::to_string(push->offset()));
            } else {
                const auto& gap = std::get<MergedGap>(item);
                log.push_back("gap " + std::to_string(gap.from) + "-" + std::to_string(gap.to));
            }
        }
        if (events_until_full > 0 && --events_until_full == 0) full = true;
    }
    void on_gap(std::uint64_t watch, const Gap& gap) override {
        seen[watch].log.push_back("gap " + std::to_string(gap.from) + "-" + std::to_string(gap.to) + " " +
                                  std::string(to_string(gap.reason)) + " then " + std::to_string(gap.after) + " of " +
                                  std::to_string(gap.epoch));
    }
    void on_filtered_events(const EventBatchPtr& batch) override {
        for (auto offset = batch->first(); offset <= batch->last(); ++offset) {
            filtered.push_back(std::string(batch->topic()) + ":" + std::to_string(offset));
        }
    }
    void on_filtered_gap(std::string_view topic, std::uint64_t from, std::uint64_t to, GapReason reason) override {
        filtered.push_back(std::string(topic) + " gap " + std::to_string(from) + "-" + std::to_string(to) + " " +
                           std::string(to_string(reason)));
    }
    void on_filter_gap(std::string_view filter, GapReason reason) override {
        filtered.push_back("filter " + std::string(filter) + " " + std::string(to_string(reason)));
    }
    bool is_full() override { return full; }
    bool is_half_full() override { return full || half_full; }

    std::string log(std::uint64_t watch) const {
        const auto found = seen.find(watch);
        if (found == seen.end()) return "nothing";
        std::string text;
        for (const auto& line : found->second.log) text.append(text.empty() ? "" : " ").append(line);
        return text;
    }

    std::map<std::uint64_t, Seen> seen;
    std::vector<std::string> filtered;
    bool full = false;
    bool half_full = false;
    int events_until_full = 0;  // batches; 0: never
};

}  // namespace longwire::edge
