#pragma once

#include <string_view>

namespace longwire::edge::http {

/// The HTTP interface's description (OpenAPI 3.1), for /v1/openapi.json.
std::string_view openapi_json();

}  // namespace longwire::edge::http
