#include "tests/integration/support/webhook_receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace longwire::integration {
namespace {

/// The head with the names of its headers in lower case.
std::string with_lower_names(std::string head) {
    bool in_name = false;
    for (char& c : head) {
        if (c == '\n') in_name = true;
        if (c == ':') in_name = false;
        if (in_name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return head;
}

std::size_t content_length(const WebhookReceiver::Received& received) {
    const std::string text = received.header("content-length");
    return text.empty() ? 0 : std::stoul(text);
}

}  // namespace

std::string WebhookReceiver::Received::header(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto value = at + name.size() + 4;
    return head.substr(value, head.find("\r\n", value) - value);
}

WebhookReceiver::WebhookReceiver(std::vector<int> first_statuses) : first_statuses_(std::move(first_statuses)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0) {
        throw std::runtime_error("no port to listen on");
    }
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

WebhookReceiver::~WebhookReceiver() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
}

void WebhookReceiver::serve() {
    while (true) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        take(fd);
        ::close(fd);
    }
}

void WebhookReceiver::take(int fd) {
    std::string bytes;
    Received one;
    while (true) {
        const auto end = bytes.find("\r\n\r\n");
        if (end != std::string::npos) {
            one.head = with_lower_names(bytes.substr(0, end + 2));
            one.body = bytes.substr(end + 4);
            if (one.body.size() >= content_length(one)) break;
        }
        std::array<char, 4096> buffer;
        const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got <= 0) return;
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
    }
    std::size_t index = 0;
    {
        const std::lock_guard guard(lock_);
        index = received_.size();
        received_.push_back(std::move(one));
    }
    const int status = index < first_statuses_.size() ? first_statuses_[index] : 200;
    const std::string answer = "HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: 0\r\n\r\n";
    ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
}

std::vector<WebhookReceiver::Received> WebhookReceiver::received() const {
    const std::lock_guard guard(lock_);
    return received_;
}

bool WebhookReceiver::wait_for(std::size_t count, Deadline deadline) const {
    return eventually([&] { return received().size() >= count; }, deadline);
}

}  // namespace longwire::integration
