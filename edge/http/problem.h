#pragma once

#include "edge/net/server.h"
#include "protocol/result.h"

namespace longwire::edge::http {

/// The HTTP status that says what an error's code says.
unsigned status_of(Errc code);

/// An error as a problem document (RFC 9457), with the protocol's code and the field at fault.
net::HttpResponse problem(const Error& error);

/// A response with a JSON body.
net::HttpResponse json_response(unsigned status, std::string json);

/// 405 with the methods there are.
net::HttpResponse method_not_allowed(std::string_view allowed);

/// 426: what is asked for is a WebSocket.
net::HttpResponse upgrade_required();

}  // namespace longwire::edge::http
