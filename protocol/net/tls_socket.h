#pragma once

#include <openssl/bio.h>

namespace longwire::net {

/// What OpenSSL reads from and writes to: the socket `fd`, which stays the caller's. OpenSSL's own for sockets
/// would raise SIGPIPE when the peer has gone.
BIO* make_socket_bio(int fd);

}  // namespace longwire::net
