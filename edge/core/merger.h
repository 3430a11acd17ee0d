#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "edge/core/event_batch.h"
#include "edge/core/merge_kind.h"

namespace longwire::edge {

/// An event of a merged stretch that is sent.
struct MergedPush {
    EventBatchPtr batch;
    std::size_t index = 0;
    std::string payload;  // in place of the event's own; empty: that

    std::uint64_t offset() const { return batch->first() + index; }
};

/// Offsets of a merged stretch of which nothing is sent.
struct MergedGap {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
};

/// Consecutive events of one topic as a slow client gets them. Each offset is that of a push, or is in a gap, or a
/// later push stands for it. Whoever has read up to some item and goes on behind its offset has lost nothing.
struct MergedStretch {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    std::size_t left = 0;                                    // pushes
    std::uint64_t merged = 0;                                // a later push stands for them
    std::vector<std::variant<MergedPush, MergedGap>> items;  // by offset

    std::uint64_t events() const { return to + 1 - from; }
    bool is_whole() const { return left == events(); }

    /// The last item: what is newest is always sent.
    const MergedPush& newest() const { return std::get<MergedPush>(items.back()); }
};

/// Makes one stretch of a topic's events smaller, as merge_kind.h says. Pieces of one text are joined as long as
/// nothing else is to be told between them.
///
/// Bound: what is added until is_full() and one batch, and `kTextBytesMax` for each joined text.
/// Thread: one; pure.
class Merger {
  public:
    static constexpr std::size_t kLogsMax = 20;
    static constexpr std::size_t kTextBytesMax = 64 << 10;
    static constexpr std::size_t kEventsMax = 4'096;
    static constexpr std::size_t kBytesMax = 1 << 20;  // of payloads
    static constexpr std::size_t kSentBytesMax = 128 << 10;

    /// With `thins_logs` only the newest few logs are sent, otherwise all.
    explicit Merger(bool thins_logs) : thins_logs_(thins_logs) {}

    /// Adds a batch's events from number `from` on. It must go on where the last one ended.
    void add(const EventBatchPtr& batch, std::size_t from);

    bool is_full() const {
        return entries_.size() >= kEventsMax || bytes_ >= kBytesMax || sent_bytes_ >= kSentBytesMax;
    }

    /// All that was added; at least one event. The merger is used up.
    MergedStretch take();

  private:
    enum class Fate : std::uint8_t { sent, joined, superseded, dropped };
    struct Entry {
        EventBatchPtr batch;
        std::size_t index = 0;
        Fate fate = Fate::sent;
        std::string payload;
    };
    struct Text {
        std::string common;  // what its pieces have in common
        std::string joined;
        std::size_t newest = 0;  // entry
        std::size_t pieces = 0;
    };

    void add_newest(const Envelope& envelope);
    void drop_old_logs();
    void join_texts();
    void add_piece(Text& text, std::size_t entry);
    void end_text(Text& text);

    bool thins_logs_;
    std::vector<Entry> entries_;
    std::vector<std::size_t> logs_;
    std::unordered_map<std::string, std::size_t> newest_;  // by subject
    std::size_t bytes_ = 0;
    std::size_t sent_bytes_ = 0;
};

/// Whether the batch's events from number `from` on are all such that a later one can stand for them.
bool can_wait(const EventBatch& batch, std::size_t from);

}  // namespace longwire::edge
