#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/core/string_map.h"
#include "protocol/link/producer_messages.h"
#include "protocol/result.h"

namespace longwire::broker {

/// What one worker has said of the kinds that it serves.
///
/// Bound: link::kKindsBytesMax.
class KindNotes {
  public:
    struct Note {
        std::string about;         // empty: nothing said
        std::string input_schema;  // MessagePack; empty: none
        std::string example;       // likewise
    };
    /// Kinds, as the message has them, and why what was said of them is not kept.
    using Refused = std::vector<std::pair<std::string_view, Error>>;

    /// Forgets what was said before.
    Refused take(const link::DescribeKinds& described);

    /// Null if nothing was said of it.
    const Note* find(std::string_view kind) const;

  private:
    StringMap<Note> notes_;
};

}  // namespace longwire::broker
