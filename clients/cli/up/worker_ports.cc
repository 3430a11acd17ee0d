#include "clients/cli/up/worker_ports.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>

#include "protocol/endpoints.h"

namespace longwire::cli {
namespace {

constexpr const char* kHost = "127.0.0.1";

/// A name that the kernel gives to one process at a time and takes back with it. Not open where another has it.
Descriptor lock_port(int port) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const std::string text = "longwire-worker-port-" + std::to_string(port);
    std::memcpy(name.sun_path + 1, text.data(), text.size());  // behind a zero: a name that is no file
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    Descriptor lock(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): so bind() wants it
    if (bind(lock.get(), reinterpret_cast<const sockaddr*>(&name), size) != 0) lock.reset();
    return lock;
}

std::string endpoint(int port) {
    return "tcp://" + std::string(kHost) + ":" + std::to_string(port);
}

}  // namespace

Status check_port_is_free(const HostPort& address) {
    if (address.port == 0) return {};
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(address.port);
    const int failed = getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
    if (failed != 0) return bad_request("", address.host + ": " + gai_strerror(failed));
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> first(found, freeaddrinfo);
    const Descriptor listener(socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // not hindered by closing connections
    int number = 0;
    if (bind(listener.get(), found->ai_addr, found->ai_addrlen) != 0 || listen(listener.get(), 1) != 0) number = errno;
    if (number == 0) return {};
    const std::string where = "port " + port + " of " + address.host;
    if (number == EADDRINUSE) return Error{Errc::conflict, where + " is taken"};
    return Error{Errc::internal, where + ": " + std::strerror(number)};
}

Result<WorkerPorts> WorkerPorts::claim(const UpSettings& settings, int usual) {
    WorkerPorts ports;
    const bool are_asked_for = settings.worker_port != 0;
    if (!are_asked_for && !settings.auth.empty()) return ports;
    const int first = are_asked_for ? settings.worker_port : usual;
    const auto take = [&]() -> Status {
        ports.lock_ = lock_port(first);
        if (!ports.lock_.is_open())
            return Error{Errc::conflict, "port " + std::to_string(first) + " is another cluster's"};
        LW_TRY_STATUS(check_port_is_free({kHost, first}));
        return check_port_is_free({kHost, first + 1});
    };
    if (const auto taken = take(); !taken) {
        if (!are_asked_for) return WorkerPorts();
        return Error{taken.error().code, taken.error().message + "; give --worker-port another one"};
    }
    ports.endpoints_ = WorkerEndpoints{endpoint(first), endpoint(first + 1)};
    return ports;
}

int WorkerPorts::usual_port() {
    const std::string events = kEventsEndpoint;
    return split_host_port(events.substr(events.find("//") + 2)).port;
}

}  // namespace longwire::cli
