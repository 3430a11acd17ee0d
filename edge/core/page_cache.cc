#include "edge/core/page_cache.h"

#include <iterator>

namespace longwire::edge {

void PageCache::keep(const HubTopic& topic, EventBatchPtr page, bool was_given, std::int64_t now_us) {
    const Key key{&topic, page->first()};
    if (const auto known = index_.find(key); known != index_.end()) remove(known->second);
    Page kept{key, std::move(page), now_us, was_given};
    auto& pages = pages_of(kept);
    pages.bytes += kept.batch->bytes();
    pages.by_age.push_back(std::move(kept));
    index_.emplace(key, std::prev(pages.by_age.end()));
    while (bytes() > bytes_max_) remove((given_.by_age.empty() ? ahead_ : given_).by_age.begin());
}

EventBatchPtr PageCache::find(const HubTopic& topic, std::uint64_t offset) {
    const auto place = place_of(topic, offset);
    if (place == index_.end()) return nullptr;
    const auto page = place->second;
    if (!page->was_given) {
        ahead_.bytes -= page->batch->bytes();
        given_.bytes += page->batch->bytes();
        given_.by_age.splice(given_.by_age.end(), ahead_.by_age, page);
        page->was_given = true;
    }
    return page->batch;
}

EventBatchPtr PageCache::peek(const HubTopic& topic, std::uint64_t offset) const {
    const auto place = place_of(topic, offset);
    return place == index_.end() ? nullptr : place->second->batch;
}

PageCache::Index::const_iterator PageCache::place_of(const HubTopic& topic, std::uint64_t offset) const {
    const auto later = index_.upper_bound({&topic, offset});
    if (later == index_.begin()) return index_.end();
    const auto place = std::prev(later);
    const bool has_it = place->first.first == &topic && offset <= place->second->batch->last();
    return has_it ? place : index_.end();
}

void PageCache::drop(const HubTopic& topic) {
    auto place = index_.lower_bound({&topic, 0});
    while (place != index_.end() && place->first.first == &topic) remove((place++)->second);
}

void PageCache::expire(std::int64_t before_us) {
    for (auto* pages : {&given_, &ahead_}) {
        // One that was read ahead comes behind younger ones when it is given: it goes with them.
        while (!pages->by_age.empty() && pages->by_age.front().kept_us < before_us) remove(pages->by_age.begin());
    }
}

void PageCache::remove(std::list<Page>::iterator page) {
    auto& pages = pages_of(*page);
    pages.bytes -= page->batch->bytes();
    index_.erase(page->key);
    pages.by_age.erase(page);
}

}  // namespace longwire::edge
