#include "protocol/link/kind_description.h"

#include <string>

#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/msgpack_reader.h"
#include "protocol/topic.h"

namespace longwire::link {
namespace {

Error fault(Errc code, const KindDescription& description, std::string_view field, const std::string& what) {
    return Error{code, "of kind " + std::string(description.kind) + " " + what, std::string(field)};
}

Status check_size(const KindDescription& description, std::string_view field, std::size_t bytes,
                  std::size_t bytes_max) {
    if (bytes <= bytes_max) return {};
    return fault(Errc::too_large, description, field, "is larger than " + std::to_string(bytes_max) + " bytes");
}

/// What can't be shown as JSON would spoil the list of all kinds.
Status check_json(const KindDescription& description, std::string_view field, std::string_view value) {
    if (value.empty()) return {};
    std::string json;
    const auto shown = append_json(value, json, kKindDepthMax);
    if (shown) return {};
    return fault(Errc::bad_request, description, field, "is no JSON: " + shown.error().message);
}

}  // namespace

std::size_t bytes_of(const KindDescription& description) {
    return description.kind.size() + description.about.size() + description.input_schema.bytes.size() +
           description.example.bytes.size();
}

Status check(const KindDescription& description) {
    const auto schema = description.input_schema.bytes;
    const auto example = description.example.bytes;
    LW_TRY_STATUS(check_name("kind", description.kind, kNameBytesMax));
    LW_TRY_STATUS(check_size(description, "about", description.about.size(), kKindAboutBytesMax));
    LW_TRY_STATUS(check_size(description, "input_schema", schema.size(), kKindSchemaBytesMax));
    LW_TRY_STATUS(check_size(description, "example", example.size(), kKindExampleBytesMax));
    LW_TRY_STATUS(check_json(description, "input_schema", schema));
    LW_TRY_STATUS(check_json(description, "example", example));
    if (!schema.empty() && MsgpackReader(schema).peek() != MsgpackReader::Type::map) {
        return fault(Errc::bad_request, description, "input_schema", "is no object");
    }
    return {};
}

Status check(const KindDescription& description, std::size_t bytes_before) {
    LW_TRY_STATUS(check(description));
    if (bytes_before + bytes_of(description) <= kKindsBytesMax) return {};
    return fault(
        Errc::too_many, description, "kinds",
        "is one too many to be described: one worker has " + std::to_string(kKindsBytesMax) + " bytes for all");
}

}  // namespace longwire::link
