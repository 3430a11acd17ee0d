#include "bench/load/protocols/http_post.h"

#include <boost/algorithm/string/find.hpp>
#include <charconv>

namespace longwire::load {
namespace {

std::size_t content_length(std::string_view head) {
    constexpr std::string_view kName = "content-length: ";
    const auto found = boost::algorithm::ifind_first(head, kName);
    std::size_t length = 0;
    if (!found.empty()) std::from_chars(found.end(), head.data() + head.size(), length);
    return length;
}

}  // namespace

void HttpPostProtocol::on_open(Outgoing& /*out*/, Listener& listener) {
    carry_.clear();
    listener.on_ready();
}

void HttpPostProtocol::on_message(std::string_view message, Outgoing& /*out*/, Listener& listener) {
    auto bytes = carry_.with(message);
    while (!bytes.empty() && take(bytes, listener)) {
    }
    carry_.keep(bytes);
}

bool HttpPostProtocol::take(std::string_view& bytes, Listener& listener) {
    constexpr std::string_view kHeadEnd = "\r\n\r\n";
    constexpr std::string_view kSuccess = "HTTP/1.1 2";
    const auto head_bytes = bytes.find(kHeadEnd);
    if (head_bytes == std::string_view::npos) return false;
    const auto head = bytes.substr(0, head_bytes);
    const auto body_bytes = content_length(head);
    const auto begun = head_bytes + kHeadEnd.size();
    if (bytes.size() - begun < body_bytes) return false;
    if (head.starts_with(kSuccess)) {
        listener.on_accepted();
    } else {
        listener.on_refused(head.substr(0, head.find("\r\n")));
    }
    bytes.remove_prefix(begun + body_bytes);
    return true;
}

void HttpPostProtocol::publish(std::string_view topic, std::string_view payload, Outgoing& out) {
    request_.assign("POST ").append(role_.path).append(topic).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    request_.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(payload.size()));
    request_.append("\r\n\r\n").append(payload);
    out.send_bytes(request_);
}

}  // namespace longwire::load
