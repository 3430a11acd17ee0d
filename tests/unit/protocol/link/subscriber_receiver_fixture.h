#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/protocol/link/recording_listener.h"

namespace longwire::link {

inline constexpr std::uint64_t kEpoch = 7;
inline constexpr std::int64_t kHelloAgainUs = 250'000;

/// The broker's side by hand: numbers its messages, and decodes the receiver's.
class SubscriberReceiverTest : public ::testing::Test {
  protected:
    template <class Message>
    void broker_says(const Message& message) {
        receiver_.receive(encode(++said_, message), now_us_);
    }

    void welcome() {
        said_ = 0;
        broker_says(EdgeWelcome{kProtocolVersion, "broker", 4, newest_});
    }

    void connect() {
        receiver_.tick(now_us_);
        take();
        welcome();
    }

    void deliver(std::string_view path, std::uint64_t first, std::size_t count, std::uint64_t epoch = kEpoch) {
        broker_says(Deliver{{{path, epoch, first, std::vector<Blob>(count, Blob{"e"})}}});
    }

    /// Subscribes and answers.
    void subscribe(const std::string& path, std::uint64_t after) {
        receiver_.subscribe(path);
        answer_subscribe(after);
    }

    void answer_subscribe(std::uint64_t after, std::uint64_t epoch = kEpoch) {
        const auto asked = last<Subscribe>();
        ASSERT_TRUE(asked);
        broker_says(Subscribed{asked->request, epoch, after, after, 1});
    }

    void lose_one() { ++said_; }

    /// Is of before there were other messages.
    void know_messages_to(std::uint32_t kind) { newest_ = kind; }

    void tick_after(std::int64_t passed_us) {
        now_us_ += passed_us;
        receiver_.tick(now_us_);
    }

    /// What the receiver has sent since the last time, decoded; kept, because messages hold views.
    void take() {
        for (auto& bytes : receiver_.take_outgoing()) {
            sent_bytes_.push_back(std::make_unique<std::string>(std::move(bytes)));
            decode_each<EdgeToBroker>(*sent_bytes_.back(), [&](const auto& decoded) {
                EXPECT_TRUE(decoded);
                sent_.push_back(*decoded);
                return true;
            });
        }
    }

    /// All messages of one kind sent since clear().
    template <class Message>
    std::vector<Message> all() {
        take();
        std::vector<Message> found;
        for (const auto& numbered : sent_) {
            if (const auto* message = std::get_if<Message>(&numbered.message)) found.push_back(*message);
        }
        return found;
    }

    template <class Message>
    std::optional<Message> last() {
        const auto found = all<Message>();
        return found.empty() ? std::nullopt : std::optional(found.back());
    }

    void clear() {
        take();
        sent_.clear();
    }

    testing::RecordingListener listener_;
    SubscriberReceiver receiver_{{"edge-1", 1000, 3, 4}, listener_};
    std::int64_t now_us_ = 1'000'000;
    std::uint32_t newest_ = kNewestOfEdges;
    std::uint64_t said_ = 0;
    std::vector<std::unique_ptr<std::string>> sent_bytes_;
    std::vector<Numbered<EdgeToBroker>> sent_;
};

}  // namespace longwire::link
