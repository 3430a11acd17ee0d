#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/integration/support/waiting.h"

namespace longwire::integration {

/// A blocking TCP connection to this machine with a deadline on everything. Errors are std::runtime_error.
class TcpStream {
  public:
    /// `receive_buffer_bytes` is the kernel's; 0: as large as it likes.
    explicit TcpStream(std::uint16_t port, int receive_buffer_bytes = 0);
    ~TcpStream();
    TcpStream(TcpStream&& other) noexcept;
    TcpStream& operator=(TcpStream&&) = delete;

    void send(std::string_view bytes, Deadline deadline = Deadline());
    /// The same, where the other side may have had enough: false if it has closed.
    bool try_send(std::string_view bytes, Deadline deadline = Deadline());

    /// What comes next, at least one byte; nothing when the other side has closed (or reset).
    std::optional<std::string> receive(Deadline deadline);

    /// Takes bytes up to and with `end`; throws when the connection ends before.
    std::string receive_until(std::string_view end, Deadline deadline);
    std::string receive_exactly(std::size_t count, Deadline deadline);
    /// All up to the end of the connection.
    std::string receive_all(Deadline deadline = Deadline());

    /// Whether receive_exactly(1) could be answered, or the end is there, before the deadline.
    bool has_more(Deadline deadline);
    bool is_closed_by_peer() const { return is_closed_; }

    void finish_sending();

  private:
    bool fill(Deadline deadline);

    int fd_ = -1;
    bool is_closed_ = false;
    std::string received_;
    std::size_t taken_ = 0;
};

}  // namespace longwire::integration
