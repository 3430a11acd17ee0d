#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "edge/core/authenticator.h"
#include "edge/core/upstream.h"
#include "protocol/msgpack_fields.h"

namespace longwire::edge {

/// Whether obeying a command twice is the same as once. A start is, because the edge names its task; a publish with a
/// key is; run and input are not.
bool may_repeat(std::string_view command, const MsgpackFields& fields);

/// One shard's questions to the broker that wait for an answer. Each is answered exactly once, later, or given up by
/// its asker before.
///
/// Thread: the shard's; no locks inside.
class Requests {
  public:
    using OnReply = std::function<void(const Result<std::string>&)>;  // a MessagePack map
    using OnPage = std::function<void(const Result<FetchedPage>&)>;

    explicit Requests(std::function<void(ToLink)> to_link) : to_link_(std::move(to_link)) {}

    /// Passes a command on that is already checked in form. Returns a token for give_up().
    std::uint64_t command(const Identity& who, std::string_view command, std::string fields, OnReply on_reply);

    /// The same for who has looked into the fields already.
    std::uint64_t command(const Identity& who, std::string_view command, std::string fields, bool may_repeat,
                          OnReply on_reply);

    /// The same where many may ask the same at once: they share the answer to the first of them, so it may be as old as
    /// that one's question.
    std::uint64_t shared_command(const Identity& who, std::string_view command, const std::string& fields,
                                 OnReply on_reply);

    /// Asks for a page of a topic's events.
    std::uint64_t fetch(const std::string& path, std::uint64_t epoch, std::uint64_t after, std::uint32_t events_max,
                        OnPage on_page);

    /// See ConnectionGone of the subscriber link.
    void tell_gone(const std::string& connection) { to_link_(TellGone{connection}); }

    /// The answer is of no more interest: the callback will not be called.
    void give_up(std::uint64_t token);

    /// A command's answer, if it is still to come, is for somebody else from now on.
    void redirect(std::uint64_t token, OnReply on_reply);

    void on_answered(const CommandAnswered& answered);
    void on_fetched(const EventsFetched& fetched);

    /// Whether its answer is still to come.
    bool is_open(std::uint64_t token) const {
        return replies_.contains(token) || pages_.contains(token) || shared_from_.contains(token);
    }

    std::size_t waiting() const { return replies_.size() + pages_.size(); }

  private:
    using Askers = std::map<std::uint64_t, OnReply>;  // by token

    void answer_shared(const std::string& question, const Result<std::string>& reply);

    std::function<void(ToLink)> to_link_;
    std::unordered_map<std::uint64_t, OnReply> replies_;
    std::unordered_map<std::string, Askers> shared_;              // by question; those that are under way
    std::unordered_map<std::uint64_t, std::string> shared_from_;  // token -> question
    Askers being_answered_;
    std::unordered_map<std::uint64_t, OnPage> pages_;
    std::uint64_t next_token_ = 1;
};

}  // namespace longwire::edge
