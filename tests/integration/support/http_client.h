#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/support/json.h"
#include "tests/integration/support/tcp_stream.h"

namespace longwire::integration {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpReply {
    int status = 0;
    Headers headers;
    std::string body;

    std::string header(std::string_view name) const;
    json::value json() const { return parse_json(body); }
};

/// A blocking HTTP/1.1 client of one edge: a new connection for each request. Throws when there is no answer.
class HttpClient {
  public:
    explicit HttpClient(std::uint16_t port) : port_(port) {}

    HttpReply get(const std::string& target, const Headers& headers = {}) const;
    HttpReply post(const std::string& target, const std::string& body, const Headers& headers = {}) const;
    HttpReply post(const std::string& target, const json::value& body, const Headers& headers = {}) const;
    HttpReply request(const std::string& method, const std::string& target, const std::string& body,
                      const Headers& headers) const;

    /// Sends just these bytes and reads one reply; nothing if the edge closes instead.
    std::optional<HttpReply> raw(const std::string& bytes) const;

    /// The status of a request, 0 if there is no answer: for waiting until an edge is as it should be.
    int status_of(const std::string& target) const;

  private:
    std::uint16_t port_;
};

/// Reads the reply's head and, unless it is a stream, its body.
HttpReply read_head(TcpStream& stream, Deadline deadline);
HttpReply read_reply(TcpStream& stream, bool has_body, Deadline deadline);

/// One Server-Sent Event.
struct SseEvent {
    std::string id;
    std::string name;
    std::string data;
    json::value json() const { return parse_json(data); }
};

/// A stream of Server-Sent Events, as a browser's EventSource reads it.
class SseClient {
  public:
    /// Throws when the stream is refused.
    SseClient(std::uint16_t port, const std::string& target, const Headers& headers = {});

    /// The next event with data; ids without data are remembered like others.
    SseEvent next(Deadline deadline = Deadline());
    /// Events until one whose `type` is this, with it.
    std::vector<SseEvent> until_type(const std::string& type, Deadline deadline = Deadline());

    const std::string& last_id() const { return last_id_; }

  private:
    std::string line(Deadline deadline);

    TcpStream stream_;
    bool is_chunked_ = false;
    std::string body_;
    std::string last_id_;
};

}  // namespace longwire::integration
