#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "protocol/link/link_codec.h"
#include "protocol/result.h"
#include "worker/sdk/kind_description.h"

namespace longwire::worker {

/// What a worker will say of its kinds, as the link carries it.
class KindDescriptions {
  public:
    /// Errors name the kind and the field: bad_request for what is no JSON, or a schema that is no object; too_large;
    /// too_many where this worker's kinds are more than the broker keeps.
    Status add(const std::string& kind, const KindDescription& description);

    /// A DescribeKinds; nothing where nothing is said.
    std::optional<link::Prepared> message() const;

  private:
    struct Said {
        std::string kind;
        std::string about;
        std::string input_schema;  // MessagePack; empty: none
        std::string example;       // likewise
    };

    std::vector<Said> said_;
    std::size_t bytes_ = 0;
};

}  // namespace longwire::worker
