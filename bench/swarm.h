#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/frame_counter.h"
#include "tests/integration/support/waiting.h"

namespace longwire::bench {

/// Many clients of /v1/ws on one thread, cheap enough to be hardly noticed beside an edge: each connects, sends one
/// command and follows the events that come.
class Swarm {
  public:
    struct Command {
        std::string bytes;        // as JSON or MessagePack
        std::uint64_t after = 0;  // the first event will be the one behind this
    };

    Swarm(std::uint16_t port, bool is_msgpack);
    ~Swarm();
    Swarm(const Swarm&) = delete;
    Swarm& operator=(const Swarm&) = delete;

    /// Connects all at once; each sends its command when its handshake is answered. Throws if one is refused, or what
    /// comes has a hole, or not all have got up to `last` before the deadline.
    void replay(std::size_t clients, const std::function<Command(std::size_t)>& command, std::uint64_t last,
                integration::Deadline deadline);

    /// Seconds from the first connect: until all subscribes were answered, and until all had all.
    double subscribed_s() const { return subscribed_s_; }
    double complete_s() const { return complete_s_; }

  private:
    struct Client {
        int socket = -1;
        bool is_connected = false;
        bool is_open = false;
        std::string answer;  // to the handshake, so far
        Command command;
        FrameCounter frames;
    };

    void connect(Client& client);
    void read(Client& client);
    std::string_view take_handshake(Client& client, std::string_view bytes);

    std::uint16_t port_;
    bool is_msgpack_;
    std::string handshake_;
    int epoll_ = -1;
    std::vector<Client> clients_;
    std::string scratch_;
    double subscribed_s_ = 0;
    double complete_s_ = 0;
};

}  // namespace longwire::bench
