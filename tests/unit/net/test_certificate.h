#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>

/// A server's certificate that is its own authority, made anew by each test.
namespace longwire::net::test {

class TestCertificate {
  public:
    /// For `names`, such as "DNS:hook.test, IP:127.0.0.1", from `from_s` to `to_s` seconds from now.
    explicit TestCertificate(const std::string& names, long from_s = -3600, long to_s = 3600)
        : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(X509_new(), X509_free) {
        X509* one = certificate_.get();
        X509_set_version(one, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(one), 1);
        X509_gmtime_adj(X509_getm_notBefore(one), from_s);
        X509_gmtime_adj(X509_getm_notAfter(one), to_s);
        X509_set_pubkey(one, key_.get());
        X509_NAME* name = X509_get_subject_name(one);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
        X509_set_issuer_name(one, name);
        extend(NID_subject_alt_name, names);
        extend(NID_basic_constraints, "critical,CA:TRUE");
        X509_sign(one, key_.get(), EVP_sha256());
        write_file();
    }
    ~TestCertificate() { ::unlink(file_.c_str()); }
    TestCertificate(const TestCertificate&) = delete;
    TestCertificate& operator=(const TestCertificate&) = delete;

    /// What a client has to trust.
    const std::string& file() const { return file_; }

    std::shared_ptr<SSL_CTX> server(int version_max = 0) const {
        std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
        SSL_CTX_use_certificate(context.get(), certificate_.get());
        SSL_CTX_use_PrivateKey(context.get(), key_.get());
        if (version_max != 0) {
            // Below 1.2 OpenSSL wants to be told that it is meant.
            SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
            SSL_CTX_set_min_proto_version(context.get(), version_max);
            SSL_CTX_set_max_proto_version(context.get(), version_max);
        }
        return context;
    }

  private:
    void extend(int what, const std::string& value) {
        X509V3_CTX context{};
        X509V3_set_ctx(&context, certificate_.get(), certificate_.get(), nullptr, nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
        if (extension == nullptr) throw std::runtime_error("cannot put '" + value + "' into a certificate");
        X509_add_ext(certificate_.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }

    void write_file() {
        const char* folder = std::getenv("TMPDIR");
        file_ = std::string(folder != nullptr ? folder : "/tmp") + "/longwire-ca-XXXXXX";
        const int fd = ::mkstemp(file_.data());
        std::FILE* file = ::fdopen(fd, "w");
        PEM_write_X509(file, certificate_.get());
        std::fclose(file);
    }

    std::shared_ptr<EVP_PKEY> key_;
    std::shared_ptr<X509> certificate_;
    std::string file_;
};

}  // namespace longwire::net::test
