// What is broken, too large or meant ill gets a clear answer, and the edge serves on.
#include <algorithm>

#include "tests/integration/support/cluster.h"

namespace longwire::integration {
namespace {

class Malformed : public ClusterTest {
  protected:
    Malformed() : ClusterTest({.edges = 1}) {}

    /// The same process still serves, old connections and new ones.
    void expect_well() {
        EXPECT_FALSE(cluster.edge(0).has_ended());
        EXPECT_FALSE(cluster.broker().has_ended());
        EXPECT_EQ(cluster.http().status_of("/readyz"), 200);
        EXPECT_GT(number(cluster.ws().ok({{"cmd", "ping"}}), "time_us"), 0);
    }

    /// The code of the answer without id.
    static std::string answer_to(WsClient& client, std::string_view frame) {
        client.send_text(frame);
        const auto answer = client.next_push();
        EXPECT_FALSE(has(answer, "id")) << json::serialize(answer);
        return text(answer, "error.code");
    }
};

TEST_F(Malformed, AFrameThatIsNoCommandIsAnsweredWithoutIdAndTheConnectionLivesOn) {
    for (const auto* frame : {"", " ", "nonsense", "{", "[]", "7", "null", "\"x\"", "{}", "{\"id\":0,\"cmd\":\"ping\"}",
                              "{\"id\":-1,\"cmd\":\"ping\"}", "{\"id\":1.5,\"cmd\":\"ping\"}",
                              "{\"id\":\"1\",\"cmd\":\"ping\"}", "{\"id\":99999999999999999999,\"cmd\":\"ping\"}",
                              "{\"cmd\":\"ping\"}", "trailing {\"id\":1,\"cmd\":\"ping\"}"}) {
        auto client = cluster.ws();
        EXPECT_EQ(answer_to(client, frame), "bad_request") << frame;
        EXPECT_GT(number(client.ok({{"cmd", "ping"}}), "time_us"), 0) << frame;
    }
    auto client = cluster.ws();
    client.send_text("{\"id\":1,\"cmd\":\"ping\"} trailing");
    EXPECT_EQ(number(client.next_push(), "id"), 1);
    EXPECT_EQ(text(client.next_push(), "error.code"), "bad_request");
    EXPECT_EQ(answer_to(client, std::string(100'000, '[')), "bad_request");
    EXPECT_EQ(
        answer_to(client, "{\"id\":1,\"cmd\":\"ping\",\"x\":" + std::string(200, '[') + std::string(200, ']') + "}"),
        "bad_request");
    expect_well();
}

TEST_F(Malformed, TheTenthInAMinuteClosesTheConnection) {
    auto client = cluster.ws();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(answer_to(client, "garbage"), "bad_request");
    EXPECT_EQ(client.wait_closed(), 1008);
    expect_well();
}

TEST_F(Malformed, AWrongCommandIsAnsweredUnderItsIdWithTheFieldsName) {
    auto client = cluster.ws();
    const std::vector<std::pair<json::object, std::string>> wrong{
        {{}, "cmd"},
        {{{"cmd", nullptr}}, "cmd"},
        {{{"cmd", "fly"}}, "cmd"},
        {{{"cmd", std::string(100'000, 'x')}}, "cmd"},
        {{{"cmd", "subscribe"}}, "topic"},
        {{{"cmd", "subscribe"}, {"topic", 7}}, "topic"},
        {{{"cmd", "subscribe"}, {"topic", ""}}, "topic"},
        {{{"cmd", "subscribe"}, {"topic", "a//b"}}, "topic"},
        {{{"cmd", "subscribe"}, {"topic", "a/+"}}, "topic"},
        {{{"cmd", "subscribe"}, {"topic", std::string(300, 'a')}}, "topic"},
        {{{"cmd", "subscribe"}, {"topic", "room/a"}, {"filter", "room/#"}}, "topic"},
        {{{"cmd", "subscribe"}, {"topic", "room/a"}, {"from", "yesterday"}}, "from"},
        {{{"cmd", "subscribe"}, {"topic", "room/a"}, {"from", {{"last", -1}}}}, "last"},
        {{{"cmd", "subscribe"}, {"topic", "room/a"}, {"from", {{"epoch", "x"}, {"offset", 1}}}}, "epoch"},
        {{{"cmd", "subscribe"}, {"topics", json::array{}}}, "topics"},
        {{{"cmd", "start"}}, "kind"},
        {{{"cmd", "start"}, {"kind", "demo.count"}, {"max_attempts", 0}}, "max_attempts"},
        {{{"cmd", "start"}, {"kind", "demo.count"}, {"timeout_s", -1}}, "timeout_s"},
        {{{"cmd", "start"}, {"kind", "demo.count"}, {"hold", "yes"}}, "hold"},
        {{{"cmd", "start"}, {"kind", "demo.count"}, {"on_disconnect", "panic"}}, "on_disconnect"},
        {{{"cmd", "start"}, {"kind", "a b"}}, "kind"},
        {{{"cmd", "publish"}, {"topic", "room/a"}}, "type"},
        {{{"cmd", "publish"}, {"topic", "room/a"}, {"type", "x"}, {"key", ""}}, "key"},
        {{{"cmd", "tasks"}, {"limit", 0}}, "limit"},
        {{{"cmd", "tasks"}, {"state", "DONE"}}, "state"},
        {{{"cmd", "history"}, {"topic", "room/a"}, {"after", -1}}, "after"},
        {{{"cmd", "input"}, {"task", "t"}}, "data"},
        {{{"cmd", "cancel"}}, "task"},
    };
    for (const auto& [command, field] : wrong) {
        const auto reply = client.ask(command);
        EXPECT_EQ(text(reply, "error.code"), "bad_request") << json::serialize(command).substr(0, 200);
        EXPECT_EQ(text(reply, "error.field"), field) << json::serialize(reply);
        EXPECT_LT(json::serialize(reply).size(), 1'000);
    }
    expect_well();
}

TEST_F(Malformed, FramesAgainstTheRfcCloseTheirConnectionAlone) {
    auto bystander = cluster.ws();
    const auto ping = std::string(R"({"id":1,"cmd":"ping"})");
    struct Case {
        const char* what;
        std::string bytes;
        int code;
    };
    const auto unmasked = std::string("\x81", 1) + static_cast<char>(ping.size()) + ping;
    const std::vector<Case> cases{
        {"text that is no UTF-8", WsClient::frame(1, "{\"id\":1,\"cmd\":\"\xff\xfe\"}"), 1007},
        {"text cut within a character", WsClient::frame(1, "\xe2\x82"), 1007},
        {"an unmasked frame", unmasked, 1002},
        {"a reserved opcode", WsClient::frame(3, ping), 1002},
        {"a reserved bit", "\xc1" + WsClient::frame(1, ping).substr(1), 1002},
        {"a continuation of nothing", WsClient::frame(0, ping), 1002},
        {"a long control frame", WsClient::frame(9, std::string(126, 'x')), 1002},
        {"a control frame in parts", WsClient::frame(9, "x", false), 1002},
        {"a message within another", WsClient::frame(1, "{", false) + WsClient::frame(1, ping), 1002},
        {"a length with its sign bit set", std::string("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10) + "mask", 1009},
        {"a huge length", std::string("\x81\xff\x00\x00\x00\xff\xff\xff\xff\xff", 10) + "mask", 1009},
        {"a message beyond the limit", WsClient::frame(1, std::string((1 << 20) + 1, ' ')), 1009},
        {"a close frame with half a code", WsClient::frame(8, "x"), 1002},
        {"a close frame with a forbidden code", WsClient::frame(8, std::string("\x03\xed", 2)), 1002},
    };
    for (const auto& wrong : cases) {
        auto client = cluster.ws();
        client.send_raw(wrong.bytes);
        const auto code = client.wait_closed();
        EXPECT_TRUE(code == wrong.code || (wrong.code == 1009 && code == 1002) || code == 1006)
            << wrong.what << " was closed with " << code;
        RecordProperty(wrong.what, code);
    }
    EXPECT_GT(number(bystander.ok({{"cmd", "ping"}}), "time_us"), 0);
    expect_well();
}

TEST_F(Malformed, FragmentsBatchesAndLongMessagesAreGoodOnes) {
    auto client = cluster.ws();
    client.send_frame(1, R"({"id":900,)", false);
    client.send_frame(9, "still here");
    client.send_frame(0, R"("cmd":)", false);
    client.send_frame(0, R"("ping"})");
    EXPECT_EQ(number(client.next_push(), "id"), 900);
    client.send_text("{\"id\":901,\"cmd\":\"ping\"}\n{\"id\":902,\"cmd\":\"fly\"}\n\n{\"id\":903,\"cmd\":\"ping\"}\n");
    for (int id = 901; id <= 903; ++id) {
        const auto reply = client.next_push();
        EXPECT_EQ(number(reply, "id"), id) << json::serialize(reply);
    }
    const std::string large(1'000'000, 'x');
    client.ok({{"cmd", "subscribe"}, {"topic", "room/a"}});
    client.ok({{"cmd", "publish"}, {"topic", "room/a"}, {"type", "note"}, {"data", large}});
    EXPECT_EQ(text(client.next_push(), "data"), large);
}

TEST_F(Malformed, HttpAgainstTheRfcOrBeyondALimitIsRefused) {
    const auto http = cluster.http();
    const auto head = std::string("POST /v1/tasks HTTP/1.1\r\nHost: t\r\n");
    struct Case {
        const char* what;
        std::string bytes;
        std::vector<int> statuses;  // 0: closed without an answer
    };
    const std::vector<Case> cases{
        {"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n", {400, 0}},
        {"a strange version", "GET / HTTP/9.9\r\n\r\n", {400, 505}},
        {"a long request line", "GET /" + std::string(40'000, 'a') + " HTTP/1.1\r\n\r\n", {400, 414, 431}},
        {"a long header", "GET / HTTP/1.1\r\nX: " + std::string(40'000, 'a') + "\r\n\r\n", {400, 431}},
        {"a body beyond the limit", head + "Content-Length: 3000000\r\n\r\n" + std::string(3'000'000, ' '), {413}},
        {"a length that is no number", head + "Content-Length: ten\r\n\r\n", {400}},
        {"a negative length", head + "Content-Length: -1\r\n\r\n", {400}},
        {"two lengths", head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", {400}},
        {"a length and chunks", head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}},
        {"a chunk that is no chunk", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", {400}},
        {"a space before the colon", "GET /healthz HTTP/1.1\r\nHost : t\r\n\r\n", {400}},
    };
    for (const auto& wrong : cases) {
        const auto reply = http.raw(wrong.bytes);
        const auto status = reply ? reply->status : 0;
        EXPECT_NE(std::find(wrong.statuses.begin(), wrong.statuses.end(), status), wrong.statuses.end())
            << wrong.what << " was answered with " << status;
        const auto answer = reply ? reply->body : "\"code\"";
        EXPECT_NE(answer.find("\"code\""), std::string::npos) << wrong.what << ": " << answer;
    }
    expect_well();
}

TEST_F(Malformed, AHandshakeThatIsNoneIsRefusedBeforeTheUpgrade) {
    const auto get = [&](const std::string& target, const std::string& headers) {
        const auto reply = cluster.http().raw("GET " + target + " HTTP/1.1\r\nHost: t\r\n" + headers + "\r\n");
        return reply ? reply->status : 0;
    };
    const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    EXPECT_GE(get("/v1/ws", ""), 400);
    EXPECT_GE(get("/v1/ws", upgrade + key), 400) << "without a version";
    EXPECT_GE(get("/v1/ws", upgrade + key + "Sec-WebSocket-Version: 7\r\n"), 400);
    EXPECT_GE(get("/v1/ws", upgrade + "Sec-WebSocket-Version: 13\r\n"), 400) << "without a key";
    EXPECT_EQ(get("/v1/nowhere", upgrade + key + "Sec-WebSocket-Version: 13\r\n"), 404);
    EXPECT_GE(get("/v1/ws", upgrade + key + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chess\r\n"), 400);
    expect_well();
}

TEST_F(Malformed, ConnectionsThatGoAwayAtAnyPointLeaveNothingBehind) {
    const auto task = start_task({{"kind", "demo.count"}, {"input", {{"n", 100'000}, {"interval_ms", 1}}}});
    for (int i = 0; i < 60; ++i) {
        WsClient client(cluster.port());
        client.ok({{"cmd", "subscribe"}, {"topic", "task/" + task}, {"from", "start"}});
        if (i % 3 == 1) client.send_raw(WsClient::frame(1, "{\"id\":1").substr(0, 5));
        if (i % 3 == 2) client.send_text(R"({"id":77,"cmd":"subscribe","filter":"task/#"})");
    }
    for (int i = 0; i < 40; ++i) {
        TcpStream stream(cluster.port());
        stream.send(std::string("GET /v1/events?topic=task/" + task + "&from=start HTTP/1.1\r\nHost: t\r\n\r\n")
                        .substr(0, static_cast<std::size_t>(10 + 2 * i)));
    }
    cluster.http().post("/v1/tasks/" + task + "/cancel", std::string());
    wait_for_state(task, "CANCELLED");
    expect_well();
}

}  // namespace
}  // namespace longwire::integration
