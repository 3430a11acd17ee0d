#pragma once

#include <cstddef>

#include "edge/net/ring.h"

namespace longwire::edge::net {

/// A connection whose reader (Beast's stream and its buffers, some 2.5 KB) exists.
class WarmReader : private RingNode {
  public:
    virtual ~WarmReader() = default;

    /// Asked of the one that has read least recently: give the reader up soon. False if it is in the middle
    /// of something.
    virtual bool cool() = 0;

  private:
    friend class WarmReaders;
};

/// Bounds how many connections of a shard keep a reader while they have nothing to read. Most connections
/// listen and are silent; those that talk keep theirs, and the others have it made anew when they say
/// something. One thread.
class WarmReaders {
  public:
    explicit WarmReaders(std::size_t max) : max_(max) {}

    /// `reader` exists, and has just been used. May ask another, or `reader` itself, to cool().
    void touch(WarmReader& reader) {
        if (!reader.linked()) ++count_;
        ring_.push_back(reader);
        // One or two per touch keep up with any growth; one that is busy is asked again when its turn comes.
        for (int asked = 0; asked < 2 && count_ > max_; ++asked) {
            auto& oldest = static_cast<WarmReader&>(*ring_.front());
            if (oldest.cool()) {
                remove(oldest);
            } else {
                ring_.push_back(oldest);
            }
        }
    }

    /// `reader` is no more, or is not to be asked.
    void remove(WarmReader& reader) {
        if (!reader.linked()) return;
        reader.unlink();
        --count_;
    }

    std::size_t count() const { return count_; }

  private:
    Ring ring_;
    std::size_t max_;
    std::size_t count_ = 0;
};

}  // namespace longwire::edge::net
