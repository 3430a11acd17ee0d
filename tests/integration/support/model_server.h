#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/integration/support/json.h"

namespace longwire::integration {

/// One request to a ModelServer, and the way to answer it.
class ModelRequest {
  public:
    ModelRequest(int fd, json::value its_body) : body(std::move(its_body)), fd_(fd) {}

    const json::value body;

    void send(std::string_view bytes);
    /// In pieces of so many bytes, each in a packet of its own as far as the kernel goes along.
    void send_in_pieces(std::string_view bytes, std::size_t size);
    /// The head of a stream that ends with the connection.
    void begin_stream();
    /// A chunk of a stream with this text.
    static std::string chunk(const std::string& text);
    /// A chunk that wants one tool, its arguments in two pieces.
    static std::string tool_chunks(const std::string& name, const std::string& arguments);
    /// What ends a stream.
    static std::string end(const std::string& finish = "stop");
    /// Waits until the client has closed. False if it hasn't within 60 s.
    bool wait_for_close();

  private:
    int fd_;
};

/// A server with OpenAI's interface that answers as a test says, each connection in a thread of its own.
class ModelServer {
  public:
    /// `number` counts requests from 0. The connection is closed when it returns.
    using Answer = std::function<void(ModelRequest& request, int number)>;

    ModelServer();
    ~ModelServer();
    ModelServer(const ModelServer&) = delete;
    ModelServer& operator=(const ModelServer&) = delete;

    /// Before the first request.
    void answer_with(Answer answer) { answer_ = std::move(answer); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
    int requests() const { return requests_; }

  private:
    void accept_all();
    void serve(int fd);

    Answer answer_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> requests_{0};
    std::mutex mutex_;
    std::vector<std::thread> threads_;
    std::vector<int> open_;
    std::thread acceptor_;
};

}  // namespace longwire::integration
