#include "protocol/link/subscriber_sender.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "protocol/topic.h"

namespace longwire::link {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kEpoch = 7;
constexpr std::size_t kEventBytes = 100;

using Offsets = std::vector<std::uint64_t>;

/// A log in memory that offers what is appended to a sender, and the sum of all that the sender gave out.
class SenderTest : public ::testing::Test {
  protected:
    explicit SenderTest(std::size_t window_bytes = 1000) : sender_(window_bytes) {}

    void append(const std::string& path, std::uint64_t count = 1) {
        auto& log = logs_[path];
        for (; count > 0; --count) {
            log.events.push_back(SharedSlice::of(std::string(kEventBytes, 'e')));
            sender_.offer(SharedText(path), kEpoch, log.events.size(), log.events.back());
        }
    }

    void subscribe(const std::string& path, std::uint64_t after) {
        sender_.subscribe(SharedText(path), kEpoch, after, logs_[path].events.size());
    }

    void trim(const std::string& path, std::uint64_t tail) { logs_[path].tail = tail; }

    /// Sends what waits, as bytes of the same number as the events'.
    void flush() {
        for (const auto& group : sender_.take_groups()) {
            EXPECT_EQ(group.epoch, kEpoch);
            auto offset = group.first;
            for (const auto& envelope : group.envelopes) {
                sent_[std::string(*group.path)].push_back(offset++);
                sender_.sent(envelope.bytes.size());
                unconfirmed_bytes_ += envelope.bytes.size();
            }
        }
        for (const auto& gap : sender_.take_gaps()) gaps_.push_back(gap);
    }

    /// What the log has after an offset.
    void answer(const SubscriberSender::PageRequest& request, std::size_t events_max = 3) {
        const auto& log = logs_[request.path];
        const auto first = std::max(request.after + 1, log.tail);
        std::vector<SharedSlice> page;
        for (auto at = first; at <= log.events.size() && page.size() < events_max; ++at)
            page.push_back(log.events[at - 1]);
        sender_.page(request.path, first, page);
    }

    void confirm_all() {
        confirmed_bytes_ += std::exchange(unconfirmed_bytes_, 0);
        sender_.credit(confirmed_bytes_);
    }

    /// Flushes, reads pages and confirms until nothing more happens.
    void run() {
        for (int i = 0; i < 1000; ++i) {
            flush();
            confirm_all();
            const auto requests = sender_.take_page_requests();
            if (requests.empty() && unconfirmed_bytes_ == 0 && sender_.behind() == 0) return;
            for (const auto& request : requests) answer(request);
        }
        ADD_FAILURE() << "never comes to rest";
    }

    struct Log {
        std::vector<SharedSlice> events;
        std::uint64_t tail = 1;
    };

    SubscriberSender sender_;
    std::map<std::string, Log> logs_;
    std::map<std::string, Offsets> sent_;
    std::vector<SubscriberSender::Gap> gaps_;
    std::size_t unconfirmed_bytes_ = 0;
    std::uint64_t confirmed_bytes_ = 0;
};

using SubscriberSenderTest = SenderTest;

TEST_F(SubscriberSenderTest, SendsWhatIsCommittedFromTheSubscriptionOn) {
    append("dev/a", 2);
    subscribe("dev/a", 2);
    append("dev/a", 3);
    append("dev/b");
    flush();
    EXPECT_THAT(sent_["dev/a"], ElementsAre(3, 4, 5));
    EXPECT_THAT(sent_["dev/b"], IsEmpty());
    EXPECT_EQ(sender_.behind(), 0U);
}

TEST_F(SubscriberSenderTest, GroupsConsecutiveEventsOfATopic) {
    subscribe("dev/a", 0);
    subscribe("dev/b", 0);
    append("dev/a");
    append("dev/b");
    append("dev/a");
    const auto groups = sender_.take_groups();
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(*groups[0].path, "dev/a");
    EXPECT_EQ(groups[0].first, 1U);
    EXPECT_EQ(groups[0].envelopes.size(), 2U);
    EXPECT_EQ(*groups[1].path, "dev/b");
    EXPECT_THAT(sender_.take_groups(), IsEmpty());
}

TEST_F(SubscriberSenderTest, GoesFromTheLogIntoLiveWithoutASeam) {
    append("dev/a", 7);
    subscribe("dev/a", 2);
    auto requests = sender_.take_page_requests();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].after, 2U);
    append("dev/a", 2);  // while the page is read
    answer(requests[0]);
    append("dev/a");
    run();
    append("dev/a");
    flush();
    EXPECT_THAT(sent_["dev/a"], ElementsAre(3, 4, 5, 6, 7, 8, 9, 10, 11));
}

TEST_F(SubscriberSenderTest, OutOfCreditCostsACursorAndNoQueue) {
    subscribe("dev/a", 0);
    append("dev/a", 50);
    flush();
    EXPECT_EQ(sent_["dev/a"].size(), 10U);
    EXPECT_EQ(sender_.behind(), 1U);
    EXPECT_THAT(sender_.take_page_requests(), IsEmpty());
    EXPECT_THAT(sender_.take_groups(), IsEmpty());
}

TEST_F(SubscriberSenderTest, GoesOnFromTheLogWhenCreditReturns) {
    subscribe("dev/a", 0);
    append("dev/a", 50);
    run();
    Offsets all(50);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i + 1;
    EXPECT_EQ(sent_["dev/a"], all);
    append("dev/a");
    flush();
    EXPECT_EQ(sent_["dev/a"].size(), 51U);
}

TEST_F(SubscriberSenderTest, CreditIsWhatIsConfirmedOfWhatWasSent) {
    subscribe("dev/a", 0);
    append("dev/a", 10);
    flush();
    sender_.credit(1'000'000);  // more than was ever sent
    append("dev/a", 30);
    run();
    EXPECT_EQ(sent_["dev/a"].size(), 40U);
    sender_.credit(0);  // an old one
    append("dev/a");
    flush();
    EXPECT_EQ(sent_["dev/a"].size(), 41U);
}

TEST_F(SubscriberSenderTest, SentButUnconfirmedStaysWithinTheWindowAndAPage) {
    subscribe("dev/a", 0);
    append("dev/a", 100);
    for (int i = 0; i < 20; ++i) {
        flush();
        EXPECT_LE(unconfirmed_bytes_, 1000U + 3 * kEventBytes);
        for (const auto& request : sender_.take_page_requests()) answer(request);
    }
}

/// With a window that several pages fit into at once: those that are being read count as if they were full.
class SenderOfManyPages : public SenderTest {
  protected:
    SenderOfManyPages() : SenderTest(64 << 20) {}
};

TEST_F(SenderOfManyPages, TopicsThatAreBehindTakeTurns) {
    for (const auto path : {"dev/a", "dev/b", "dev/c"}) {
        append(path, 9);
        subscribe(path, 0);
    }
    std::vector<std::string> order;
    for (int i = 0; i < 3; ++i) {
        for (const auto& request : sender_.take_page_requests()) {
            order.push_back(request.path);
            answer(request, 1);
        }
        flush();
        confirm_all();
    }
    EXPECT_THAT(order, ElementsAre("dev/a", "dev/b", "dev/c", "dev/a", "dev/b", "dev/c", "dev/a", "dev/b", "dev/c"));
}

TEST_F(SenderOfManyPages, ReadsSixteenPagesAtATime) {
    for (int i = 0; i < 40; ++i) {
        const auto path = "dev/" + std::to_string(i);
        append(path);
        subscribe(path, 0);
    }
    const auto requests = sender_.take_page_requests();
    EXPECT_EQ(requests.size(), 16U);
    EXPECT_THAT(sender_.take_page_requests(), IsEmpty());
    answer(requests[0]);
    EXPECT_EQ(sender_.take_page_requests().size(), 1U);
    EXPECT_EQ(sender_.behind(), 39U);
}

TEST_F(SubscriberSenderTest, TellsAGapWhereTheLogWasTrimmed) {
    append("dev/a", 9);
    trim("dev/a", 6);
    subscribe("dev/a", 2);
    run();
    ASSERT_EQ(gaps_.size(), 1U);
    EXPECT_EQ(gaps_[0].path, "dev/a");
    EXPECT_EQ(gaps_[0].epoch, kEpoch);
    EXPECT_EQ(gaps_[0].from, 3U);
    EXPECT_EQ(gaps_[0].to, 5U);
    EXPECT_THAT(sent_["dev/a"], ElementsAre(6, 7, 8, 9));
}

TEST_F(SubscriberSenderTest, TellsAGapWhereNothingIsLeft) {
    append("dev/a", 9);
    trim("dev/a", 10);
    subscribe("dev/a", 2);
    run();
    ASSERT_EQ(gaps_.size(), 1U);
    EXPECT_EQ(gaps_[0].to, 9U);
    append("dev/a");
    flush();
    EXPECT_THAT(sent_["dev/a"], ElementsAre(10));
}

TEST_F(SubscriberSenderTest, WhatLiesBehindAGapIsNotSentBeforeIt) {
    // The events behind a gap went into the groups of the same turn, which leave before its gaps: the edge saw a
    // hole, ended its session, subscribed at the same place and saw the same hole again, for ever.
    append("dev/a", 9);
    trim("dev/a", 6);
    subscribe("dev/a", 2);
    const auto requests = sender_.take_page_requests();
    ASSERT_EQ(requests.size(), 1U);
    answer(requests[0]);
    append("dev/a");
    EXPECT_THAT(sender_.take_groups(), IsEmpty());
    EXPECT_EQ(sender_.take_gaps().size(), 1U);
    run();
    EXPECT_THAT(sent_["dev/a"], ElementsAre(6, 7, 8, 9, 10));
}

TEST_F(SubscriberSenderTest, APageForASubscriptionGivenUpIsIgnored) {
    append("dev/a", 5);
    subscribe("dev/a", 0);
    const auto requests = sender_.take_page_requests();
    sender_.unsubscribe("dev/a");
    answer(requests.at(0));
    flush();
    EXPECT_THAT(sent_["dev/a"], IsEmpty());
    EXPECT_EQ(sender_.behind(), 0U);
    EXPECT_THAT(sender_.take_page_requests(), IsEmpty());
}

TEST_F(SenderOfManyPages, APageForARenewedSubscriptionIsIgnored) {
    // A page that was read for a subscription at offset 6 came after it had been renewed at offset 2, and offsets 3
    // to 6 were told to be gone.
    append("dev/a", 9);
    subscribe("dev/a", 6);
    const auto old = sender_.take_page_requests();
    sender_.unsubscribe("dev/a");
    subscribe("dev/a", 2);
    const auto renewed = sender_.take_page_requests();
    ASSERT_EQ(renewed.size(), 1U);
    EXPECT_EQ(renewed[0].after, 2U);
    answer(old.at(0));
    answer(renewed[0]);
    run();
    EXPECT_THAT(gaps_, IsEmpty());
    EXPECT_THAT(sent_["dev/a"], ElementsAre(3, 4, 5, 6, 7, 8, 9));
}

TEST_F(SubscriberSenderTest, ASubscriptionRenewedOverAndOverAsksForOnePage) {
    // Each renewal of a subscription without credit left another entry in the list of those behind.
    append("dev/a", 20);
    for (int i = 0; i < 1000; ++i) {
        subscribe("dev/a", 0);
        if (i % 2 == 0) sender_.unsubscribe("dev/a");
    }
    EXPECT_EQ(sender_.behind(), 1U);
    EXPECT_EQ(sender_.take_page_requests().size(), 1U);
}

TEST_F(SubscriberSenderTest, AFilterGetsItsTopicsFromNowOn) {
    append("dev/room/a", 3);
    sender_.subscribe_filter("dev", "room/+");
    append("dev/room/a", 2);
    append("dev/room/b");
    append("dev/task/1");
    append("other/room/a");
    flush();
    EXPECT_THAT(sent_["dev/room/a"], ElementsAre(4, 5));
    EXPECT_THAT(sent_["dev/room/b"], ElementsAre(1));
    EXPECT_THAT(sent_["dev/task/1"], IsEmpty());
    EXPECT_THAT(sent_["other/room/a"], IsEmpty());
}

TEST_F(SubscriberSenderTest, ATopicAndAFilterThatOverlapBringAnEventOnce) {
    subscribe("dev/room/a", 0);
    sender_.subscribe_filter("dev", "room/+");
    sender_.subscribe_filter("dev", "#");
    sender_.subscribe_filter("dev", "#");
    append("dev/room/a", 2);
    flush();
    EXPECT_THAT(sent_["dev/room/a"], ElementsAre(1, 2));
    sender_.unsubscribe("dev/room/a");
    append("dev/room/a");
    flush();
    EXPECT_THAT(sent_["dev/room/a"], ElementsAre(1, 2, 3));
}

TEST_F(SubscriberSenderTest, AFiltersTopicOutOfCreditGoesOnFromTheLog) {
    sender_.subscribe_filter("dev", "#");
    append("dev/a", 30);
    EXPECT_EQ(sender_.behind(), 1U);
    run();
    EXPECT_EQ(sent_["dev/a"].size(), 30U);
    append("dev/a");
    flush();
    EXPECT_EQ(sent_["dev/a"].size(), 31U);
}

TEST_F(SubscriberSenderTest, AFiltersTopicIsOwedWhatItMissedWhenItsOwnSubscriptionEnds) {
    sender_.subscribe_filter("dev", "#");
    subscribe("dev/a", 0);
    append("dev/a", 30);
    sender_.unsubscribe("dev/a");
    run();
    EXPECT_EQ(sent_["dev/a"].size(), 30U);
}

TEST_F(SubscriberSenderTest, AStreamStandsWhereItsFilterIsOwedTheRest) {
    EXPECT_EQ(sender_.stands_at("dev/a", 7), 7U);
    sender_.subscribe_filter("dev", "#");
    append("dev/a", 30);
    flush();
    const auto place = sender_.stands_at("dev/a", 30);
    EXPECT_EQ(place, sent_["dev/a"].size());
    EXPECT_LT(place, 30U);
}

TEST_F(SubscriberSenderTest, AfterTheLastFilterNothingMoreIsSent) {
    // A topic once subscribed to beside a filter, or behind because of one, went on being sent when both were gone.
    sender_.subscribe_filter("dev", "#");
    subscribe("dev/a", 0);
    sender_.unsubscribe("dev/a");
    append("dev/b", 30);
    flush();
    sent_.clear();
    sender_.unsubscribe_filter("dev", "#");
    append("dev/a");
    append("dev/b");
    confirm_all();
    run();
    EXPECT_THAT(sent_, IsEmpty());
    EXPECT_EQ(sender_.behind(), 0U);
}

TEST_F(SubscriberSenderTest, WhatIsNotKnownIsUnsubscribedWithoutHarm) {
    sender_.unsubscribe("dev/a");
    sender_.unsubscribe_filter("dev", "#");
    append("dev/a");
    flush();
    EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(SubscriberSenderTest, AnEventOfferedTwiceIsSentOnce) {
    subscribe("dev/a", 0);
    append("dev/a", 2);
    sender_.offer(SharedText("dev/a"), kEpoch, 1, logs_["dev/a"].events[0]);
    sender_.offer(SharedText("dev/a"), kEpoch, 2, logs_["dev/a"].events[1]);
    flush();
    EXPECT_THAT(sent_["dev/a"], ElementsAre(1, 2));
}

TEST_F(SubscriberSenderTest, KnowsWhatIsSubscribedTo) {
    subscribe("dev/a", 0);
    subscribe("dev/b", 0);
    EXPECT_TRUE(sender_.is_subscribed("dev/a"));
    EXPECT_TRUE(sender_.unsubscribe("dev/a"));
    EXPECT_FALSE(sender_.unsubscribe("dev/a"));
    EXPECT_FALSE(sender_.is_subscribed("dev/a"));
    std::vector<std::string> all;
    sender_.for_each_subscribed([&](const SharedText& path) { all.emplace_back(*path); });
    EXPECT_THAT(all, ElementsAre("dev/b"));
}

TEST_F(SubscriberSenderTest, WhatIsOwedToAFilterAloneIsNoSubscription) {
    sender_.subscribe_filter("dev", "#");
    append("dev/a", 50);
    EXPECT_EQ(sender_.behind(), 1U);
    EXPECT_FALSE(sender_.is_subscribed("dev/a"));
    EXPECT_FALSE(sender_.unsubscribe("dev/a"));
    sender_.for_each_subscribed([](const SharedText&) { ADD_FAILURE(); });
    EXPECT_EQ(sender_.behind(), 1U);
}

}  // namespace
}  // namespace longwire::link
