#pragma once

#include <string>
#include <string_view>

#include "protocol/limits.h"
#include "protocol/result.h"

/// The border between MessagePack, which is carried inside, and JSON, which many clients speak.
namespace longwire {

/// Appends one MessagePack value as JSON (RFC 8259), streaming: no tree is built.
///
/// What JSON has no form for: bin becomes base64 text, a timestamp RFC 3339 text, any other extension
/// {"ext": type, "base64": …}; NaN and infinities become null; a key that is no text becomes its JSON as text; bytes
/// that are not UTF-8 become U+FFFD. Whole numbers keep all their digits. Errors: malformed input, more than
/// `depth_max` levels, within a key another key that is no text; `out` then holds a part.
Status append_json(std::string_view msgpack, std::string& out, std::size_t depth_max = kPayloadDepthMax);

/// Appends a JSON string, quoted and escaped; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string_view text, std::string& out);

/// Turns one JSON text into MessagePack. Whole numbers become integers, 1.0 and 1e2 too, others doubles; a fraction of
/// more than 15 digits may come out one unit of a double's last place off. Of a key that comes twice the last value
/// counts. Errors name the byte at or before which the text goes wrong, and refuse more than kPayloadDepthMax levels.
Result<std::string> json_to_msgpack(std::string_view json);

/// Takes one JSON text off the front of `json`, with the white space around it, and turns it into MessagePack likewise.
/// After an error `json` is what it was.
Result<std::string> take_json(std::string_view& json);

}  // namespace longwire
