#include "worker/sdk/kind_descriptions.h"

#include <string_view>
#include <utility>

#include "protocol/json.h"
#include "protocol/link/kind_description.h"

namespace longwire::worker {
namespace {

Result<std::string> packed(const std::string& kind, std::string_view field, const std::string& json) {
    if (json.empty()) return json;
    auto value = json_to_msgpack(json);
    if (!value) return bad_request(std::string(field), "of kind " + kind + " is no JSON: " + value.error().message);
    return value;
}

}  // namespace

Status KindDescriptions::add(const std::string& kind, const KindDescription& description) {
    Said said{kind, description.about, {}, {}};
    LW_TRY(said.input_schema, packed(kind, "input_schema", description.input_schema));
    LW_TRY(said.example, packed(kind, "example", description.example));
    if (said.about.empty() && said.input_schema.empty() && said.example.empty()) return {};
    const link::KindDescription on_link{kind, said.about, {said.input_schema}, {said.example}};
    LW_TRY_STATUS(link::check(on_link, bytes_));
    bytes_ += link::bytes_of(on_link);
    said_.push_back(std::move(said));
    return {};
}

std::optional<link::Prepared> KindDescriptions::message() const {
    if (said_.empty()) return std::nullopt;
    link::DescribeKinds message;
    for (const auto& one : said_) message.kinds.push_back({one.kind, one.about, {one.input_schema}, {one.example}});
    return link::prepare(message);
}

}  // namespace longwire::worker
