#include "worker/webhook/webhook_kind.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>

#include "tests/unit/net/test_server.h"
#include "unit/worker/running_worker.h"
#include "worker/webhook/signature.h"

namespace longwire::webhook {
namespace {

using longwire::testing::ended;
using longwire::testing::FakeBroker;
using longwire::testing::LoggedEvent;
using longwire::testing::RunningWorker;
using longwire::testing::welcomed;
using net::test::Peer;
using net::test::TestServer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kTask = "longwire.webhook.t.3";
constexpr const char* kExpectedBody =
    R"({"type":"task.completed","timestamp":"2023-11-14T22:13:20.123Z","data":{"task":"t","result":"ü"}})";

struct WebhookKindTest : ::testing::Test {
    std::string secret_file = ::testing::TempDir() + "longwire-webhook-kind-" + std::to_string(::getpid());
    FakeBroker broker;
    std::mutex lock;
    std::vector<std::string> received;
    std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    TestServer server{[this](Peer& peer) {
        const auto request = peer.read_request(std::string_view(kExpectedBody).size());
        const std::lock_guard guard(lock);
        received.push_back(request);
        peer.send(answer);
    }};
    std::optional<RunningWorker> worker;

    std::vector<std::string> requests() {
        const std::lock_guard guard(lock);
        return received;
    }

    WebhookKindTest() { write_secrets({std::string(32, 'k')}); }
    ~WebhookKindTest() override { std::filesystem::remove(secret_file); }

    void write_secrets(const std::vector<std::string>& secrets) {
        std::ofstream out(secret_file);
        for (const auto& secret : secrets) out << show_secret(secret) << "\n";
    }
    void serve(std::vector<std::string> allow_host = {"127.0.0.1"}) {
        WebhookOptions options;
        options.secret_file = secret_file;
        options.allow_host = std::move(allow_host);
        auto handler = webhook_handler(options);
        ASSERT_TRUE(handler) << handler.error().message;
        worker.emplace(broker, [&](Worker& one) { one.serve("longwire.webhook", *handler); });
        ASSERT_TRUE(welcomed(broker));
    }
    void assign(const std::string& url, std::uint32_t attempt = 1) {
        const boost::json::object input{{"url", url},
                                        {"type", "task.completed"},
                                        {"time_us", 1'700'000'000'123'456},
                                        {"data", R"({"task":"t","result":"ü"})"}};
        broker.assign(kTask, attempt, "longwire.webhook", boost::json::serialize(input));
    }
    LoggedEvent finish() {
        EXPECT_TRUE(broker.wait_until(ended(kTask)));
        return FakeBroker::events_of(broker.seen(), kTask).back();
    }
    static std::string header(const std::string& request, const std::string& name) {
        const auto begin = request.find("\r\n" + name + ": ");
        if (begin == std::string::npos) return {};
        const auto value = begin + name.size() + 4;
        return request.substr(value, request.find("\r\n", value) - value);
    }
};

TEST_F(WebhookKindTest, PostsWhatHasEndedAndSignsIt) {
    serve();
    assign(server.url("/in?x=1"));
    const auto end = finish();
    EXPECT_EQ(end.type, "task.completed");
    EXPECT_THAT(end.json, HasSubstr(R"("status":200)"));
    ASSERT_EQ(requests().size(), 1u);
    const auto request = requests()[0];
    EXPECT_THAT(request, StartsWith("POST /in?x=1 HTTP/1.1\r\n"));
    EXPECT_EQ(header(request, "Content-Type"), "application/json");
    const auto body = request.substr(request.find("\r\n\r\n") + 4);
    EXPECT_EQ(body, kExpectedBody);
    const auto id = header(request, "webhook-id");
    const auto timestamp = header(request, "webhook-timestamp");
    EXPECT_THAT(id, StartsWith("lw_"));
    EXPECT_EQ(header(request, "webhook-signature"), sign({std::string(32, 'k')}, id, std::stoll(timestamp), body));
}

TEST_F(WebhookKindTest, AnotherSecretIsTakenUpWithTheNextAttempt) {
    serve();
    const std::vector<std::string> both{std::string(32, 'n'), std::string(32, 'k')};
    write_secrets(both);
    assign(server.url());
    EXPECT_EQ(finish().type, "task.completed");
    const auto request = requests().at(0);
    EXPECT_EQ(
        header(request, "webhook-signature"),
        sign(both, header(request, "webhook-id"), std::stoll(header(request, "webhook-timestamp")), kExpectedBody));
}

TEST_F(WebhookKindTest, AFailureSaysWhenToTryAgain) {
    answer = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    serve();
    assign(server.url(), 2);
    const auto end = finish();
    EXPECT_EQ(end.type, "task.failed");
    const auto data = boost::json::parse(end.json).as_object();
    EXPECT_EQ(data.at("retryable"), true);
    EXPECT_EQ(data.at("error").at("message"), "the receiver answers 503");
    const auto after_ms = data.at("retry_after_ms").to_number<std::int64_t>();
    EXPECT_GE(after_ms, 300'000);
    EXPECT_LE(after_ms, 330'000);
}

TEST_F(WebhookKindTest, AnAddressThatIsNotPublicIsNotConnectedTo) {
    serve({});
    assign(server.url());
    const auto end = finish();
    EXPECT_EQ(end.type, "task.failed");
    const auto data = boost::json::parse(end.json).as_object();
    EXPECT_EQ(data.at("error").at("code"), "refused");
    EXPECT_EQ(data.at("retryable"), false);
    EXPECT_EQ(server.accepted(), 0);
}

TEST_F(WebhookKindTest, ASettingThatIsWrongIsNamed) {
    WebhookOptions options;
    EXPECT_EQ(webhook_handler(options).error().field, "secret-file");
    options.secret_file = secret_file;
    EXPECT_TRUE(webhook_handler(options));
    options.allow_host = {"http://a"};
    EXPECT_EQ(webhook_handler(options).error().field, "allow-host");
    options.allow_host.clear();
    options.ca_file = "/nonexistent";
    EXPECT_EQ(webhook_handler(options).error().field, "ca-file");
}

}  // namespace
}  // namespace longwire::webhook
