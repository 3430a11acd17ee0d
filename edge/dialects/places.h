#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edge/dialects/place_book.h"
#include "edge/dialects/translator.h"

namespace longwire::edge {

/// Keeps in a topic where the clients of a conversation are, and which tasks it has started, for products whose
/// frontends cannot say what they have: so any edge can go on from there. docs/decisions/0014 tells how and why.
///
/// One per connection. Its translator hands it events, pushes, proofs, times and the close, and tells what it has sent.
/// Bounds: those of PlaceBook; one turn is begun at a time.
class Places {
  public:
    struct Settings {
        std::int64_t prove_ms = 1'000;      // between proofs, and so between records, while something is sent
        std::int64_t take_over_ms = 2'000;  // how long a connection has to say that it is still there
        std::int64_t begin_ms = 3'000;      // how long the one that asks for a turn has to start its task
        PlaceBook::Bounds bounds;
    };

    /// Whose places they are.
    class Owner {
      public:
        virtual ~Owner() = default;

        /// Once, after open(): where to go on from; turns() has what there is from there on. `has_missed` tells that
        /// there were turns in between which are not known any more. After an error nothing follows.
        virtual void on_place(const Result<Place>& place, bool has_missed) = 0;

        /// A turn that came after that, of this connection or another: its task is being started.
        virtual void on_turn(const Turn& turn) = 0;

        /// Its task could not be started and will not be.
        virtual void on_turn_failed(const Turn& turn, const Error& why) = 0;
    };

    Places(Host& host, Owner& owner, std::string topic, Settings settings);

    void open();

    struct Begun {
        Turn turn;             // failed if its task could not be started; on_turn_failed follows
        bool is_mine = false;  // else another's came first, or this one has been begun before
    };
    using OnBegun = std::function<void(const Result<Begun>&)>;

    /// Asks for the next turn: `start` are the fields of its task's start but for its name. `key` may be empty; one
    /// that a turn already has leads to that turn. Not while another is being begun.
    void begin(std::string key, json::object start, OnBegun on_begun);

    /// Whether the event or push was for this.
    bool on_event(const NativeEvent& event);
    bool on_push(const json::object& push);

    /// All up to there has been sent.
    void sent(const Place& place);

    void on_proven(std::uint64_t proof);
    void on_time();
    void on_closed(std::uint16_t code);

    /// When it wants on_time; nothing if it has no wish.
    std::optional<std::int64_t> next_us() const;

    const PlaceBook& book() const { return book_; }

    /// Since when a proof is being waited for; nothing if none is.
    std::optional<std::int64_t> proving_since_us() const { return proof_ ? std::optional(proved_us_) : std::nullopt; }

  private:
    struct Proof {
        std::uint64_t number = 0;
        Place place;
    };
    struct Asked {
        std::uint64_t number = 0;
        std::string task;
        OnBegun on_begun;
    };

    void read(std::function<void(const Result<json::object>&)> on_read);
    void fold(const json::object& page);
    void follow(const json::object& page);
    void come();
    void catch_up();
    void take_note_of(std::uint64_t number);
    void start(const Turn& turn, bool is_mine);
    void fail(const Turn& turn, const Error& error);
    void answer(const Result<Begun>& begun);
    json::array to_take() const;
    void write(std::string_view type);
    void publish(std::string_view type, json::object record, const std::string& key);

    Host& host_;
    Owner& owner_;
    std::string topic_;
    Settings settings_;
    PlaceBook book_;
    std::string connection_;
    bool has_come_ = false;
    std::uint64_t came_ = 0;    // the offset of the record that says so
    std::uint64_t read_ = 0;    // the newest record's offset
    std::uint64_t handed_ = 0;  // the newest turn that the owner knows
    Place sent_;
    Place proven_;
    Place recorded_;
    std::optional<Proof> proof_;
    std::int64_t proved_us_ = 0;
    std::optional<std::int64_t> take_us_;
    std::optional<std::int64_t> begin_us_;
    std::optional<Asked> asked_;
};

}  // namespace longwire::edge
