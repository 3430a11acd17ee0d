#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edge/core/watcher.h"
#include "tests/simulation/model.h"
#include "tests/simulation/push.h"
#include "tests/simulation/stretch.h"

namespace longwire::simulation {

/// Rule 3, of one client and one topic, through all its connections: each event once and in order from where it asked
/// to begin, a gap told for exactly what is missing, and merged only what may be.
class Follower {
  public:
    struct Wish {
        edge::From from;
        bool snapshot = false;  // in place of that
        std::optional<std::int64_t> conflate_ms;
    };

    Follower(const Model& model, std::string who, std::string path, const Wish& wish)
        : model_(model), who_(std::move(who)), path_(std::move(path)), wish_(wish) {}

    const std::string& path() const { return path_; }
    std::optional<std::int64_t> conflate_ms() const { return wish_.conflate_ms; }

    /// Where to begin on the next connection: with a snapshot for as long as it has not got one, or else from there.
    bool wants_snapshot() const { return wish_.snapshot && !has_snapshot_; }
    edge::From from() const;

    /// It has asked, with a command of this id. What is pushed until the answer is not for it.
    void asks(std::uint64_t id);
    bool asked_by(std::uint64_t id) const { return asked_ == id; }
    bool is_asking() const { return asked_ != 0; }

    /// The answer is a refusal.
    void is_refused() { asked_ = 0; }

    /// `ok` is the answer.
    void begins(std::string_view ok);

    void takes(const SnapshotPush& push);
    void takes(const EventPush& push);
    void misses(const GapPush& gap);
    void merges(const MergedPush& merged);
    bool is_in_stretch() const { return stretch_.has_value(); }

    bool has_caught_up() const;

  private:
    std::uint64_t latest_begin(std::uint64_t epoch) const;
    void begin_epoch(const GapPush& gap);
    void require_begun(std::string_view what) const;
    void require_it(bool is_kept, const std::string& what) const;
    std::uint64_t tail(std::uint64_t epoch) const;
    bool is_gone(const GapPush& gap) const;

    const Model& model_;
    std::string who_;
    std::string path_;
    Wish wish_;
    std::uint64_t asked_ = 0;  // and not answered
    bool has_begun_ = false;
    bool has_snapshot_ = false;
    bool is_at_new_epoch_ = false;  // of which it has nothing yet
    std::uint64_t epoch_ = 0;
    std::uint64_t next_ = 0;
    std::optional<Stretch> stretch_;
};

}  // namespace longwire::simulation
