#include "protocol/net/tls_socket.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace longwire::net {
namespace {

// The descriptor is kept where a pointer would be.
int socket_of(BIO* bio) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int write_to_socket(BIO* bio, const char* data, int size) {
    const ssize_t sent = send(socket_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_flags(bio, BIO_FLAGS_WRITE | BIO_FLAGS_SHOULD_RETRY);
    return static_cast<int>(sent);
}

int read_from_socket(BIO* bio, char* data, int size) {
    const ssize_t got = recv(socket_of(bio), data, static_cast<std::size_t>(size), 0);
    BIO_clear_flags(bio, BIO_FLAGS_RWS | BIO_FLAGS_SHOULD_RETRY);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY);
    return static_cast<int>(got);
}

long control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "longwire socket");
    BIO_meth_set_write(method, write_to_socket);
    BIO_meth_set_read(method, read_from_socket);
    BIO_meth_set_ctrl(method, control);
    return method;
}

}  // namespace

BIO* make_socket_bio(int fd) {
    // Lives as long as the process does: connections of any thread refer to it.
    static BIO_METHOD* const method = make_method();
    BIO* bio = BIO_new(method);
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd)));  // NOLINT(performance-no-int-to-ptr)
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace longwire::net
