#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace longwire::edge {

/// A product's messages as protocol/spec/dialects has them: JSON Schema 2020-12, of which `$defs/in` is what clients
/// may send and `$defs/out` what they are sent.
///
/// Knows type, const, enum, required, properties, additionalProperties, items, minItems, maxItems, minLength,
/// maxLength, pattern, minimum, maximum, exclusiveMinimum, allOf, anyOf, oneOf, not, $ref within the file, and words
/// that only tell. Any other word in a schema is a fault, so that none is passed over in silence.
class MessageSchema {
  public:
    enum class Way { in, out };

    static MessageSchema load(const std::string& name);

    /// What is wrong with a message; empty if nothing is.
    std::string fault(Way way, const boost::json::value& message) const;

  private:
    boost::json::value schema_;
};

}  // namespace longwire::edge
