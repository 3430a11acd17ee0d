#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "edge/core/event_batch.h"
#include "edge/core/watcher.h"
#include "tests/simulation/model.h"

namespace longwire::simulation {

/// Rule 3, of one client and one topic, through all its connections: each event once and in order from where it asked
/// to begin, or a gap told for exactly what is missing.
class Follower {
  public:
    Follower(const Model& model, std::string who, std::string path, const edge::From& from)
        : model_(model), who_(std::move(who)), path_(std::move(path)), from_(from) {}

    const std::string& path() const { return path_; }

    /// Where to begin on the next connection.
    edge::From from() const;

    void begins(const edge::WatchStart& start);
    void takes(const edge::EventBatch& batch, std::size_t from);
    void misses(const edge::Gap& gap);

    bool has_caught_up() const;

  private:
    std::uint64_t latest_begin(const edge::WatchStart& start) const;
    void begin_epoch(const edge::Gap& gap);
    void require_it(bool is_kept, const std::string& what) const;
    std::uint64_t tail(std::uint64_t epoch) const;

    const Model& model_;
    std::string who_;
    std::string path_;
    edge::From from_;
    bool has_begun_ = false;
    std::uint64_t epoch_ = 0;
    std::uint64_t next_ = 0;
};

/// The same of one client and one filter, on one connection: each event at most once and in order, and none left out
/// within an era of its edge.
class FilterFollower {
  public:
    FilterFollower(const Model& model, std::string who, std::string edge, std::string filter)
        : model_(model), who_(std::move(who)), edge_(std::move(edge)), filter_(std::move(filter)) {}

    const std::string& filter() const { return filter_; }

    void takes(const edge::EventBatch& batch);

    /// They were left out, and this was told.
    void misses(const edge::EventBatch& batch) { move_on(batch); }

    /// The connection is another one: what came between is not told.
    void begin_anew(const std::string& edge) {
        edge_ = edge;
        places_.clear();
    }

    /// Whether it has got this topic's last event.
    bool has_caught_up(std::string_view path) const;

  private:
    struct Place {
        std::uint64_t epoch = 0;
        std::uint64_t last = 0;
    };
    void move_on(const edge::EventBatch& batch);

    const Model& model_;
    std::string who_;
    std::string edge_;
    std::string filter_;
    std::map<std::string, Place, std::less<>> places_;
};

}  // namespace longwire::simulation
