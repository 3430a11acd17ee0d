#include "protocol/link/link_codec.h"

#include <gtest/gtest.h>

#include "protocol/link/producer_messages.h"
#include "protocol/link/subscriber_messages.h"

namespace longwire::link {
namespace {

const std::string kMap = "\x81\xA1\x61\x01";  // {"a": 1}

/// Gives each field a value of its own, so that two that change places are noticed.
class Filler {
  public:
    void fill(std::string_view& value) { value = names_[next() % 4]; }
    void fill(std::string& value) { value = names_[next() % 4]; }
    void fill(bool& value) { value = next() % 2 == 1; }
    void fill(std::uint32_t& value) { value = static_cast<std::uint32_t>(next() * 1'000); }
    void fill(std::uint64_t& value) { value = next() << 40; }
    void fill(std::int64_t& value) { value = -static_cast<std::int64_t>(next() << 33); }
    void fill(Raw& value) { value.bytes = kMap; }
    void fill(Blob& value) { value.bytes = std::string_view("\0\xFF", 2); }
    template <class T>
    void fill(std::vector<T>& values) {
        values.resize(2);
        for (auto& value : values) fill(value);
    }
    template <detail::Tied T>
    void fill(T& value) {
        std::apply([this](auto&... fields) { (fill(fields), ...); }, T::tie(value));
    }

  private:
    std::uint64_t next() { return ++count_; }
    std::uint64_t count_ = 0;
    const std::string_view names_[4] = {"", "one", "two-2", "ü"};
};

template <class Message>
Message filled() {
    Message message;
    Filler().fill(message);
    return message;
}

template <class Variant, class Visit>
void for_each(const Visit& visit) {
    [&]<class... Messages>(std::type_identity<std::variant<Messages...>>) {
        (visit.template operator()<Messages>(), ...);
    }(std::type_identity<Variant>{});
}

template <class Variant>
void expect_round_trips() {
    for_each<Variant>([]<class Message>() {
        SCOPED_TRACE("kind " + std::to_string(Message::kKind));
        const auto bytes = encode(42, filled<Message>());
        const auto decoded = decode<Variant>(bytes);
        ASSERT_TRUE(decoded) << describe(decoded.error());
        EXPECT_EQ(decoded->number, 42u);
        ASSERT_TRUE(std::holds_alternative<Message>(decoded->message));
        EXPECT_EQ(encode(42, std::get<Message>(decoded->message)), bytes);
    });
}

template <class Variant>
void expect_truncations_are_errors() {
    for_each<Variant>([]<class Message>() {
        const auto bytes = encode(42, filled<Message>());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            EXPECT_FALSE(decode<Variant>(std::string_view(bytes).substr(0, size))) << Message::kKind << " at " << size;
        }
        EXPECT_FALSE(decode<Variant>(bytes + "x"));
    });
}

template <class Variant>
void expect_garbage_is_survived() {
    std::uint64_t random = 1;
    for_each<Variant>([&]<class Message>() {
        const auto bytes = encode(42, filled<Message>());
        for (int i = 0; i < 2'000; ++i) {
            auto spoilt = bytes;
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            spoilt[(random >> 33) % spoilt.size()] = static_cast<char>(random >> 24);
            const auto decoded = decode<Variant>(spoilt);
            if (!decoded) {
                EXPECT_EQ(decoded.error().code, Errc::bad_request);
            }
        }
    });
}

TEST(LinkCodec, EveryMessageComesBackAsItWas) {
    expect_round_trips<WorkerToBroker>();
    expect_round_trips<BrokerToWorker>();
    expect_round_trips<EdgeToBroker>();
    expect_round_trips<BrokerToEdge>();
}

TEST(LinkCodec, ATruncatedMessageIsAnError) {
    expect_truncations_are_errors<WorkerToBroker>();
    expect_truncations_are_errors<BrokerToWorker>();
    expect_truncations_are_errors<EdgeToBroker>();
    expect_truncations_are_errors<BrokerToEdge>();
}

TEST(LinkCodec, ASpoiltMessageDoesNoHarm) {
    expect_garbage_is_survived<WorkerToBroker>();
    expect_garbage_is_survived<BrokerToWorker>();
    expect_garbage_is_survived<EdgeToBroker>();
    expect_garbage_is_survived<BrokerToEdge>();
}

TEST(LinkCodec, GarbageIsAnError) {
    for (const auto& bytes :
         {std::string(), std::string("\xC0"), std::string("\x90"), std::string("\x91\x01"), std::string("\x92\x01\xC0"),
          std::string("\xFF\xFF\xFF"), std::string("hello"), std::string("\xDD\xFF\xFF\xFF\xFF\x01\x01")}) {
        EXPECT_FALSE(decode<WorkerToBroker>(bytes));
    }
}

TEST(LinkCodec, AnUnknownKindIsNamed) {
    const auto decoded = decode<WorkerToBroker>("\x92\x63\x01");
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message, "is of unknown kind 99");
}

TEST(LinkCodec, FieldsOfANewerPeerArePassedOver) {
    // ResendRequest [kind, number, partition, from, to] and two more.
    const auto decoded = decode<BrokerToWorker>(std::string("\x97\x43\x05\x01\x02\x03\xA1x") + kMap);
    ASSERT_TRUE(decoded) << describe(decoded.error());
    const auto& request = std::get<ResendRequest>(decoded->message);
    EXPECT_EQ(request.partition, 1u);
    EXPECT_EQ(request.from, 2u);
    EXPECT_EQ(request.to, 3u);
    EXPECT_EQ(decoded->number, 5u);
}

TEST(LinkCodec, MissingFieldsAreAnError) {
    EXPECT_FALSE(decode<BrokerToWorker>("\x94\x43\x05\x01\x02"));
}

TEST(LinkCodec, FieldsThatWereAddedLaterMayBeMissing) {
    const auto whole = encode(1, WorkerWelcome{1, "b", 16, 0, {}, 7, 9});
    ASSERT_EQ(whole.front(), '\x99');
    auto of_before = whole.substr(0, whole.size() - 1);
    of_before.front() = '\x98';
    const auto decoded = decode<BrokerToWorker>(of_before);
    ASSERT_TRUE(decoded) << describe(decoded.error());
    EXPECT_EQ(std::get<WorkerWelcome>(decoded->message).incarnation, 7u);
    EXPECT_EQ(std::get<WorkerWelcome>(decoded->message).newest, 0u);
    auto too_short = of_before.substr(0, of_before.size() - 1);
    too_short.front() = '\x97';
    EXPECT_FALSE(decode<BrokerToWorker>(too_short));
}

TEST(LinkCodec, NumbersTooLargeForTheirFieldAreAnError) {
    EXPECT_FALSE(decode<BrokerToWorker>(std::string("\x95\x43\x05\xCF\0\0\0\1\0\0\0\0\x02\x03", 14)));
}

TEST(LinkCodec, NothingIsNil) {
    AssignTask assign;
    assign.kind = "k";
    const auto bytes = encode(1, assign);
    const auto decoded = decode<BrokerToWorker>(bytes);
    ASSERT_TRUE(decoded);
    EXPECT_TRUE(std::get<AssignTask>(decoded->message).input.bytes.empty());
}

}  // namespace
}  // namespace longwire::link
