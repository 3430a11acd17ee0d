#pragma once

#include <string>

namespace longwire {

/// What people and programs are told of a kind: `longwire kinds` lists it, and the page makes a form of it. Each part
/// may be left out.
struct KindDescription {
    /// A sentence or two. At most 1 KiB.
    std::string about = {};
    /// A JSON Schema of the input, as JSON text: an object of at most 16 KiB. Anything that is JSON is carried. Nobody
    /// but the handler checks an input by it.
    std::string input_schema = {};
    /// An input to begin from, as JSON text. At most 16 KiB.
    std::string example = {};
};

}  // namespace longwire
