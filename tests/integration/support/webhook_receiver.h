#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/support/waiting.h"

namespace longwire::integration {

/// An HTTP server for webhooks on a free port of this machine, which answers as it is told to and keeps what came.
class WebhookReceiver {
  public:
    /// The statuses of the first answers; then all are 200.
    explicit WebhookReceiver(std::vector<int> first_statuses = {});
    ~WebhookReceiver();
    WebhookReceiver(const WebhookReceiver&) = delete;
    WebhookReceiver& operator=(const WebhookReceiver&) = delete;

    struct Received {
        std::string head;  // its names in lower case
        std::string body;

        std::string header(const std::string& name) const;
    };

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }
    std::vector<Received> received() const;
    /// Waits until so many have come.
    bool wait_for(std::size_t count, Deadline deadline = Deadline(60'000)) const;

  private:
    void serve();
    void take(int fd);

    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<int> first_statuses_;
    mutable std::mutex lock_;
    std::vector<Received> received_;
    std::thread thread_;
};

}  // namespace longwire::integration
