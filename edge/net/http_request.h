#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>

#include "edge/net/server.h"

namespace longwire::edge::net {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// What the App sees of a parsed request; the body is moved out of `parsed`. Empty if the request is
/// well-formed HTTP that no server may serve: a target that is no path, or HTTP/1.1 without Host.
std::optional<HttpRequest> to_http_request(BeastRequest& parsed, const std::string& remote_address);

}  // namespace longwire::edge::net
