// What ends a call that gets no further: each of its limits, and the stop token, in each of its phases.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stop_token>
#include <thread>

#include "tests/unit/net/http_fixture.h"
#include "tests/unit/net/test_certificate.h"

namespace longwire::net::test {
namespace {

using testing::HasSubstr;

/// Set once, by whichever thread, and waited for by another; it may outlive the test that waits.
class Mark {
  public:
    void set() {
        if (!was_set_.exchange(true)) promise_.set_value();
    }
    void wait() { future_.wait(); }

  private:
    std::atomic<bool> was_set_ = false;
    std::promise<void> promise_;
    std::shared_future<void> future_ = promise_.get_future().share();
};

/// A peer that stalls in one phase of a call, and a client that gets as far as that.
class Stall {
  public:
    /// Looking up; ended by the destructor, so that no thread is left behind.
    static std::unique_ptr<Stall> in_lookup() {
        auto stall = std::make_unique<Stall>();
        stall->options_.lookup = [over = stall->over_, reached = stall->reached_](const std::string&) {
            reached->set();
            over->wait();
            return Result<std::vector<IpAddress>>(Error{Errc::unavailable, "given up"});
        };
        stall->url_ = "http://slow.test";
        return stall;
    }

    static std::unique_ptr<Stall> in_connect() {
        auto stall = std::make_unique<Stall>();
        stall->port_ = std::make_unique<DeafPort>();
        stall->port_->fill_queue();
        stall->url_ = "http://127.0.0.1:" + std::to_string(stall->port_->port());
        stall->reached_->set();
        return stall;
    }

    static std::unique_ptr<Stall> in_tls() {
        auto stall = in_script([](Peer&) {});
        stall->url_.replace(0, 4, "https");
        return stall;
    }

    static std::unique_ptr<Stall> in_head(const std::string& said) {
        return in_script([said](Peer& peer) {
            peer.read_request();
            peer.send(said);
        });
    }

    /// The server reads nothing of a request that is larger than what the kernel takes.
    static std::unique_ptr<Stall> in_request() {
        auto stall = std::make_unique<Stall>();
        stall->server_ = std::make_unique<TestServer>([stall = stall.get()](Peer&) {
            stall->reached_->set();
            stall->over_->wait();
        });
        stall->url_ = stall->server_->url();
        stall->body_.assign(64 << 20, 'x');
        return stall;
    }

    static std::unique_ptr<Stall> in_tls_body() {
        auto stall = std::make_unique<Stall>();
        stall->certificate_ = std::make_unique<TestCertificate>("IP:127.0.0.1");
        stall->context_ = stall->certificate_->server();
        stall->options_.ca_file = stall->certificate_->file();
        stall->server_ = std::make_unique<TestServer>(
            [stall = stall.get()](Peer& peer) {
                peer.read_request();
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
                stall->reached_->set();
                peer.wait_for_close();
            },
            stall->context_.get());
        stall->url_ = stall->server_->url();
        return stall;
    }

    ~Stall() {
        over_->set();
        server_.reset();
    }

    Fetched fetch(HttpLimits limits, std::stop_token stop = {}) {
        HttpRequest request = get(url_, limits);
        if (!body_.empty()) request.method = "POST";
        request.body = body_;
        static const TestCertificate nobody("DNS:nobody.test");
        if (options_.ca_file.empty()) options_.ca_file = nobody.file();
        const HttpClient client = make_client(options_);
        Fetched fetched;
        auto answer = client.send(request, stop);
        if (answer) {
            auto body = answer->rest();
            fetched.ok = body.has_value();
            if (!body) fetched.error = body.error();
        } else {
            fetched.error = answer.error();
        }
        return fetched;
    }

    void wait_until_reached() { reached_->wait(); }

  private:
    static std::unique_ptr<Stall> in_script(const TestServer::Script& script) {
        auto stall = std::make_unique<Stall>();
        stall->server_ = std::make_unique<TestServer>([script, stall = stall.get()](Peer& peer) {
            script(peer);
            stall->reached_->set();
            peer.wait_for_close();
        });
        stall->url_ = stall->server_->url();
        return stall;
    }

    std::string url_;
    std::string body_;
    HttpClientOptions options_;
    std::shared_ptr<Mark> over_ = std::make_shared<Mark>();
    std::shared_ptr<Mark> reached_ = std::make_shared<Mark>();
    std::unique_ptr<DeafPort> port_;
    std::unique_ptr<TestCertificate> certificate_;
    std::shared_ptr<SSL_CTX> context_;
    std::unique_ptr<TestServer> server_;
};

struct Phase {
    const char* name;
    std::unique_ptr<Stall> (*make)();
    const char* limit;  // what ends it
    bool sent;
};

constexpr Phase kPhases[] = {
    {"lookup", [] { return Stall::in_lookup(); }, "connect_timeout_ms", false},
    {"connect", [] { return Stall::in_connect(); }, "connect_timeout_ms", false},
    {"tls", [] { return Stall::in_tls(); }, "connect_timeout_ms", false},
    {"request", [] { return Stall::in_request(); }, "idle_timeout_ms", true},
    {"head", [] { return Stall::in_head(""); }, "header_timeout_ms", true},
    {"within_head", [] { return Stall::in_head("HTTP/1.1 200 OK\r\nCont"); }, "header_timeout_ms", true},
    {"after_interim", [] { return Stall::in_head("HTTP/1.1 100 Continue\r\n\r\n"); }, "header_timeout_ms", true},
    {"body", [] { return Stall::in_head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"); }, "idle_timeout_ms", true},
    {"tls_body", [] { return Stall::in_tls_body(); }, "idle_timeout_ms", true},
};

class HttpStallTest : public testing::TestWithParam<Phase> {};

TEST_P(HttpStallTest, ItsLimitEndsThePhase) {
    const std::string limit = GetParam().limit;
    HttpLimits limits = patient();
    if (limit == "connect_timeout_ms") limits.connect_timeout_ms = 50;
    if (limit == "header_timeout_ms") limits.header_timeout_ms = 50;
    if (limit == "idle_timeout_ms") limits.idle_timeout_ms = 200;
    const auto stall = GetParam().make();
    const Fetched got = stall->fetch(limits);
    EXPECT_EQ(got.error.failure, HttpFailure::timed_out) << got.error.message;
    EXPECT_THAT(got.error.message, HasSubstr(limit));
    EXPECT_EQ(got.error.sent, GetParam().sent);
}

TEST_P(HttpStallTest, TheTotalEndsEveryPhase) {
    HttpLimits limits = patient();
    limits.total_timeout_ms = 200;
    const auto stall = GetParam().make();
    const Fetched got = stall->fetch(limits);
    EXPECT_EQ(got.error.failure, HttpFailure::timed_out) << got.error.message;
    EXPECT_THAT(got.error.message, HasSubstr("total_timeout_ms (200) has passed"));
}

TEST_P(HttpStallTest, StoppingEndsThePhase) {
    const auto stall = GetParam().make();
    std::stop_source stop;
    std::thread stopper([&] {
        stall->wait_until_reached();
        stop.request_stop();
    });
    const Fetched got = stall->fetch(patient(), stop.get_token());
    stopper.join();
    EXPECT_EQ(got.error.failure, HttpFailure::cancelled) << got.error.message;
}

INSTANTIATE_TEST_SUITE_P(Phases, HttpStallTest, testing::ValuesIn(kPhases),
                         [](const auto& phase) { return std::string(phase.param.name); });

TEST(HttpStopTest, StoppedBeforeItBeginsConnectsToNobody) {
    TestServer server(says("HTTP/1.1 200 OK\r\n\r\n"));
    std::stop_source stop;
    stop.request_stop();
    const auto answer = plain_client().send(get(server.url()), stop.get_token());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().failure, HttpFailure::cancelled);
}

TEST(HttpStopTest, AServerThatNeverPausesIsStopped) {
    // Reads that never have to wait must see the wish to stop all the same.
    TestServer server([](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\n\r\n");
        const std::string much(1 << 16, 'x');
        for (int i = 0; i < 100'000 && !peer.is_gone(); ++i) peer.send(much);
    });
    HttpLimits limits = patient();
    limits.response_bytes_max = ~0ULL >> 1;
    std::stop_source stop;
    auto answer = plain_client().send(get(server.url(), limits), stop.get_token());
    ASSERT_TRUE(answer) << answer.error().message;
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(answer->next());
    stop.request_stop();
    const auto piece = answer->next();
    ASSERT_FALSE(piece);
    EXPECT_EQ(piece.error().failure, HttpFailure::cancelled);
}

TEST(HttpStopTest, AnAnswerMayBeMovedWhileItCanBeStopped) {
    TestServer server([](Peer& peer) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        peer.wait_for_close();
    });
    std::stop_source stop;
    auto answer = plain_client().send(get(server.url()), stop.get_token());
    ASSERT_TRUE(answer) << answer.error().message;
    HttpAnswer moved = std::move(*answer);
    std::thread stopper([&] { stop.request_stop(); });
    const auto piece = moved.next();
    stopper.join();
    ASSERT_FALSE(piece);
    EXPECT_EQ(piece.error().failure, HttpFailure::cancelled);
}

}  // namespace
}  // namespace longwire::net::test
