#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/net/http_fixture.h"
#include "tests/unit/net/test_certificate.h"

namespace longwire::net::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

HttpClient client_that_trusts(const TestCertificate& certificate) {
    HttpClientOptions options;
    options.ca_file = certificate.file();
    options.lookup = [](const std::string&) -> Result<std::vector<IpAddress>> {
        return std::vector{*parse_ip_address("127.0.0.1")};
    };
    return make_client(options);
}

int note_name(SSL* ssl, int*, void* out) {
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name != nullptr) *static_cast<std::string*>(out) = name;
    return SSL_TLSEXT_ERR_OK;
}

TEST(HttpTlsTest, ACertificateForTheNameIsTaken) {
    const TestCertificate certificate("DNS:hook.test, IP:127.0.0.1");
    const auto context = certificate.server();
    TestServer server(says(kOk), context.get());
    for (const char* host : {"hook.test", "HOOK.test", "127.0.0.1"}) {
        const Fetched got = fetch(get(server.url("/", host)), client_that_trusts(certificate));
        EXPECT_EQ(got.body, "ok") << host << ": " << got.error.message;
    }
}

TEST(HttpTlsTest, TheNameIsSentAhead) {
    const TestCertificate certificate("DNS:hook.test");
    const auto context = certificate.server();
    std::string named;
    // SSL_CTX_set_tlsext_servername_callback, without the C casts of that macro.
    SSL_CTX_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_ARG, 0, &named);
    SSL_CTX_callback_ctrl(context.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, reinterpret_cast<void (*)()>(&note_name));
    {
        TestServer server(says(kOk), context.get());
        ASSERT_TRUE(fetch(get(server.url("/", "hook.test")), client_that_trusts(certificate)).ok);
    }
    EXPECT_EQ(named, "hook.test");
}

TEST(HttpTlsTest, ALongBodyComesWhole) {
    const TestCertificate certificate("DNS:hook.test");
    const std::string body(1'000'000, 'x');
    const auto context = certificate.server();
    TestServer server(says("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + body), context.get());
    EXPECT_EQ(fetch(get(server.url("/", "hook.test")), client_that_trusts(certificate)).body, body);
}

TEST(HttpTlsTest, ACertificateForAnotherNameIsRefused) {
    const TestCertificate certificate("DNS:hook.test");
    const auto context = certificate.server();
    TestServer server(says(kOk), context.get());
    for (const char* host : {"other.test", "127.0.0.1"}) {
        const Fetched got = fetch(get(server.url("/", host)), client_that_trusts(certificate));
        EXPECT_EQ(got.error.failure, HttpFailure::unreachable);
        EXPECT_FALSE(got.error.sent);
        EXPECT_THAT(got.error.message, StartsWith(std::string("certificate of ") + host + ": "));
        EXPECT_THAT(got.error.message, HasSubstr("mismatch"));
    }
}

TEST(HttpTlsTest, ACertificateThatNobodyVouchesForIsRefused) {
    const TestCertificate certificate("DNS:hook.test");
    const TestCertificate another("DNS:hook.test");
    const auto context = certificate.server();
    TestServer server(says(kOk), context.get());
    const Fetched got = fetch(get(server.url("/", "hook.test")), client_that_trusts(another));
    EXPECT_EQ(got.error.failure, HttpFailure::unreachable);
    EXPECT_THAT(got.error.message, StartsWith("certificate of hook.test: "));

    const Fetched by_store = fetch(get(server.url("/")), make_client());
    EXPECT_EQ(by_store.error.message, "certificate of 127.0.0.1: self-signed certificate");
}

TEST(HttpTlsTest, ACertificateOutOfItsTimeIsRefused) {
    const TestCertificate certificate("DNS:hook.test", -7200, -3600);
    const auto context = certificate.server();
    TestServer server(says(kOk), context.get());
    const Fetched got = fetch(get(server.url("/", "hook.test")), client_that_trusts(certificate));
    EXPECT_EQ(got.error.message, "certificate of hook.test: certificate has expired");
}

TEST(HttpTlsTest, AnOldVersionIsRefused) {
    const TestCertificate certificate("DNS:hook.test");
    const auto context = certificate.server(TLS1_1_VERSION);
    TestServer server(says(kOk), context.get());
    const Fetched got = fetch(get(server.url("/", "hook.test")), client_that_trusts(certificate));
    EXPECT_EQ(got.error.failure, HttpFailure::unreachable);
    EXPECT_THAT(got.error.message, StartsWith("TLS with hook.test:"));
}

TEST(HttpTlsTest, APlainServerIsToldFromOne) {
    TestServer server([](Peer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    const Fetched got = fetch(get("https://127.0.0.1:" + std::to_string(server.port())));
    EXPECT_EQ(got.error.failure, HttpFailure::unreachable);
    EXPECT_THAT(got.error.message, StartsWith("TLS with 127.0.0.1:"));
}

TEST(HttpTlsTest, AnEndThatAnybodyCouldHaveMadeIsNoEnd) {
    const TestCertificate certificate("DNS:hook.test");
    const auto context = certificate.server();
    const std::string said = "HTTP/1.1 200 OK\r\n\r\nup to the end of the connection";
    TestServer cut(
        [&](Peer& peer) {
            peer.read_request();
            peer.send(said);
            peer.reset();
        },
        context.get());
    const Fetched got = fetch(get(cut.url("/", "hook.test")), client_that_trusts(certificate));
    EXPECT_FALSE(got.ok);
    EXPECT_EQ(got.error.failure, HttpFailure::cut_off) << got.error.message;
    TestServer ended(says(said), context.get());
    EXPECT_EQ(fetch(get(ended.url("/", "hook.test")), client_that_trusts(certificate)).body,
              "up to the end of the connection");
}

TEST(HttpTlsTest, AFileWithoutCertificatesIsNamed) {
    HttpClientOptions options;
    options.ca_file = "/nonexistent/ca.pem";
    const auto client = HttpClient::make(options);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().field, "ca_file");
    EXPECT_THAT(client.error().message, HasSubstr("/nonexistent/ca.pem"));
}

}  // namespace
}  // namespace longwire::net::test
