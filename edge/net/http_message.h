#pragma once

#include <string>
#include <string_view>

#include "edge/net/server.h"

/// HTTP answers as bytes. Pure; any thread.
namespace longwire::edge::net {

/// The reason phrase of a status, such as "Not Found"; of an unknown one that of its class.
std::string_view reason_phrase(unsigned status);

/// An RFC 7807 answer: application/problem+json with {type, title, status, code, detail}. `code` is an error
/// code of the client protocol, such as "too_large".
HttpResponse make_problem(unsigned status, std::string_view code, std::string_view detail);

/// How the head of an answer frames the body and the connection.
struct HeadOptions {
    bool keep_alive = true;
    bool stream = false;              // no Content-Length: the connection ends behind the body
    bool chunked = false;             // which says itself where it ends (RFC 9112, 7.1)
    std::string_view common_headers;  // complete lines, such as Date and Server
};

/// The status line and the headers, with the empty line. Headers whose name or value would break out of their
/// line are left out.
std::string make_response_head(const HttpResponse& response, const HeadOptions& options);

}  // namespace longwire::edge::net
