#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "edge/core/requests.h"
#include "protocol/command.h"

namespace longwire::edge {

/// The members of topics that one shard's clients are, so that a broker whose link was down or that has been restarted
/// can be told anew who is there.
///
/// Bound: the connections' own (ClientLimits::joins_max each).
/// Thread: the shard's; no locks inside.
class Members {
  public:
    explicit Members(Requests& requests) : requests_(requests) {}

    /// Becomes a member, or says it again with other information. Errors: those of the broker; conflict where the
    /// connection is another member of the topic.
    void join(const Identity& who, const std::string& connection, const JoinCommand& command,
              Requests::OnReply on_reply);

    /// Errors: not_found where the connection is no member of the topic.
    void leave(const std::string& connection, const std::string& topic, Requests::OnReply on_reply);

    /// The connection has gone. One that was lost may come back as another; one that was not leaves all its topics.
    void drop(const std::string& connection, bool is_lost);

    /// How many topics the connection is a member of.
    std::size_t count(const std::string& connection) const;

    /// There is a new session with the broker, which takes all members for away that are not told of in it.
    void on_link_up();

    void tick(std::int64_t now_us);

    std::size_t size() const { return size_; }

  private:
    struct Member {
        Identity who;
        std::string as;
        std::string info_raw;
        bool must_repeat = false;  // the broker has not been told in this session
    };
    using Topics = std::map<std::string, Member>;

    Member* find(const std::string& connection, const std::string& topic);
    void forget(const std::string& connection, const std::string& topic);
    void send_join(const std::string& connection, const std::string& topic, const Member& member,
                   Requests::OnReply on_reply);
    void send_leave(const std::string& connection, const std::string& topic, const Member& member, bool is_lost,
                    Requests::OnReply on_reply);
    void repeat(const std::string& connection, const std::string& topic, Member& member);

    Requests& requests_;
    std::map<std::string, Topics> connections_;
    std::size_t size_ = 0;
    std::size_t to_repeat_ = 0;  // about how many
    std::int64_t repeated_us_ = 0;
};

}  // namespace longwire::edge
