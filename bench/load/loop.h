#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "protocol/descriptor.h"

namespace longwire::load {

/// One thread's wait for its sockets. Throws std::system_error where the system refuses to make one.
class Loop {
  public:
    class Handler {
      public:
        virtual ~Handler() = default;
        /// `events` are those of epoll. It may be called once more after its socket was closed.
        virtual void on_io(std::uint32_t events) = 0;
    };

    Loop();

    /// Begins, or goes on, to call the handler for `events` of the socket, until that is closed.
    void watch(int socket, Handler& handler, std::uint32_t events);
    void change(int socket, Handler& handler, std::uint32_t events);

    /// Waits for sockets, but not beyond `until_ns`, and calls the handlers of some that are ready.
    void turn(std::int64_t until_ns);

    /// Where handlers may receive into, one after the other.
    std::vector<char>& buffer() { return buffer_; }

  private:
    Descriptor epoll_;
    std::vector<char> buffer_;
};

}  // namespace longwire::load
