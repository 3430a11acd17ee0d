#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/shared_slice.h"

namespace longwire::edge::net {

/// The bytes that one connection has still to send, in order, as pieces that are shared where that pays.
///
/// A piece that many connections send is kept by reference: nothing is copied when a turn queues one message.
/// When several small pieces gather they are copied together, because the kernel takes one long buffer faster
/// than many short ones. Not bounded: whoever queues looks at bytes(). Empty, it holds next to no memory. One
/// thread.
class SendQueue {
  public:
    /// Queues shared bytes. Empty ones are nothing.
    void push(SharedSlice piece);

    /// Queues a copy of `bytes`.
    void append(std::string_view bytes);

    std::size_t bytes() const { return bytes_; }
    bool empty() const { return bytes_ == 0; }

    /// Points `vectors` at the first queued bytes and returns how many of them are used. Valid until the next
    /// change.
    std::size_t gather(std::span<iovec> vectors) const;

    /// Forgets the first `count` bytes; count <= bytes().
    void consume(std::size_t count);

    void clear();

  private:
    std::vector<SharedSlice> pieces_;
    std::shared_ptr<std::string> open_;  // the last piece, where it is our own copy and may still grow
    std::size_t first_ = 0;              // index of the first piece that is not sent
    std::size_t sent_of_first_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace longwire::edge::net
