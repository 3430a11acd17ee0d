#include "protocol/link/producer_sender.h"

#include <gmock/gmock.h>

#include "protocol/topic.h"

namespace longwire::link {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint32_t kPartitions = 4;

WorkerWelcome welcome_with(std::vector<PartitionSequence> positions, std::uint64_t window_bytes = 1 << 20) {
    return {1, "broker", kPartitions, window_bytes, std::move(positions)};
}

ProducerSender sender(std::size_t window_bytes = 1 << 20) {
    return ProducerSender({"w", 7, window_bytes});
}

PartitionSequence emit(ProducerSender& s, std::string_view path = "dev/task/a") {
    Envelope envelope;
    envelope.type = "log";
    const auto at = s.emit(path, envelope);
    return at ? *at : PartitionSequence{0, 0};
}

/// The sequences in what goes out, in order; `link_only`: of what goes over the link.
std::vector<std::uint64_t> sequences(ProducerSender& s, bool link_only = false) {
    std::vector<std::uint64_t> all;
    for (const auto& outgoing : s.take_outgoing()) {
        if (link_only && !outgoing.over_link) continue;
        MsgpackReader reader(outgoing.envelopes);
        while (!reader.at_end()) {
            const auto envelope = read_envelope(reader);
            if (!envelope) return {};
            all.push_back(envelope->sequence);
        }
    }
    return all;
}

TEST(ProducerSender, TakesNothingBeforeTheFirstSession) {
    auto s = sender();
    EXPECT_FALSE(s.has_room());
    EXPECT_EQ(emit(s).sequence, 0u);
}

TEST(ProducerSender, NumbersPerPartitionFromOne) {
    auto s = sender();
    ASSERT_TRUE(s.welcome(welcome_with({})));
    const auto first = emit(s, "dev/task/a");
    EXPECT_EQ(first.partition, partition_of("dev/task/a", kPartitions));
    EXPECT_EQ(first.sequence, 1u);
    EXPECT_EQ(emit(s, "dev/task/a").sequence, 2u);
    std::string other = "dev/task/b";
    while (partition_of(other, kPartitions) == first.partition) other += 'b';
    EXPECT_EQ(emit(s, other).sequence, 1u);
}

TEST(ProducerSender, GoesOverTheLinkUntilPubIsHeard) {
    auto s = sender();
    ASSERT_TRUE(s.welcome(welcome_with({})));
    emit(s);
    auto outgoing = s.take_outgoing();
    ASSERT_THAT(outgoing, SizeIs(1));
    EXPECT_TRUE(outgoing[0].over_link);
    s.set_subscribed(true);
    emit(s);
    outgoing = s.take_outgoing();
    ASSERT_THAT(outgoing, SizeIs(1));
    EXPECT_FALSE(outgoing[0].over_link);
}

TEST(ProducerSender, JoinsEventsOfOneTopicIntoOneMessage) {
    auto s = sender();
    ASSERT_TRUE(s.welcome(welcome_with({})));
    emit(s, "dev/task/a");
    emit(s, "dev/task/a");
    emit(s, "dev/task/b");
    emit(s, "dev/task/a");
    EXPECT_THAT(s.take_outgoing(), SizeIs(3));
}

TEST(ProducerSender, SaysNoWhenTheWindowIsFull) {
    auto s = sender(500);
    ASSERT_TRUE(s.welcome(welcome_with({})));
    std::uint64_t taken = 0;
    PartitionSequence last;
    for (auto at = emit(s); at.sequence > 0; at = emit(s)) last = at, ++taken;
    EXPECT_GT(taken, 2u);
    EXPECT_LT(taken, 10u);
    EXPECT_FALSE(s.has_room());
    s.committed({last.partition, 1});
    EXPECT_TRUE(s.has_room());
    EXPECT_EQ(emit(s).sequence, taken + 1);
}

TEST(ProducerSender, TheBrokerMayMakeTheWindowSmaller) {
    auto s = sender(1 << 20);
    ASSERT_TRUE(s.welcome(welcome_with({}, 100)));
    emit(s);
    emit(s);
    EXPECT_FALSE(s.has_room());
}

TEST(ProducerSender, ANewSessionResendsWhatIsNotCommitted) {
    auto s = sender();
    s.welcome(welcome_with({}));
    s.set_subscribed(true);
    PartitionSequence last;
    for (int i = 0; i < 5; ++i) last = emit(s);
    sequences(s);
    s.disconnected();
    emit(s);
    EXPECT_THAT(s.take_outgoing(), IsEmpty());
    ASSERT_TRUE(s.welcome(welcome_with({{last.partition, 3}})));
    EXPECT_EQ(sequences(s, true), (std::vector<std::uint64_t>{4, 5, 6}));
}

TEST(ProducerSender, ResendsExactlyWhatIsAskedFor) {
    auto s = sender();
    s.welcome(welcome_with({}));
    PartitionSequence last;
    for (int i = 0; i < 5; ++i) last = emit(s);
    sequences(s);
    s.committed({last.partition, 1});
    s.resend({last.partition, 1, 3});
    EXPECT_EQ(sequences(s, true), (std::vector<std::uint64_t>{2, 3}));
    s.resend({last.partition, 5, 99});
    EXPECT_EQ(sequences(s, true), (std::vector<std::uint64_t>{5}));
    s.resend({99, 1, 1});
    s.resend({last.partition, 4, 3});
    EXPECT_THAT(s.take_outgoing(), IsEmpty());
}

TEST(ProducerSender, AnotherNumberOfPartitionsIsRefused) {
    auto s = sender();
    ASSERT_TRUE(s.welcome(welcome_with({})));
    auto other = welcome_with({});
    other.partitions = kPartitions * 2;
    EXPECT_FALSE(s.welcome(other));
    other.partitions = 0;
    EXPECT_FALSE(sender().welcome(other));
    other.partitions = 257;
    EXPECT_FALSE(sender().welcome(other));
}

TEST(ProducerSender, SaysWhatIsPublishedAndWhatIsAcknowledged) {
    auto s = sender();
    s.welcome(welcome_with({}));
    EXPECT_THAT(s.published(), IsEmpty());
    EXPECT_THAT(s.acknowledged(), IsEmpty());
    emit(s);
    const auto last = emit(s);
    ASSERT_THAT(s.published(), SizeIs(1));
    EXPECT_EQ(s.published()[0].sequence, 2u);
    s.committed(last);
    EXPECT_THAT(s.published(), IsEmpty());
    ASSERT_THAT(s.acknowledged(), SizeIs(1));
    EXPECT_EQ(s.acknowledged()[0].sequence, 2u);
    EXPECT_EQ(s.kept_bytes(), 0u);
    EXPECT_TRUE(s.is_committed(last));
    EXPECT_FALSE(s.is_committed({last.partition, 3}));
}

TEST(ProducerSender, FindsWhatIsNotAcknowledged) {
    auto s = sender();
    s.welcome(welcome_with({}));
    const auto first = emit(s);
    const auto second = emit(s);
    s.committed(first);
    EXPECT_FALSE(s.find(first));
    const auto found = s.find(second);
    ASSERT_TRUE(found);
    EXPECT_EQ(parse_topic_key(found->key)->path, "dev/task/a");
    EXPECT_EQ(parse_envelope(found->envelope)->sequence, 2u);
    EXPECT_FALSE(s.find({second.partition, 3}));
    EXPECT_FALSE(s.find({99, 1}));
}

}  // namespace
}  // namespace longwire::link
