#pragma once

#include <cstdint>
#include <string>

namespace longwire::cli {

/// What one watcher has seen of its topic, or many of theirs together.
struct SequenceCounts {
    std::uint64_t events = 0;
    std::uint64_t lost = 0;        // offsets passed over without a word
    std::uint64_t duplicated = 0;  // the newest offset, again
    std::uint64_t reordered = 0;   // an older offset after a newer one
    std::uint64_t merged = 0;      // offsets that a `merged` stood for
    std::uint64_t gaps = 0;        // offsets that a `gap` told of
    std::uint64_t new_epochs = 0;

    SequenceCounts& operator+=(const SequenceCounts& other);
    bool is_exact() const { return lost == 0 && duplicated == 0 && reordered == 0; }
};

/// Holds what comes of one topic against the contract: each offset once, in order, or told of. It forgives nothing
/// that a client would have to mend. Pure.
class SequenceCheck {
  public:
    /// The answer to a subscribe: the next event must be `offset` + 1, which in the same epoch must be the next one
    /// not seen.
    void on_subscribed(const std::string& epoch, std::uint64_t offset);

    void on_event(std::uint64_t offset);
    void on_gap(std::uint64_t from, std::uint64_t to);
    /// The topic has begun anew: all of the new one comes. Told again behind the answer to a subscribe.
    void on_new_epoch(const std::string& epoch);

    /// Of the offsets from `from` to `to` only `left` events come.
    void on_merged(std::uint64_t from, std::uint64_t to, std::uint64_t left);

    const std::string& epoch() const { return epoch_; }
    /// The newest offset that is dealt with: where to go on after a cut.
    std::uint64_t offset() const { return seen_; }
    const SequenceCounts& counts() const { return counts_; }

  private:
    void skip_to(std::uint64_t offset);

    std::string epoch_;
    std::uint64_t seen_ = 0;
    std::uint64_t merged_to_ = 0;    // up to here offsets may be left out
    std::uint64_t merged_left_ = 0;  // and so many events of those are to come
    SequenceCounts counts_;
};

}  // namespace longwire::cli
