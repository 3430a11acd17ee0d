#include "protocol/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace longwire::net {

Result<TlsContext> TlsContext::make(const std::string& ca_file) {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(context.get());
    } else if (SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) != 1) {
        ERR_clear_error();
        return bad_request("ca_file", "'" + ca_file + "' cannot be read as certificates in PEM");
    }
    return TlsContext(std::move(context));
}

}  // namespace longwire::net
