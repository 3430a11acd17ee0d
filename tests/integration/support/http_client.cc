#include "tests/integration/support/http_client.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "tests/integration/support/process.h"

namespace longwire::integration {
namespace {

std::string lowered(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return text;
}

std::size_t to_size(const std::string& digits, int base) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, base);
    if (error != std::errc{} || end == digits.data()) throw std::runtime_error("not a length: " + digits);
    return size;
}

std::string request_text(const std::string& method, const std::string& target, const std::string& body,
                         const Headers& headers) {
    auto text = method + " " + target + " HTTP/1.1\r\nHost: test\r\n";
    for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
}

std::string read_chunk(TcpStream& stream, Deadline deadline) {
    const auto size = to_size(stream.receive_until("\r\n", deadline), 16);
    auto chunk = stream.receive_exactly(size, deadline);
    stream.receive_until("\r\n", deadline);
    return chunk;
}

}  // namespace

std::string HttpReply::header(std::string_view name) const {
    for (const auto& [known, value] : headers) {
        if (known == name) return value;
    }
    return {};
}

HttpReply read_head(TcpStream& stream, Deadline deadline) {
    const auto lines = lines_of(stream.receive_until("\r\n\r\n", deadline));
    HttpReply reply;
    reply.status = static_cast<int>(to_size(lines.at(0).substr(9, 3), 10));
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto colon = lines[i].find(':');
        if (colon == std::string::npos) continue;
        const auto value = lines[i].find_first_not_of(' ', colon + 1);
        reply.headers.emplace_back(lowered(lines[i].substr(0, colon)),
                                   lines[i].substr(value, lines[i].find('\r') - value));
    }
    return reply;
}

HttpReply read_reply(TcpStream& stream, bool has_body, Deadline deadline) {
    auto reply = read_head(stream, deadline);
    if (!has_body) return reply;
    if (reply.header("transfer-encoding") == "chunked") {
        for (auto chunk = read_chunk(stream, deadline); !chunk.empty(); chunk = read_chunk(stream, deadline)) {
            reply.body += chunk;
        }
    } else if (const auto length = reply.header("content-length"); !length.empty()) {
        reply.body = stream.receive_exactly(to_size(length, 10), deadline);
    }
    return reply;
}

HttpReply HttpClient::request(const std::string& method, const std::string& target, const std::string& body,
                              const Headers& headers) const {
    TcpStream stream(port_);
    stream.send(request_text(method, target, body, headers));
    return read_reply(stream, method != "HEAD", Deadline());
}

HttpReply HttpClient::get(const std::string& target, const Headers& headers) const {
    return request("GET", target, "", headers);
}

HttpReply HttpClient::post(const std::string& target, const std::string& body, const Headers& headers) const {
    auto all = headers;
    all.emplace_back("Content-Type", "application/json");
    return request("POST", target, body, all);
}

HttpReply HttpClient::post(const std::string& target, const json::value& body, const Headers& headers) const {
    return post(target, json::serialize(body), headers);
}

std::optional<HttpReply> HttpClient::raw(const std::string& bytes) const {
    TcpStream stream(port_);
    // An edge that has read enough answers and closes before all has been sent.
    stream.try_send(bytes);
    try {
        return read_reply(stream, true, Deadline());
    } catch (const std::runtime_error&) {
        if (stream.is_closed_by_peer()) return std::nullopt;
        throw;
    }
}

int HttpClient::status_of(const std::string& target) const {
    try {
        return get(target).status;
    } catch (const std::runtime_error&) {
        return 0;
    }
}

SseClient::SseClient(std::uint16_t port, const std::string& target, const Headers& headers) : stream_(port) {
    auto all = headers;
    all.emplace_back("Accept", "text/event-stream");
    stream_.send(request_text("GET", target, "", all));
    const auto head = read_head(stream_, Deadline());
    is_chunked_ = head.header("transfer-encoding") == "chunked";
    if (head.status != 200) throw std::runtime_error("the stream was refused: " + std::to_string(head.status));
}

std::string SseClient::line(Deadline deadline) {
    auto end = body_.find('\n');
    while (end == std::string::npos) {
        const auto part = is_chunked_ ? read_chunk(stream_, deadline) : stream_.receive(deadline).value_or("");
        if (part.empty()) throw std::runtime_error("the stream has ended");
        body_ += part;
        end = body_.find('\n');
    }
    auto line = body_.substr(0, end);
    body_.erase(0, end + 1);
    return line;
}

SseEvent SseClient::next(Deadline deadline) {
    SseEvent event;
    while (true) {
        const auto field = line(deadline);
        if (field.starts_with("id: ")) last_id_ = field.substr(4);
        if (field.starts_with("event: ")) event.name = field.substr(7);
        if (field.starts_with("data: ")) event.data += field.substr(6);
        if (!field.empty() || event.data.empty()) continue;
        event.id = last_id_;
        return event;
    }
}

std::vector<SseEvent> SseClient::until_type(const std::string& type, Deadline deadline) {
    std::vector<SseEvent> events;
    do {
        events.push_back(next(deadline));
    } while (text(events.back().json(), "type") != type);
    return events;
}

}  // namespace longwire::integration
