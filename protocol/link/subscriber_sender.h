#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/path_table.h"
#include "protocol/shared_slice.h"
#include "protocol/shared_text.h"
#include "protocol/tally.h"

namespace longwire::link {

/// The broker's end of one subscriber link: which topics an edge wants, up to where it has them, and how much more it
/// may be sent.
///
/// While there is credit, events go out as they are committed. Without credit an event costs nothing but its number:
/// the topic falls behind, and goes on from the log when credit returns, page by page and topic by topic in turn.
///
/// Bound: bytes sent and not yet confirmed never exceed the window by more than the pages being read, which are at most
/// another window (or one event each).
/// Thread: one at a time; no locks inside.
class SubscriberSender {
  public:
    /// What the log is asked for on behalf of a topic that is behind. Answer with page(), those of one topic in the
    /// order in which they were asked for.
    struct PageRequest {
        std::string path;
        std::uint64_t after = 0;
        std::size_t bytes_max = 0;
    };

    /// Consecutive events of a topic, ready to be put into a Deliver.
    struct Group {
        SharedText path;
        std::uint64_t epoch = 0;
        std::uint64_t first = 0;
        std::vector<SharedSlice> envelopes;
    };

    struct Gap {
        std::string path;
        std::uint64_t epoch = 0;
        std::uint64_t from = 0;
        std::uint64_t to = 0;
    };

    explicit SubscriberSender(std::size_t window_bytes) : window_bytes_(window_bytes) {}
    SubscriberSender(SubscriberSender&&) = default;  // cursors know their places in a list: no copies
    SubscriberSender& operator=(SubscriberSender&&) = default;

    /// Begins after `after`; `head` is the newest committed offset, so what lies between comes from the log.
    void subscribe(const SharedText& path, std::uint64_t epoch, std::uint64_t after, std::uint64_t head);
    /// Whether there was a subscription.
    bool unsubscribe(std::string_view path);
    bool is_subscribed(std::string_view path) const;
    void for_each_subscribed(const std::function<void(const SharedText& path)>& visit) const;

    /// Behind which offset the edge's stream of a topic stands, where a filter is owed what follows; else `head`.
    std::uint64_t stands_at(std::string_view path, std::uint64_t head) const;

    void subscribe_filter(std::string_view realm, std::string_view filter);
    void unsubscribe_filter(std::string_view realm, std::string_view filter);

    /// An event has been committed. Ignored if the edge does not want its topic.
    void offer(const SharedText& path, std::uint64_t epoch, std::uint64_t offset, const SharedSlice& envelope);

    /// The log's answer: consecutive events after what was asked, beginning at `first`, which is later than asked where
    /// the log has been trimmed. Ignored for a subscription that was given up or renewed meanwhile.
    void page(std::string_view path, std::uint64_t first, const std::vector<SharedSlice>& envelopes);

    /// The edge has disposed of this many bytes since its session began.
    void credit(std::uint64_t consumed_bytes);

    /// A Deliver of this size has been sent.
    void sent(std::size_t bytes) { sent_bytes_ += bytes; }
    std::uint64_t unconfirmed_bytes() const { return sent_bytes_ - std::min(sent_bytes_, consumed_bytes_); }

    /// What must be sent now: the groups first and then the gaps, which lie behind all groups of their topic.
    std::vector<Group> take_groups();
    std::vector<Gap> take_gaps() { return std::exchange(gaps_, {}); }
    std::vector<PageRequest> take_page_requests();

    /// Where the edge's own subscription to a topic stands, and what was sent since it began. Nothing without one.
    struct Ledger {
        std::uint64_t last = 0;
        Tally sent;
    };
    std::optional<Ledger> ledger(std::string_view path) const;

    /// Steps since the last call that didn't add up. There are none, unless events were lost here.
    std::uint64_t take_differences() { return std::exchange(differences_, 0); }

    /// Topics that are behind.
    std::size_t behind() const { return behind_.size() + reading_; }

  private:
    enum class State : std::uint8_t { live, behind, reading };
    struct Cursor {
        SharedText path;
        std::uint64_t epoch = 0;
        std::uint64_t sent = 0;
        std::uint64_t head = 0;
        bool wanted = true;  // by its own subscription, not only by a filter
        State state = State::live;
        Tally tally;
        std::list<Cursor*>::iterator place = {};  // in behind_, while it is behind
    };
    struct Filter {
        std::string realm;
        std::string filter;
        bool operator==(const Filter&) const = default;
    };

    bool has_credit() const { return sent_bytes_ + queued_bytes_ < consumed_bytes_ + window_bytes_; }
    bool is_filtered(std::string_view path) const;
    Cursor& add_cursor(const SharedText& path);
    void queue(const SharedText& path, std::uint64_t epoch, std::uint64_t offset, const SharedSlice& envelope);
    void move_to(Cursor& cursor, std::uint64_t last, Tally step);
    void fall_behind(Cursor& cursor);
    void catch_up(Cursor& cursor);
    std::size_t page_bytes_max() const;

    std::size_t window_bytes_;
    std::uint64_t sent_bytes_ = 0;
    std::uint64_t consumed_bytes_ = 0;
    std::size_t queued_bytes_ = 0;

    PathTable<Cursor> cursors_;
    std::vector<Filter> filters_;
    std::list<Cursor*> behind_;
    std::size_t reading_ = 0;
    std::unordered_map<std::string, std::size_t> outdated_;  // a topic's pages asked for by cursors that are no more

    std::vector<Group> groups_;
    boost::unordered_flat_map<std::string_view, std::size_t> group_of_;  // a topic's newest group; views into groups_
    std::vector<Gap> gaps_;
    std::uint64_t differences_ = 0;
};

}  // namespace longwire::link
