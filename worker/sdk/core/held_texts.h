#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwire::worker {

/// Joins the pieces of texts that grow faster than they are worth events: the first piece of a text goes at once, those
/// that come within `join_us` of the last event of their text are held and go together.
///
/// Bound: for each text less than kPieceBytesMax and one piece, since what has reached kPieceBytesMax is due at once.
class HeldTexts {
  public:
    using Id = std::uint64_t;

    static constexpr std::size_t kPieceBytesMax = 32 << 10;

    struct Delta {
        std::string_view stream;
        std::string_view agent;
        std::uint64_t index = 0;
        std::string_view text;
    };

    Id open(std::string stream, std::string agent, std::int64_t join_us);

    /// Takes a piece of at most kPieceBytesMax.
    void write(Id id, std::string_view text, std::int64_t now_us);

    /// When to look again for what is due, also if something were written in between; nothing where a piece that came
    /// next would be due at once.
    std::optional<std::int64_t> look_again_us(std::int64_t now_us) const;

    std::size_t bytes() const { return bytes_; }

    /// Hands what is due by `now_us` to `emit(const Delta&)`, in the order in which the pieces began to be held.
    template <class Emit>
    void take_due(std::int64_t now_us, Emit&& emit) {
        std::size_t kept = 0;
        for (const auto id : held_) {
            auto& text = texts_.at(id);
            if (text.due_us > now_us) {
                held_[kept++] = id;
                continue;
            }
            emit(Delta{text.stream, text.agent, text.index, text.held});
            ++text.index;
            text.due_us = now_us + text.join_us;
            bytes_ -= text.held.size();
            text.held.clear();
        }
        held_.resize(kept);
    }

    /// Everything that is held is due.
    void hasten();

    /// How many pieces of a text were taken.
    std::uint64_t index(Id id) const { return texts_.at(id).index; }

    /// Forgets a text of which nothing is held.
    void close(Id id) { texts_.erase(id); }

  private:
    struct Text {
        std::string stream;
        std::string agent;
        std::int64_t join_us = 0;
        std::int64_t due_us = 0;  // of what is held, or will be
        std::uint64_t index = 0;
        std::string held;
    };

    std::map<Id, Text> texts_;
    std::vector<Id> held_;
    std::size_t bytes_ = 0;
    Id last_ = 0;
};

}  // namespace longwire::worker
