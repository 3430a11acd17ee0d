#include "edge/net/http_message.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <memory>

namespace longwire::edge::net {
namespace {

struct Phrase {
    unsigned status;
    std::string_view text;
};

constexpr std::array kPhrases{
    Phrase{200, "OK"},
    Phrase{201, "Created"},
    Phrase{202, "Accepted"},
    Phrase{204, "No Content"},
    Phrase{206, "Partial Content"},
    Phrase{301, "Moved Permanently"},
    Phrase{302, "Found"},
    Phrase{303, "See Other"},
    Phrase{304, "Not Modified"},
    Phrase{307, "Temporary Redirect"},
    Phrase{308, "Permanent Redirect"},
    Phrase{400, "Bad Request"},
    Phrase{401, "Unauthorized"},
    Phrase{403, "Forbidden"},
    Phrase{404, "Not Found"},
    Phrase{405, "Method Not Allowed"},
    Phrase{406, "Not Acceptable"},
    Phrase{408, "Request Timeout"},
    Phrase{409, "Conflict"},
    Phrase{410, "Gone"},
    Phrase{411, "Length Required"},
    Phrase{412, "Precondition Failed"},
    Phrase{413, "Content Too Large"},
    Phrase{414, "URI Too Long"},
    Phrase{415, "Unsupported Media Type"},
    Phrase{422, "Unprocessable Content"},
    Phrase{426, "Upgrade Required"},
    Phrase{429, "Too Many Requests"},
    Phrase{431, "Request Header Fields Too Large"},
    Phrase{500, "Internal Server Error"},
    Phrase{501, "Not Implemented"},
    Phrase{502, "Bad Gateway"},
    Phrase{503, "Service Unavailable"},
    Phrase{504, "Gateway Timeout"},
    Phrase{505, "HTTP Version Not Supported"},
};

constexpr std::array<std::string_view, 6> kClasses{"Unknown",     "Informational", "Success",
                                                   "Redirection", "Client Error",  "Server Error"};

bool is_token_char(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
}

bool is_safe_value(std::string_view value) {
    return std::none_of(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    const bool is_token = !name.empty() && std::all_of(name.begin(), name.end(), is_token_char);
    if (!is_token || !is_safe_value(value)) return;
    out.append(name).append(": ").append(value).append("\r\n");
}

/// Answers that have no body by their status alone; a Content-Length would be wrong there.
bool has_no_body(unsigned status) {
    return status < 200 || status == 204 || status == 304;
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
    for (const auto& phrase : kPhrases) {
        if (phrase.status == status) return phrase.text;
    }
    return kClasses[status / 100 < kClasses.size() ? status / 100 : 0];
}

HttpResponse make_problem(unsigned status, std::string_view code, std::string_view detail) {
    HttpResponse response;
    response.status = status;
    response.content_type = "application/problem+json";
    const boost::json::value problem{{"type", "about:blank"},
                                     {"title", reason_phrase(status)},
                                     {"status", status},
                                     {"code", code},
                                     {"detail", detail}};
    response.body = std::make_shared<const std::string>(boost::json::serialize(problem));
    return response;
}

std::string make_response_head(const HttpResponse& response, const HeadOptions& options) {
    std::string head;
    head.reserve(256);
    head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    head.append(reason_phrase(response.status)).append("\r\n");
    head.append(options.common_headers);
    for (const auto& header : response.headers) append_header(head, header.name, header.value);
    if (!has_no_body(response.status)) {
        if (!response.content_type.empty()) append_header(head, "Content-Type", response.content_type);
        if (!options.stream) {
            const std::size_t size = response.body ? response.body->size() : 0;
            head.append("Content-Length: ").append(std::to_string(size)).append("\r\n");
        }
    }
    if (options.chunked) head.append("Transfer-Encoding: chunked\r\n");
    if (!options.keep_alive || options.stream) head.append("Connection: close\r\n");
    head.append("\r\n");
    return head;
}

}  // namespace longwire::edge::net
