#include "protocol/topic.h"

#include "bench/hot/hot_function.h"
#include "bench/hot/inputs.h"
#include "broker/core/topics.h"
#include "protocol/topic_filter.h"

namespace longwire::bench {
namespace {

/// Filters that match and that do not, at the first level and at the last.
std::unique_ptr<Work> match_filters() {
    return work_of([topic = std::string("agent/cline-1/session/42")] {
        int matched = 0;
        for (const auto* filter : {"agent/cline-1/session/42", "agent/+/session/+", "agent/#", "#", "room/#",
                                   "agent/+/session", "agent/cline-1/session/43", "+/+/+/41"}) {
            matched += filter_matches(filter, topic) ? 1 : 0;
        }
        return matched == 4;
    });
}

std::unique_ptr<Work> parse_key() {
    return work_of([key = topic_key(kPath, partition_of(kPath, 16))] {
        const auto parsed = parse_topic_key(key);
        return parsed && parsed->path == kPath;
    });
}

std::unique_ptr<Work> find_partition() {
    return work_of([] { return partition_of(kPath, 16) < 16; });
}

/// Of 10,000 topics every 157th, in the broker's table.
class FindTopics final : public Work {
  public:
    FindTopics() {
        for (int i = 0; i < 10'000; ++i) {
            const auto path = "dev/room/" + std::to_string(i);
            topics_.find_or_create(path);
            if (i % 157 == 0) wanted_.push_back(path);
        }
    }
    std::size_t count() const { return wanted_.size(); }
    bool run() override {
        std::size_t found = 0;
        for (const auto& path : wanted_) found += topics_.find(path) != nullptr ? 1U : 0U;
        return found == wanted_.size();
    }

  private:
    broker::Topics topics_{[] { return kEpoch; }};
    std::vector<std::string> wanted_;
};

}  // namespace

void add_topics(HotFunctions& all) {
    all.push_back({"topic.filter", "match a topic of four levels against a filter", 8, match_filters});
    all.push_back({"topic.parse_key", "take a topic key apart", 1, parse_key});
    all.push_back({"topic.partition", "find a topic's partition", 1, find_partition});
    all.push_back({"topic.find", "find one of a broker's 10,000 topics", FindTopics().count(),
                   [] { return std::make_unique<FindTopics>(); }});
}

}  // namespace longwire::bench
