#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <utility>

#include "edge/core/event_batch.h"

namespace longwire::edge {

struct HubTopic;

/// Pages of the past that were fetched a short while ago: for clients that come back a moment later than others, and
/// for those that have not got so far yet.
///
/// Bound: their bytes in all; the oldest go first, and of these the ones that someone has had already.
class PageCache {
  public:
    explicit PageCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// `was_given`: to those who waited for it. Otherwise it was read ahead of them.
    void keep(const HubTopic& topic, EventBatchPtr page, bool was_given, std::int64_t now_us);

    /// The page with this event, which is now given; null if there is none.
    EventBatchPtr find(const HubTopic& topic, std::uint64_t offset);

    /// The same, to look at only.
    EventBatchPtr peek(const HubTopic& topic, std::uint64_t offset) const;

    /// Whether what is read ahead now will still be here when it is wanted.
    bool has_room_ahead() const { return ahead_.bytes < bytes_max_ / 2; }

    void drop(const HubTopic& topic);

    /// Drops what was kept before this time.
    void expire(std::int64_t before_us);

    std::size_t bytes() const { return given_.bytes + ahead_.bytes; }

  private:
    using Key = std::pair<const HubTopic*, std::uint64_t>;  // the page's first event
    struct Page {
        Key key;
        EventBatchPtr batch;
        std::int64_t kept_us = 0;
        bool was_given = false;
    };
    struct Pages {
        std::list<Page> by_age;
        std::size_t bytes = 0;
    };
    using Index = std::map<Key, std::list<Page>::iterator>;

    Pages& pages_of(const Page& page) { return page.was_given ? given_ : ahead_; }
    Index::const_iterator place_of(const HubTopic& topic, std::uint64_t offset) const;
    void remove(std::list<Page>::iterator page);

    std::size_t bytes_max_;
    Pages given_;
    Pages ahead_;
    Index index_;
};

}  // namespace longwire::edge
